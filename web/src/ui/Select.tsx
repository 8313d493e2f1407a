/** A labelled choice of one among a few. */
import { useId } from "react";

interface Props {
  label: string;
  value: string;
  options: readonly (readonly [value: string, name: string])[];
  hint?: string;
  disabled?: boolean;
  onChange: (value: string) => void;
}

export function Select({ label, value, options, hint, disabled = false, onChange }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        disabled={disabled}
        {...(hint ? { "aria-describedby": `${id}-hint` } : {})}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

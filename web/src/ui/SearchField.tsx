/** What a list is narrowed down by; its name is shown within. */
import type { InputHTMLAttributes } from "react";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ label, onChange, ...rest }: Props) {
  return (
    <input
      className="input"
      type="search"
      aria-label={label}
      placeholder={label}
      {...rest}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

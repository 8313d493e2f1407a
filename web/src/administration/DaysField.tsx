/** A number of days, 0 for ever. */
import { type ReactNode, useId } from "react";

import { text } from "../text";
import { MOST_DAYS } from "./retention";

interface Props {
  label: string;
  days: number;
  onChange: (days: number) => void;
  children?: ReactNode;
}

export function DaysField({ label, days, onChange, children }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="days">
        <input
          id={id}
          className="input"
          type="number"
          required
          min={0}
          max={MOST_DAYS}
          step={1}
          value={days}
          onChange={(event) => onChange(Math.trunc(Number(event.target.value)))}
        />
        <span>{text.administration.retention.inDays}</span>
        {children}
      </div>
    </div>
  );
}

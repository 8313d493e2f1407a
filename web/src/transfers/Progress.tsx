/** How far something is that takes a while. */
import { useId } from "react";

import { text } from "../text";

interface Props {
  label: string;
  done: number;
  /** 0 while it is not known. */
  all: number;
  told?: string;
}

export function Progress({ label, done, all, told }: Props) {
  const id = useId();
  return (
    <div className="transfer-progress" data-testid="transfer-progress">
      <label htmlFor={id}>{label}</label>
      <progress id={id} {...(all ? { max: all, value: Math.min(done, all) } : {})} />
      <small className="transfer-note">{told ?? text.transfers.of(done, all)}</small>
    </div>
  );
}

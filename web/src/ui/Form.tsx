/** Fields, what was wrong with them, and the button that sends them: once at a time. */
import type { ReactNode } from "react";

import { text } from "../text";
import { ProblemLine } from "./ProblemLine";
import { usePending } from "./usePending";

interface Props {
  submit: () => Promise<void>;
  /** What the button says. */
  action: string;
  /** Whether there is something to send. */
  isReady?: boolean;
  onCancel?: () => void;
  /** A form is what its dialog or page is there for, unless it is one among others there. */
  button?: "large" | "primary" | "danger" | "plain";
  label?: string;
  children: ReactNode;
}

const LOOKS = {
  large: "button button-primary button-large",
  primary: "button button-primary",
  danger: "button button-danger",
  plain: "button",
} as const;

export function Form({ submit, action, isReady = true, onCancel, button = "primary", label, children }: Props) {
  const { isPending, problem, run } = usePending();
  const send = (
    <button type="submit" className={LOOKS[button]} disabled={isPending || !isReady}>
      {action}
    </button>
  );
  return (
    <form className="form" aria-label={label} onSubmit={(event) => (event.preventDefault(), void run(submit))}>
      {children}
      <ProblemLine problem={problem} />
      {onCancel || button === "plain" ? (
        <div className="buttons">
          {onCancel && (
            <button type="button" className="button" onClick={onCancel}>
              {text.cancel}
            </button>
          )}
          {send}
        </div>
      ) : (
        send
      )}
    </form>
  );
}

/** Fields, what was wrong with them, and the button that sends them: once at a time. */
import type { ReactNode } from "react";

import { text } from "../text";
import { ProblemLine } from "./ProblemLine";
import { usePending } from "./usePending";

interface Props<T> {
  submit: () => Promise<T>;
  /** What follows for whoever is still there: one goes on, or the dialog closes. */
  onDone?: (answer: T) => void;
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

export function Form<T>(props: Props<T>) {
  const { submit, onDone, action, isReady = true, onCancel, button = "primary", label, children } = props;
  const { isPending, problem, run } = usePending();
  const send = (
    <button type="submit" className={LOOKS[button]} disabled={isPending || !isReady}>
      {action}
    </button>
  );
  return (
    <form className="form" aria-label={label} onSubmit={(event) => (event.preventDefault(), void run(submit, onDone))}>
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

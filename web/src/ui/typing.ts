/** What happens to a field while somebody is typing in it. */
import type { RefObject } from "react";
import { flushSync } from "react-dom";

export type Field = RefObject<HTMLTextAreaElement | null>;

/** The caret is in its new place before the next key: one pressed between the two would be written elsewhere. */
export function rewrite(field: HTMLTextAreaElement | null, caret: number, change: () => void): void {
  flushSync(change);
  field?.focus();
  field?.setSelectionRange(caret, caret);
}

/** Whoever chose something for a field types on in it, not on the button that opened the choice. */
export const backTo = (field: Field | undefined) => (event: Event) => {
  if (!field?.current) return;
  event.preventDefault();
  field.current.focus();
};

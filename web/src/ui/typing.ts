/** What happens to a field while somebody is typing in it. */
import { type RefObject, useLayoutEffect } from "react";

export type Field = RefObject<HTMLTextAreaElement | null>;

/** Puts words in the place of others as if they were typed: the caret is behind them before the next key comes, and
 * undoing takes them back. */
export function insertAt(field: HTMLTextAreaElement, from: number, until: number, words: string): void {
  field.focus();
  field.setSelectionRange(from, until);
  if (document.execCommand("insertText", false, words)) return;
  field.setRangeText(words, from, until, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Browsers put the caret at the end of what is not typed: where others change the words, it stays beside the same. */
export function useCaretKept(field: Field, content: string): void {
  const before = field.current;
  const isByOthers = before !== null && before === document.activeElement && before.value !== content;
  const places = isByOthers
    ? ([before.selectionStart, before.selectionEnd].map((place) => placeAfter(before.value, place, content)) as [number, number])
    : null;
  useLayoutEffect(() => {
    if (places) field.current?.setSelectionRange(...places);
  }, [content]);
}

/** Where a place in words is after they were changed around it; at the end if it is not among them any more. */
export function placeAfter(before: string, place: number, after: string): number {
  const behind = before.length - place;
  if (after.endsWith(before.slice(place)) && behind <= after.length) return after.length - behind;
  return after.startsWith(before.slice(0, place)) ? place : after.length;
}

/** Of what is saved only what was changed: the rest may have been changed by others since. */
export const differing = <T extends object>(written: T, known: object): Partial<T> =>
  Object.fromEntries(
    Object.entries(written).filter(([name, value]) => (value ?? "") !== ((known as Record<string, unknown>)[name] ?? "")),
  ) as Partial<T>;

/** Who was added and removed here, upon a list that others may have changed meanwhile. */
export const rebased = (before: readonly string[], chosen: readonly string[], now: readonly string[]): string[] => [
  ...now.filter((id) => chosen.includes(id) || !before.includes(id)),
  ...chosen.filter((id) => !before.includes(id) && !now.includes(id)),
];

export const isSameSet = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((id) => other.includes(id));

/** After it was sent a field is emptied, unless somebody has written on in it meanwhile. */
export const after =
  <T>(sent: T, next: T) =>
  (now: T): T =>
    now === sent ? next : now;

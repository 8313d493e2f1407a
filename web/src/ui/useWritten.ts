/** A field of something that others change, too: it shows what is known until somebody writes in it. */
import { useState } from "react";

export interface Written<T> {
  readonly value: T;
  /** Only this is to be saved: the rest may have been changed by others since. */
  readonly isChanged: boolean;
  readonly write: (value: T) => void;
  /** It was saved; what was written since is not touched. */
  readonly saved: () => void;
}

export function useWritten<T extends string | number>(known: T): Written<T> {
  const [written, setWritten] = useState<T | null>(null);
  const value = written ?? known;
  return {
    value,
    isChanged: tidy(value) !== tidy(known),
    write: setWritten,
    saved: () => setWritten((now) => (now === written ? null : now)),
  };
}

/** What was written, by the names of the fields. */
export const changesIn = <N extends string>(fields: Readonly<Record<N, Written<string>>>): Partial<Record<N, string>> =>
  Object.fromEntries(
    Object.entries<Written<string>>(fields)
      .filter(([, { isChanged }]) => isChanged)
      .map(([name, { value }]) => [name, value.trim()]),
  ) as Partial<Record<N, string>>;

const tidy = (value: string | number) => (typeof value === "string" ? value.trim() : value);

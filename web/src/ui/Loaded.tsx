/** What was asked for, once it is here; until then that it is coming, or why it is not. */
import type { ReactNode } from "react";

import { explain } from "../api/problem";
import { text } from "../text";
import { ProblemLine } from "./ProblemLine";

interface Query<T> {
  data: T | undefined;
  isPending: boolean;
  error: Error | null;
  refetch: () => Promise<unknown>;
}

interface Props<T> {
  query: Query<T>;
  /** Said in place of an empty list. */
  none?: string | undefined;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, none, children }: Props<T>) {
  const { data, isPending, error, refetch } = query;
  if (data !== undefined) {
    const isEmpty = Array.isArray(data) && data.length === 0;
    return none !== undefined && isEmpty ? <p className="quiet">{none}</p> : children(data);
  }
  if (isPending) return <p className="quiet">{text.loading}…</p>;
  return (
    <>
      <ProblemLine problem={explain(error)} />
      <button type="button" className="button" onClick={() => void refetch()}>
        {text.tryAgain}
      </button>
    </>
  );
}

/** What was asked for, once it is here; until then that it is coming, or why it is not. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { explain } from "../api/problem";
import { text } from "../text";
import { ProblemLine } from "./ProblemLine";

export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <p className="quiet">{text.loading}…</p>;
  return (
    <>
      <ProblemLine problem={explain(query.error)} />
      <button type="button" className="button" onClick={() => void query.refetch()}>
        {text.tryAgain}
      </button>
    </>
  );
}

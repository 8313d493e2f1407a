/** A list that comes page by page, with what leads on where it ends. */
import type { ReactNode } from "react";

import type { usePages } from "../live/paging";
import { Loaded } from "./Loaded";
import { MoreButton } from "./MoreButton";

interface Props<T> {
  pages: { query: ReturnType<typeof usePages>["query"]; entries: readonly T[] };
  /** Said in place of an empty list. */
  none: string;
  children: (entries: readonly T[]) => ReactNode;
}

export function Paged<T>({ pages: { query, entries }, none, children }: Props<T>) {
  return (
    <Loaded query={query}>
      {() =>
        entries.length === 0 ? (
          <p className="quiet">{none}</p>
        ) : (
          <>
            {children(entries)}
            <MoreButton query={query} />
          </>
        )
      }
    </Loaded>
  );
}

/** Lists of which there is more than a page. */
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

interface Page {
  hasMore: boolean;
}

/** Asked anew whenever the list is opened: much that is on such lists happens elsewhere, and nobody tells of it. */
export const pagesQuery = <P extends Page, T, C>(
  queryKey: readonly string[],
  fetch: (cursor: C | undefined) => Promise<P>,
  entriesOf: (page: P) => T[],
  cursorOf: (last: T) => C,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => fetch(pageParam as C | undefined),
    initialPageParam: undefined as C | undefined,
    getNextPageParam: (page: P): C | undefined => {
      const last = entriesOf(page).at(-1);
      return page.hasMore && last !== undefined ? cursorOf(last) : undefined;
    },
    staleTime: 0,
  });

/** `cursorOf` names the place after a page, from which the next goes on. */
export function usePages<P extends Page, T, C>(
  queryKey: readonly string[],
  fetch: (cursor: C | undefined) => Promise<P>,
  entriesOf: (page: P) => T[],
  cursorOf: (last: T) => C,
) {
  const query = useInfiniteQuery(pagesQuery(queryKey, fetch, entriesOf, cursorOf));
  const entries = useMemo(() => query.data?.pages.flatMap(entriesOf) ?? [], [query.data, entriesOf]);
  return { query, entries };
}

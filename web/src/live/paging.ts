/** Lists of which there is more than a page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

interface Page {
  hasMore: boolean;
}

/** `cursorOf` names the place after a page, from which the next goes on. */
export function usePages<P extends Page, T, C>(
  queryKey: readonly string[],
  fetch: (cursor: C | undefined) => Promise<P>,
  entriesOf: (page: P) => T[],
  cursorOf: (last: T) => C,
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetch(pageParam as C | undefined),
    initialPageParam: undefined as C | undefined,
    getNextPageParam: (page: P): C | undefined => {
      const last = entriesOf(page).at(-1);
      return page.hasMore && last !== undefined ? cursorOf(last) : undefined;
    },
  });
  const entries = useMemo(() => query.data?.pages.flatMap(entriesOf) ?? [], [query.data, entriesOf]);
  return { query, entries };
}

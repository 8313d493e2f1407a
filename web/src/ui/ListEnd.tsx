/** The end of a list that is scrolled by itself: asks for more when it is nearly in sight. */
import { useEffect, useRef } from "react";

interface Props {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
}

const AHEAD = "0px 0px 300px";

export function ListEnd({ query }: Props) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const mark = useRef<HTMLDivElement>(null);
  // After each page it is looked at anew: the end may still be in sight. What failed is tried again by a button.
  const isWaiting = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    const element = mark.current;
    if (!element || !isWaiting) return;
    const observer = new IntersectionObserver(
      ([seen]) => {
        if (seen?.isIntersecting) void fetchNextPage();
      },
      { root: element.parentElement, rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isWaiting, fetchNextPage]);
  return <div ref={mark} className="list-end" aria-hidden />;
}

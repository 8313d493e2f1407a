/** What a search for GIFs finds, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { type Gif, type GifPage, searchGifs } from "../api/gifs";
import { keys } from "../live/queries";

export function useGifs(search: string) {
  const query = useInfiniteQuery({
    queryKey: keys.gifs(search),
    queryFn: ({ pageParam }) => searchGifs(search, pageParam),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
  const pages = query.data?.pages;
  const gifs = useMemo(() => (pages ? gifsOn(pages) : []), [pages]);
  return { query, gifs };
}

/** Each once: a provider may say one again on a later page. */
export function gifsOn(pages: readonly GifPage[]): Gif[] {
  return [...new Map(pages.flatMap((page) => page.gifs).map((gif) => [gif.id, gif])).values()];
}

/** The routes of GIFs: a set of one's own, or of a provider whom the server asks. */
import { request } from "./http";

export interface Gif {
  id: string;
  title: string;
  width: number;
  height: number;
}

export interface GifPage {
  gifs: Gif[];
  /** From where to go on; null behind the last. */
  nextCursor: string | null;
}

export const searchGifs = (search: string, cursor: string) =>
  request<GifPage>("GET", `/gifs?${new URLSearchParams({ ...(search && { search }), ...(cursor && { cursor }) })}`);

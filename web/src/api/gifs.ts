/** The routes of GIFs: a set of one's own, or of a provider whom the server asks. */
import { request } from "./http";

export interface Gif {
  id: string;
  title: string;
  width: number;
  height: number;
}

export const searchGifs = async (search: string) =>
  (await request<{ gifs: Gif[] }>("GET", `/gifs?${new URLSearchParams(search ? { search } : {})}`)).gifs;

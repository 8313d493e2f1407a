import { expect, test } from "vitest";

import { gifsOn } from "../src/gifs/found";

const gif = (id: string, title = id) => ({ id, title, width: 8, height: 8 });

test("pages follow each other, and a GIF that is said again is shown once, where it was", () => {
  const first = { gifs: [gif("a"), gif("b")], nextCursor: "own/2" };
  const second = { gifs: [gif("b"), gif("c")], nextCursor: null };
  expect(gifsOn([first, second]).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(gifsOn([])).toEqual([]);
});

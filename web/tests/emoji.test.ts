import { expect, test } from "vitest";

import { KNOWN, found } from "../src/emoji/known";
import { nameIn } from "../src/emoji/own";
import { refusalOf, suggestedName } from "../src/emoji/upload";
import { attachmentOf, gifsOf } from "../src/gifs/gif";
import { text } from "../src/text";

const PNG = { size: 100, type: "image/png" };

test("every emoji that is offered is one, with words to find it by, and none is there twice", () => {
  expect(new Set(KNOWN.map(({ emoji }) => emoji)).size).toBe(KNOWN.length);
  for (const { emoji, words } of KNOWN) {
    expect(emoji).toMatch(/\p{Extended_Pictographic}/u);
    expect(words.length).toBeGreaterThan(1);
  }
});

test("emoji are found by the beginnings of their words", () => {
  expect(found("thum up").map(({ emoji }) => emoji)).toEqual(["👍"]);
  expect(found("nothing such")).toEqual([]);
});

test("a reaction of the workspace is a name between colons", () => {
  expect([":ship_it:", "👍", ":no", "::", ":Up:"].map(nameIn)).toEqual(["ship_it", null, null, null, null]);
});

test("what the server would refuse is said before it is sent", () => {
  expect(refusalOf("ok", PNG)).toBeNull();
  expect(refusalOf("Not Ok", PNG)).toBe(text.emoji.badName);
  expect(refusalOf("ok", { ...PNG, size: 256 * 1_024 + 1 })).toBe(text.emoji.tooLarge);
  expect(refusalOf("ok", { ...PNG, type: "image/svg+xml" })).toBe(text.emoji.notAnImage);
});

test("a file's name suggests one that can be had", () => {
  expect(suggestedName("Ship It!.final.PNG")).toBe("ship_it_final");
  expect(suggestedName("김.png")).toBe("");
});

test("only GIFs of ours are shown, whatever else somebody attached", () => {
  const gif = { id: "abc-1", title: "Party", width: 8, height: 9 };
  const bad = [
    null,
    "gif",
    { type: "card" },
    ...[{ gifId: "../../auth" }, { gifId: "http://x" }, { width: "8" }, { height: 9_000 }, { width: -1 }].map((change) => ({
      ...attachmentOf(gif),
      ...change,
    })),
  ];
  expect(gifsOf([...bad, attachmentOf(gif)])).toEqual([gif]);
  expect(gifsOf(undefined)).toEqual([]);
});

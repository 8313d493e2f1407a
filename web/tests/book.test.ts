import { expect, test } from "vitest";

import type { SyncedDraft } from "../src/api/kept";
import { type Book, dirtyKeys, entryOf, hear, keyOf, load, placeOf, saved, write } from "../src/kept/book";

const aDraft = (version: number, content: string | null, channelId = "c"): SyncedDraft => ({
  channelId,
  parentMessageId: null,
  content,
  version,
});
const contentOf = (book: Book, key = "c") => entryOf(book, key).content;

test("a draft of a channel and one of its threads are two", () => {
  expect(placeOf(keyOf("c", "m"))).toEqual({ channelId: "c", parentMessageId: "m" });
  expect(placeOf(keyOf("c"))).toEqual({ channelId: "c", parentMessageId: null });
});

test("what another device wrote is shown, and what comes late is not", () => {
  const book = hear(hear({}, aDraft(7, "later")), aDraft(6, "earlier"));
  expect(contentOf(book)).toBe("later");
  expect(contentOf(hear(book, aDraft(8, null)))).toBe("");
});

test("what is being written here is not replaced by what is heard", () => {
  const book = hear(write({}, "c", "mine"), aDraft(3, "theirs"));
  expect(contentOf(book)).toBe("mine");
  expect(dirtyKeys(book)).toEqual(["c"]);
});

test("what was typed while the draft was saved is still to be saved", () => {
  const book = saved(write(write({}, "c", "I th"), "c", "I think"), "c", "I th", aDraft(4, "I th"));
  expect(dirtyKeys(book)).toEqual(["c"]);
  expect(dirtyKeys(saved(book, "c", "I think", aDraft(5, "I think")))).toEqual([]);
});

test("its own echo changes nothing", () => {
  const book = saved(write({}, "c", "mine"), "c", "mine", aDraft(4, "mine"));
  expect(hear(book, aDraft(4, "mine"))).toBe(book);
});

test("a draft that was heard of while all were asked for stays", () => {
  expect(contentOf(load(hear({}, aDraft(5, "just now")), [], 4))).toBe("just now");
});

test("what was sent elsewhere while this device was away is gone, what was written here is not", () => {
  const book = load(write(hear(hear({}, aDraft(1, "sent")), aDraft(2, "old", "d")), "e", "new"), [
    aDraft(9, "newer", "d"),
  ], 2);
  expect([contentOf(book, "c"), contentOf(book, "d"), contentOf(book, "e")]).toEqual(["", "newer", "new"]);
});

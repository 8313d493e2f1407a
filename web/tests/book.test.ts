import { expect, test } from "vitest";

import type { SyncedDraft } from "../src/api/kept";
import { type Book, dirtyKeys, entryOf, hear, isEmpty, keyOf, load, placeOf, saved, write } from "../src/kept/book";

const aDraft = (version: number, content: string | null, channelId = "c"): SyncedDraft => ({
  channelId,
  parentMessageId: null,
  content,
  version,
});
const FILES = [{ fileId: "f", name: "plan.pdf" }];
const NONE: typeof FILES = [];
const said = (content: string, attachments = NONE) => ({ content, attachments });
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
  const book = hear(write({}, "c", said("mine")), aDraft(3, "theirs"));
  expect(contentOf(book)).toBe("mine");
  expect(dirtyKeys(book)).toEqual(["c"]);
});

test("what was typed while the draft was saved is still to be saved", () => {
  const book = saved(write(write({}, "c", said("I th")), "c", said("I think")), "c", said("I th"), aDraft(4, "I th"));
  expect(dirtyKeys(book)).toEqual(["c"]);
  expect(dirtyKeys(saved(book, "c", said("I think"), aDraft(5, "I think")))).toEqual([]);
});

test("its own echo changes nothing", () => {
  const book = saved(write({}, "c", said("mine")), "c", said("mine"), aDraft(4, "mine"));
  expect(hear(book, aDraft(4, "mine"))).toBe(book);
});

test("a draft that was heard of while all were asked for stays", () => {
  expect(contentOf(load(hear({}, aDraft(5, "just now")), [], 4))).toBe("just now");
});

test("what was sent elsewhere while this device was away is gone, what was written here is not", () => {
  const book = load(write(hear(hear({}, aDraft(1, "sent")), aDraft(2, "old", "d")), "e", said("new")), [
    aDraft(9, "newer", "d"),
  ], 2);
  expect([contentOf(book, "c"), contentOf(book, "d"), contentOf(book, "e")]).toEqual(["", "newer", "new"]);
});

test("files go with a draft from device to device, and go when it is sent", () => {
  const heard = hear({}, { ...aDraft(3, ""), attachments: FILES });
  expect(entryOf(heard, "c")).toMatchObject({ content: "", attachments: FILES, isDirty: false });
  expect(isEmpty(entryOf(heard, "c"))).toBe(false);
  expect(isEmpty(entryOf(hear(heard, aDraft(4, null)), "c"))).toBe(true);
  expect(isEmpty(entryOf(load(heard, [], 3), "c"))).toBe(true);
});

test("a file that came while the draft was saved is still to be saved, and words leave files as they are", () => {
  const before = said("see");
  const book = write(write({}, "c", before), "c", { attachments: FILES });
  expect(dirtyKeys(saved(book, "c", before, aDraft(4, "see")))).toEqual(["c"]);
  expect(entryOf(write(book, "c", { content: "see this" }), "c")).toMatchObject(said("see this", FILES));
  expect(dirtyKeys(saved(book, "c", said("see", FILES), aDraft(5, "see")))).toEqual([]);
});

import { expect, test, vi } from "vitest";

vi.hoisted(() => {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
});

import { aMessage } from "./messages";

const { counted, hearChangeOfFollowed, isUnsure } = await import("../src/threads/followed");
const { keys, queries } = await import("../src/live/queries");

const THREAD = { root: aMessage(1), lastReadSeq: 3, unread: 0, mentions: 0 };
const reply = (seq: number, more: object = {}) => aMessage(seq, { userId: "other", parentMessageId: "m1", ...more });

test("a reply of somebody else counts once, however often it is heard", () => {
  const once = counted(THREAD, reply(5), "me");
  expect(once).toMatchObject({ unread: 1, mentions: 0 });
  expect(counted(once, reply(5), "me")).toBe(once);
});

test("a reply that names me counts as such", () => {
  expect(counted(THREAD, reply(5, { mentions: ["me"] }), "me")).toMatchObject({ unread: 1, mentions: 1 });
  expect(counted(THREAD, reply(5, { mentionsChannel: true }), "me")).toMatchObject({ mentions: 1 });
});

test("my own replies, and what I have read, do not count", () => {
  expect(counted(THREAD, reply(5, { userId: "me" }), "me")).toBe(THREAD);
  expect(counted(THREAD, reply(3), "me")).toBe(THREAD);
});

test("an edit of an unread reply is asked about when it may name me, or no longer do so", () => {
  const unread = { ...THREAD, unread: 1 };
  expect(isUnsure([unread], reply(5, { mentions: ["me"] }), "me")).toBe(true);
  expect(isUnsure([unread], reply(5, { mentionsHere: true }), "me")).toBe(true);
  expect(isUnsure([{ ...unread, mentions: 1 }], reply(5), "me")).toBe(true);
  expect(isUnsure([unread], reply(5), "me")).toBe(false);
  expect(isUnsure([unread], reply(3, { mentions: ["me"] }), "me")).toBe(false);
});

test("whom an edit names in a thread follows it from then on", () => {
  expect(isUnsure([], reply(5, { mentions: ["me"] }), "me")).toBe(true);
  expect(isUnsure([], aMessage(1, { userId: "other", mentions: ["me"], threadReplyCount: 2 }), "me")).toBe(true);
  expect(isUnsure([], aMessage(1, { userId: "other", mentions: ["me"] }), "me")).toBe(false);
});

test("the first message of a thread is listed as it reads now", () => {
  queries.setQueryData(keys.threads(), { threads: [THREAD], hasMore: false });
  const root = () => queries.getQueryData<{ threads: (typeof THREAD)[] }>(keys.threads())?.threads[0]?.root;
  hearChangeOfFollowed({ kind: "update", message: aMessage(1, { content: "other words" }) });
  expect(root()?.content).toBe("other words");
  hearChangeOfFollowed({ kind: "delete", messageId: "m1" });
  expect(root()).toMatchObject({ isDeleted: true, content: "" });
});

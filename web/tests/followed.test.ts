import { expect, test, vi } from "vitest";

vi.hoisted(() => {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
});

import { aMessage } from "./messages";

const { counted } = await import("../src/threads/followed");

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

import { expect, test } from "vitest";

import type { ThreadPage } from "../src/api/threads";
import type { Message } from "../src/api/types";
import { type Change, ticketOf } from "../src/conversation/timeline";
import { UNKNOWN, followed, happened, heard, isInChannel, loaded, loadedOlder } from "../src/threads/thread";
import { aMessage, seqs } from "./messages";

const root = aMessage(1, { threadReplyCount: 3, revision: 4 });
const reply = (seq: number, more: Partial<Message> = {}) => aMessage(seq, { parentMessageId: root.id, ...more });
const page = (replies: Message[], more: Partial<ThreadPage> = {}): ThreadPage => ({
  ...{ root, replies, hasMore: false, followers: 1, isFollowing: true, lastReadSeq: 0 },
  ...more,
});
const opened = (...replies: Message[]) => loaded(UNKNOWN, ticketOf(UNKNOWN.replies), page(replies));
const answer = (revision: number, threadReplyCount: number): Change => ({
  kind: "thread",
  messageId: root.id,
  ...{ revision, threadReplyCount, lastReplyAt: "2026-01-01T00:00:00Z", participants: ["u"] },
});

test("replies are in their order, none twice, however they come", () => {
  const ticket = ticketOf(UNKNOWN.replies);
  const early = heard(UNKNOWN, reply(9), "me");
  const thread = heard(loaded(early, ticket, page([reply(3), reply(5)])), reply(5), "me");
  expect(seqs(thread.replies.messages)).toEqual([3, 5, 9]);
});

test("whoever replies follows, and an old reply that is heard again changes nothing of that", () => {
  const mine = reply(4, { userId: "me" });
  const before = { ...opened(reply(3)), isFollowing: false, followers: 1 };
  expect(heard(before, reply(4, { userId: "other" }), "me")).toMatchObject({ isFollowing: false, followers: 1 });
  const after = heard(before, mine, "me");
  expect(after).toMatchObject({ isFollowing: true, followers: 2 });
  expect(heard(followed(after, false), mine, "me")).toMatchObject({ isFollowing: false, followers: 1 });
});

test("older replies come before those that are held", () => {
  const ticket = ticketOf(UNKNOWN.replies);
  const newest = loaded(UNKNOWN, ticket, page([reply(7)], { hasMore: true }));
  const all = loadedOlder(newest, ticketOf(newest.replies), page([reply(2), reply(4)]));
  expect(seqs(all.replies.messages)).toEqual([2, 4, 7]);
  expect([newest.replies.hasOlder, all.replies.hasOlder]).toEqual([true, false]);
});

test("what happened to the first message while it was fetched is not lost", () => {
  const ticket = ticketOf(UNKNOWN.replies);
  const meanwhile = happened(UNKNOWN, answer(9, 4));
  expect(loaded(meanwhile, ticket, page([])).root?.threadReplyCount).toBe(4);
});

test("news that the fetched message knows already changes nothing", () => {
  expect(happened(opened(), answer(3, 1)).root?.threadReplyCount).toBe(3);
  expect(happened(opened(), answer(5, 4)).root).toMatchObject({ threadReplyCount: 4, threadParticipants: ["u"] });
});

test("a reply that is deleted stays as a tombstone, and one that is changed changes", () => {
  const edited = reply(3, { content: "other", updatedAt: "2090-01-01T00:00:00Z" });
  const thread = happened(opened(reply(3), reply(4)), { kind: "delete", messageId: reply(4).id });
  const [first, second] = happened(thread, { kind: "update", message: edited }).replies.messages;
  expect([first?.content, second?.isDeleted]).toEqual(["other", true]);
});

test("how far one has read is as the server has it, also when it was marked unread", () => {
  const read = { ...opened(reply(3)), lastReadSeq: 3 };
  expect(loaded(read, ticketOf(read.replies), page([reply(3)], { lastReadSeq: 2 })).lastReadSeq).toBe(2);
});

test("a reply is in the channel only if its author wanted that", () => {
  expect([root, reply(2), reply(3, { alsoToChannel: true })].map(isInChannel)).toEqual([true, false, true]);
});

import { beforeEach, expect, test, vi } from "vitest";

import { aMessage } from "./messages";

const { readThread, threadPage } = vi.hoisted(() => {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
  return { readThread: vi.fn(), threadPage: vi.fn() };
});
vi.mock("../src/api/threads", () => ({ readThread, threadPage, setFollowing: vi.fn() }));

const threads = await import("../src/threads/threads");
const { Problem } = await import("../src/api/problem");

const ROOT = aMessage(1, { threadReplyCount: 2 });
const REPLIES = [2, 3].map((seq) => aMessage(seq, { parentMessageId: ROOT.id, userId: "other" }));
const PAGE = { root: ROOT, replies: REPLIES, hasMore: false, followers: 1, isFollowing: true, lastReadSeq: 2 };
const marker = () => threads.threadOf(ROOT.id).lastReadSeq;

beforeEach(async () => {
  threads.forgetAllThreads();
  readThread.mockReset().mockResolvedValue(undefined);
  threadPage.mockReset().mockResolvedValue(PAGE);
  await threads.lookInto(ROOT.id);
});

test("what was read while nobody could be told is told after the next connect", async () => {
  readThread.mockRejectedValueOnce(new Problem(0, "unreachable", ""));
  await threads.markThreadSeen(ROOT.id, 3);
  await threads.refreshThreads(ROOT.id);
  expect(marker()).toBe(3);
  threads.tellWhatWasReadOfThreads();
  await vi.waitFor(() => expect(readThread.mock.calls).toEqual([[ROOT.id, 3], [ROOT.id, 3]]));
  await vi.waitFor(() => (threads.tellWhatWasReadOfThreads(), expect(readThread).toHaveBeenCalledTimes(2)));
});

test("what the server will never take is not told again", async () => {
  readThread.mockRejectedValueOnce(new Problem(404, "not_found", ""));
  await threads.markThreadSeen(ROOT.id, 3);
  threads.tellWhatWasReadOfThreads();
  expect(readThread).toHaveBeenCalledTimes(1);
});

test("what another device marked unread while this one was away is unread here, and can be read again", async () => {
  await threads.markThreadSeen(ROOT.id, 3);
  await threads.refreshThreads(ROOT.id);
  expect(marker()).toBe(2);
  await threads.markThreadSeen(ROOT.id, 3);
  expect(readThread).toHaveBeenCalledTimes(2);
});

test("what another device marks unread is not read by being on screen, but by being opened", async () => {
  await threads.markThreadSeen(ROOT.id, 3);
  threads.hearThreadRead(ROOT.id, 2);
  await threads.markThreadSeen(ROOT.id, 3);
  expect(marker()).toBe(2);
  await threads.lookInto(ROOT.id);
  await threads.markThreadSeen(ROOT.id, 3);
  expect(marker()).toBe(3);
});

import { beforeEach, expect, test, vi } from "vitest";

import { Problem } from "../src/api/problem";
import { aMessage, messagesOf, seqs } from "./messages";

const { ask, listMessages } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
  return { ask: vi.fn(), listMessages: vi.fn() };
});
vi.mock("../src/live/connection", () => ({ ask, isConnected: () => true, say: () => undefined }));
vi.mock("../src/api/routes", () => ({ listMessages }));
vi.mock("../src/api/reading", () => ({ unreadOf: () => Promise.reject(new Problem(404, "not_found", "")) }));
vi.mock("../src/live/backoff", () => ({ pause: () => Promise.resolve(), pauseMs: () => 0 }));

const { catchUp } = await import("../src/live/catchup");
const { forgetAllConversations, hear, timelineOf } = await import("../src/conversation/conversations");
const { heal, loadNewest } = await import("../src/conversation/history");
const { send } = await import("../src/conversation/sending");
const { conversations } = await import("../src/conversation/conversations");

const page = (from: number, to: number) => ({ messages: messagesOf(from, to), hasMore: from > 1, total: to });
const answer = (missed: object) => ({ ok: true, channels: { c: missed } });
const shown = () => seqs(timelineOf("c").messages);

beforeEach(async () => {
  forgetAllConversations();
  ask.mockReset();
  listMessages.mockReset().mockResolvedValueOnce(page(1, 5));
  await loadNewest("c");
});

test("after a reconnect exactly what was missed is added", async () => {
  ask.mockResolvedValueOnce(answer({ messages: messagesOf(6, 8), lastSeq: 8 }));
  await catchUp();
  expect(ask).toHaveBeenCalledWith("sync", { channels: { c: 5 } });
  expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a live message that overtakes the answer to sync is not doubled, and order is kept", async () => {
  ask.mockImplementationOnce(() => {
    hear(aMessage(8));
    return Promise.resolve(answer({ messages: messagesOf(6, 8), lastSeq: 8 }));
  });
  await catchUp();
  expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a sync that fails is asked again", async () => {
  ask.mockRejectedValueOnce(new Error("timeout")).mockResolvedValueOnce({ ok: false });
  ask.mockResolvedValueOnce(answer({ messages: messagesOf(6, 6), lastSeq: 6 }));
  await catchUp();
  expect(shown()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("too far behind: the newest page takes the place of what was held", async () => {
  listMessages.mockResolvedValueOnce({ ...page(3001, 3050), hasMore: true });
  ask.mockResolvedValueOnce(answer({ reset: true, lastSeq: 3050 }));
  await catchUp();
  await vi.waitFor(() => expect(shown()).toEqual(seqs(messagesOf(3001, 3050))));
});

test("a hole heard of live is fetched", async () => {
  listMessages.mockResolvedValueOnce(page(6, 8));
  hear(aMessage(9));
  await heal("c");
  expect(listMessages).toHaveBeenLastCalledWith("c", { limit: 100, after: "m5" });
  expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a channel the sync says is further on than its answer is fetched to the end", async () => {
  listMessages.mockResolvedValueOnce(page(7, 8));
  ask.mockResolvedValueOnce(answer({ messages: messagesOf(6, 6), lastSeq: 8 }));
  await catchUp();
  await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]));
});

test("a message without an answer is sent again under the same id, and those after it wait", async () => {
  const sent: string[] = [];
  ask.mockImplementation((_event: string, draft: { clientMessageId: string; content: string }) => {
    sent.push(`${draft.content} ${draft.clientMessageId}`);
    if (sent.length === 1) return Promise.reject(new Error("timeout"));
    const message = aMessage(4 + sent.length, { content: draft.content, clientMessageId: draft.clientMessageId });
    return Promise.resolve({ ok: true, message });
  });
  send("c", { content: "first" });
  send("c", { content: "second" });
  await vi.waitFor(() => expect(conversations().outbox).toEqual([]));
  expect(sent.map((entry) => entry.split(" ")[0])).toEqual(["first", "first", "second"]);
  expect(sent[0]).toBe(sent[1]);
  expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a refused message stays with its reason and does not hold up the next", async () => {
  ask.mockResolvedValueOnce({ ok: false, error: { type: "forbidden", message: "no" } });
  ask.mockImplementation((_event: string, draft: { clientMessageId: string }) =>
    Promise.resolve({ ok: true, message: aMessage(6, { clientMessageId: draft.clientMessageId }) }),
  );
  send("c", { content: "refused" });
  send("c", { content: "taken" });
  await vi.waitFor(() => expect(shown()).toContain(6));
  expect(conversations().outbox.map((draft) => [draft.content, draft.state])).toEqual([["refused", "failed"]]);
});

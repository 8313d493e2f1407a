import { createHash } from "node:crypto";

import { beforeEach, expect, test, vi } from "vitest";

import type { Message } from "../src/api/types";
import { aMessage, messagesOf, seqs } from "./messages";

const { line, listDigests, listMessages, pause, unreadOf } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.assign(globalThis, { localStorage: storage, sessionStorage: storage });
  const calls = { listDigests: vi.fn(), listMessages: vi.fn(), pause: vi.fn(), unreadOf: vi.fn() };
  return { line: { isUp: true }, ...calls };
});
vi.mock("../src/live/connection", () => ({ isConnected: () => line.isUp }));
vi.mock("../src/api/routes", () => ({ listDigests, listMessages }));
vi.mock("../src/api/reading", () => ({ unreadOf }));
vi.mock("../src/live/backoff", () => ({ pause, pauseMs: () => 0 }));

const { check, useHealed } = await import("../src/live/selfcheck");
const { changeTimeline, conversations, forgetAllConversations, forgetConversation, hear, timelineOf } =
  await import("../src/conversation/conversations");
const { loadNewest, loadOlder } = await import("../src/conversation/history");
const { apply } = await import("../src/conversation/timeline");

let server: Message[];

/** What the routes of messaging answer about `server`. */
function page({ limit, before, after }: { limit: number; before?: string; after?: string }) {
  const index = (id: string) => server.findIndex((message) => message.id === id);
  if (after) return { messages: server.slice(index(after) + 1).slice(0, limit), hasMore: false, total: server.length };
  const older = before ? server.slice(0, index(before)) : server;
  return { messages: older.slice(-limit), hasMore: older.length > limit, total: server.length };
}

function digestOf(asked: number) {
  const fromSeq = Math.max(asked, server.length - 999);
  const counted = server.filter(({ seq }) => seq >= fromSeq);
  const lines = counted.map(({ seq, id, updatedAt }) => `${seq}:${id}:${updatedAt}`).join("\n");
  const hash = createHash("sha256").update(lines).digest("hex");
  return { lastSeq: server.length, fromSeq, count: counted.length, hash };
}

const later = (minute: number) => `2026-02-01T00:${String(minute).padStart(2, "0")}:00.000Z`;
const deleted = (seq: number) => aMessage(seq, { content: "", isDeleted: true, updatedAt: later(seq) });
const edited = (seq: number) => aMessage(seq, { content: "edited", isEdited: true, updatedAt: later(seq) });
const put = (message: Message) => (server = server.map((held) => (held.seq === message.seq ? message : held)));
const heard = (message: Message) => changeTimeline("c", (timeline) => apply(timeline, { kind: "update", message }));
const held = () => timelineOf("c").messages;
const healed = () => useHealed.getState().healed;

beforeEach(async () => {
  forgetAllConversations();
  useHealed.setState({ healed: 0 });
  line.isUp = true;
  server = messagesOf(1, 60);
  pause.mockReset().mockResolvedValue(undefined);
  unreadOf
    .mockReset()
    .mockResolvedValue({ channelId: "c", unread: 0, mentions: 0, lastReadSeq: 60, lastSeq: 60, lastRevision: 0 });
  listMessages.mockReset().mockImplementation((_id: string, query: { limit: number }) => Promise.resolve(page(query)));
  listDigests
    .mockReset()
    .mockImplementation((since: [string, number][]) =>
      Promise.resolve(Object.fromEntries(since.map(([id, seq]) => [id, digestOf(seq)]))),
    );
  await loadNewest("c");
  listMessages.mockClear();
});

async function expectNoAlarm(): Promise<void> {
  await check();
  expect(listMessages).not.toHaveBeenCalled();
  expect(healed()).toBe(0);
}

test("what is held is asked about from its first message, and nothing is done when it is right", async () => {
  await expectNoAlarm();
  expect(listDigests).toHaveBeenCalledExactlyOnceWith([["c", 11]]);
});

test("a live message that never came is found, shown and noticed", async () => {
  server = messagesOf(1, 61);
  await check();
  expect(seqs(held())).toEqual(seqs(messagesOf(11, 61)));
  expect(healed()).toBe(1);
  expect(unreadOf).toHaveBeenCalledWith("c");
});

test("the very first message of a conversation that never came is found", async () => {
  server = [];
  forgetAllConversations();
  await loadNewest("c");
  server = messagesOf(1, 1);
  await check();
  expect([seqs(held()), healed()]).toEqual([[1], 1]);
});

test("a missed edit and a missed deletion are found and put right, and then it is quiet", async () => {
  put(edited(20));
  put(deleted(30));
  await check();
  expect(held()).toEqual(server.slice(10));
  expect(healed()).toBe(1);
  listMessages.mockClear();
  await check();
  expect(listMessages).not.toHaveBeenCalled();
});

test("what was loaded over many pages is put right as far back as it differs", async () => {
  server = messagesOf(1, 700);
  forgetAllConversations();
  await loadNewest("c");
  while (timelineOf("c").hasOlder) await loadOlder("c");
  put(edited(3));
  await check();
  expect(held()).toEqual(server);
});

test("no alarm for tombstones and pins", async () => {
  for (const message of [deleted(20), aMessage(21, { isPinned: true, updatedAt: later(21) })]) {
    put(message);
    heard(message);
  }
  await expectNoAlarm();
});

test("no alarm for messages that arrive while the server is asked", async () => {
  listDigests.mockImplementationOnce(() => {
    const answer = { c: digestOf(11) };
    hear(aMessage(61));
    return Promise.resolve(answer);
  });
  await expectNoAlarm();
});

test("no alarm for news still on its way", async () => {
  server = [...messagesOf(1, 61)];
  put(edited(20));
  pause.mockImplementationOnce(() => {
    hear(aMessage(61));
    heard(edited(20));
    return Promise.resolve();
  });
  await expectNoAlarm();
  expect(listDigests).toHaveBeenCalledTimes(1);
});

test("no alarm for a conversation changed while the server was asked and while waiting", async () => {
  put(edited(20));
  pause.mockImplementationOnce(() => {
    heard(edited(20));
    put(edited(21));
    heard(edited(21));
    return Promise.resolve();
  });
  await expectNoAlarm();
  expect(listDigests).toHaveBeenCalledTimes(2);
});

test("a channel left while the server is asked does not come back", async () => {
  listDigests.mockImplementationOnce(() => {
    forgetConversation("c");
    return Promise.resolve({ c: digestOf(11) });
  });
  await expectNoAlarm();
  expect(conversations().timelines.c).toBeUndefined();
});

test("a channel left while its history is fetched again does not come back", async () => {
  server = messagesOf(1, 61);
  listMessages.mockImplementationOnce((_id: string, query: { limit: number }) => {
    forgetConversation("c");
    return Promise.resolve(page(query));
  });
  await check();
  expect([conversations().timelines.c, healed()]).toEqual([undefined, 0]);
});

test("a channel the server says nothing of is left alone", async () => {
  listDigests.mockResolvedValue({});
  await expectNoAlarm();
});

test("nothing is asked without a connection or before history was loaded, and a refusal is not an error", async () => {
  line.isUp = false;
  await check();
  line.isUp = true;
  forgetAllConversations();
  await check();
  expect(listDigests).not.toHaveBeenCalled();
  await loadNewest("c");
  listDigests.mockRejectedValueOnce(new Error("unavailable"));
  await check();
  expect(listDigests).toHaveBeenCalledTimes(1);
});

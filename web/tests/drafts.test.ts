import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { SyncedDraft, Words } from "../src/api/kept";
import { Problem } from "../src/api/problem";
import { bookNow, forgetDrafts, giveBack, syncDrafts, writeDraft } from "../src/kept/drafts";

const server = vi.hoisted(() => ({ kept: [] as SyncedDraft[], saved: [] as Words[], refuses: false }));

vi.mock("../src/live/connection", () => ({ isConnected: () => true }));
vi.mock("../src/api/kept", () => ({
  listDrafts: () => Promise.resolve(server.kept),
  saveDraft: (channelId: string, parentMessageId: string | null, words: Words) => {
    if (server.refuses) return Promise.reject(new Problem(422, "invalid", ""));
    server.saved.push(words);
    return Promise.resolve({ channelId, parentMessageId, ...words, version: 10 + server.saved.length });
  },
}));

const contentOf = (channelId: string) => bookNow()[channelId]?.content;
const aDraft = (content: string): SyncedDraft => ({ channelId: "c", parentMessageId: null, content, version: 3 });

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(server, { kept: [], saved: [], refuses: false });
});
afterEach(() => {
  forgetDrafts();
  vi.useRealTimers();
});

test("what was kept before is not written over by who types before it has come", async () => {
  server.kept = [aDraft("Dear all")];
  writeDraft("c", "H");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.saved).toEqual([]);
  await syncDrafts();
  expect(contentOf("c")).toBe("Dear all\nH");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.saved.at(-1)?.content).toBe("Dear all\nH");
});

test("what the server refuses stays where it was written", async () => {
  await syncDrafts();
  server.refuses = true;
  writeDraft("c", "too long");
  await vi.advanceTimersByTimeAsync(5_000);
  await syncDrafts();
  expect(contentOf("c")).toBe("too long");
  server.refuses = false;
  await syncDrafts();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.saved.map(({ content }) => content)).toEqual(["too long"]);
});

test("what could not be done comes back before what was written since, with its files", async () => {
  writeDraft("c", "And then");
  giveBack("c", { content: "First", attachments: [{ fileId: "f" }] });
  expect(bookNow().c).toMatchObject({ content: "First\nAnd then", attachments: [{ fileId: "f" }] });
});

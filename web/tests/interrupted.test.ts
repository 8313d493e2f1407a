import { beforeEach, expect, test, vi } from "vitest";

import type { StoredFile } from "../src/api/files";
import { FakeLocks, fakeStorage } from "./browser";
import { FakeXhr, TusServer } from "./tusServer";

const locks = new FakeLocks();
const asked = vi.fn<(url: string) => Response>();
vi.stubGlobal("XMLHttpRequest", FakeXhr);
vi.stubGlobal("localStorage", fakeStorage());
vi.stubGlobal("navigator", { locks, onLine: true });
vi.stubGlobal("fetch", (url: string) => Promise.resolve(asked(url)));
vi.mock("../src/live/backoff", () => ({ pauseMs: () => 3_600_000, pause: () => Promise.resolve() }));
const { who } = vi.hoisted(() => ({ who: { id: "ada" } }));
vi.mock("../src/session/session", () => ({
  current: () => ({ user: { id: who.id }, accessToken: "token" }),
  useSession: { subscribe: () => undefined },
}));
vi.mock("../src/session/tokens", () => ({ freshToken: () => Promise.resolve("token"), renewToken: () => Promise.reject() }));
vi.mock("../src/api/files", () => ({ fileOf: (id: string) => Promise.resolve({ id } as StoredFile), deleteFile: () => Promise.resolve() }));

const WORDS = "What we said at the harbour.";
const LASTS_MS = 24 * 3_600_000;
const aFile = (words = WORDS) => new File([words], "notes.txt", { type: "text/plain", lastModified: 7 });
let server: TusServer;

beforeEach(() => {
  server = FakeXhr.server = new TusServer();
  localStorage.clear();
  locks.clear();
  vi.useRealTimers();
  who.id = "ada";
  asked.mockReset();
  asked.mockImplementation((url) => {
    const upload = server.uploads.get(url);
    return new Response(null, { status: upload ? 200 : 404, headers: { "upload-offset": String(upload?.bytes.length) } });
  });
});

/** A page of its own, as after a reload or in another tab. */
async function page() {
  vi.resetModules();
  const { Resumable } = await import("../src/files/resumable");
  const interrupted = await import("../src/files/interrupted");
  const { useConnection } = await import("../src/live/connection");
  useConnection.setState({ connection: "connected" });
  const ending = new AbortController();
  const told: (number | "stalled")[] = [];
  const send = (file = aFile(), channelId = "c") =>
    new Resumable(file, { channelId }, channelId, file.name).run({
      signal: ending.signal,
      onProgress: (bytes) => told.push(bytes),
      onStalled: () => told.push("stalled"),
    });
  return { ...interrupted, send, told, rows: interrupted.interruptedNow };
}

/** Ten bytes have arrived when the page is closed. */
async function closedHalfway(): Promise<void> {
  server.breaksAfter = 10;
  const { send, told } = await page();
  send().catch(() => undefined);
  await vi.waitFor(() => expect(told).toContain("stalled"));
  locks.clear();
}

test("after a reload the file that is chosen again goes on where it was", async () => {
  await closedHalfway();
  const { send, told, lookForInterrupted, rows } = await page();
  await lookForInterrupted();
  expect(rows().map(({ file, arrived, place }) => [file.name, arrived, place])).toEqual([["notes.txt", 10, "c"]]);
  await send();
  expect(told[0]).toBe(10);
  expect(server.asked.filter((method) => method === "POST")).toHaveLength(1);
  expect(server.whole.map((bytes) => Buffer.from(bytes).toString())).toEqual([WORDS]);
  expect([rows(), localStorage.length]).toEqual([[], 0]);
});

test.each([
  ["another file", aFile(`${WORDS}!`), "c", "ada"],
  ["another channel", aFile(), "other", "ada"],
  ["another person", aFile(), "c", "bo"],
])("%s begins an upload of its own", async (_, file, channelId, userId) => {
  await closedHalfway();
  who.id = userId;
  const { send } = await page();
  await send(file, channelId);
  expect(server.asked.filter((method) => method === "POST")).toHaveLength(2);
});

test("what another tab is sending is left to it", async () => {
  server.breaksAfter = 10;
  const other = await page();
  other.send().catch(() => undefined);
  await vi.waitFor(() => expect(other.told).toContain("stalled"));
  const { send, lookForInterrupted, rows } = await page();
  await lookForInterrupted();
  expect(rows()).toEqual([]);
  await send();
  expect(server.uploads.size).toBe(2);
});

test("what the server has no more is honestly gone", async () => {
  await closedHalfway();
  server.uploads.clear();
  const { lookForInterrupted, rows } = await page();
  await lookForInterrupted();
  expect([rows(), localStorage.length]).toEqual([[], 0]);
});

test("what rested longer than the server keeps it is forgotten without a question", async () => {
  await closedHalfway();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + LASTS_MS });
  const { lookForInterrupted, rows } = await page();
  await lookForInterrupted();
  expect([rows(), localStorage.length]).toEqual([[], 0]);
  expect(asked).not.toHaveBeenCalled();
});

test("one that is removed is ended at the server, by the next page if this one cannot", async () => {
  await closedHalfway();
  const first = await page();
  await first.lookForInterrupted();
  server.isAway = true;
  first.rows().forEach(first.end);
  await vi.waitFor(() => expect(server.asked).toContain("DELETE"));
  expect([first.rows(), server.uploads.size]).toEqual([[], 1]);
  locks.clear();
  server.isAway = false;
  const second = await page();
  await second.lookForInterrupted();
  expect(second.rows()).toEqual([]);
  await vi.waitFor(() => expect([server.uploads.size, localStorage.length]).toEqual([0, 0]));
});

test("nothing of it stays when somebody signs out", async () => {
  await closedHalfway();
  const { lookForInterrupted, forgetInterrupted, rows } = await page();
  await lookForInterrupted();
  forgetInterrupted();
  expect([rows(), localStorage.length]).toEqual([[], 0]);
});

import { beforeEach, describe, expect, test, vi } from "vitest";

import type { StoredFile } from "../src/api/files";
import { fakeStorage } from "./browser";
import { FakeXhr, TusServer } from "./tusServer";

const { waits, tokens, deleted } = vi.hoisted(() => ({
  waits: { ms: 1 },
  tokens: { fresh: "one", renewed: [] as string[] },
  deleted: [] as string[],
}));

vi.stubGlobal("XMLHttpRequest", FakeXhr);
vi.stubGlobal("localStorage", fakeStorage());
vi.mock("../src/live/backoff", () => ({ pauseMs: () => waits.ms, pause: () => Promise.resolve() }));
vi.mock("../src/session/session", () => ({
  current: () => ({ user: { id: "ada" }, accessToken: tokens.fresh }),
  useSession: { subscribe: () => undefined },
}));
vi.mock("../src/session/tokens", () => ({
  freshToken: () => Promise.resolve(tokens.fresh),
  renewToken: (refused: string) => {
    tokens.renewed.push(refused);
    return Promise.resolve((tokens.fresh = "two"));
  },
}));
vi.mock("../src/api/files", () => ({
  fileOf: (id: string) => Promise.resolve({ id } as StoredFile),
  deleteFile: (id: string) => Promise.resolve(void deleted.push(id)),
}));

const { Resumable } = await import("../src/files/resumable");
const { AWAY_MS, TROUBLED_MS } = await import("../src/files/persist");
const { explainSending } = await import("../src/files/sending");
const { useConnection } = await import("../src/live/connection");
const { text } = await import("../src/text");

const WORDS = "What we said at the harbour.";
const CHANNEL = { channelId: "c" };
const aFile = (words = WORDS) => new File([words], "notes.txt", { type: "text/plain", lastModified: 7 });
const passageOf = (file = aFile(), target: { channelId: string } | { fileId: string } = CHANNEL) =>
  new Resumable(file, target, "c", file.name);
const kept = () => Object.keys(Object.fromEntries(Array.from({ length: localStorage.length }, (_, at) => [localStorage.key(at), 1])));
let server: TusServer;

beforeEach(() => {
  server = FakeXhr.server = new TusServer();
  localStorage.clear();
  waits.ms = 1;
  Object.assign(tokens, { fresh: "one", renewed: [] });
  deleted.length = 0;
  vi.useRealTimers();
  useConnection.setState({ connection: "connected" });
});

function run(passage: InstanceType<typeof Resumable>) {
  const ending = new AbortController();
  const told: (number | "stalled")[] = [];
  const done = passage.run({
    signal: ending.signal,
    onProgress: (bytes) => told.push(bytes),
    onStalled: () => told.push("stalled"),
  });
  done.catch(() => undefined);
  return { ending, told, done, stop: () => ending.abort() };
}

/** Cut off in the middle, and not yet gone on. */
async function halfway(passage: InstanceType<typeof Resumable>) {
  waits.ms = 3_600_000;
  server.breaksAfter = 10;
  const running = run(passage);
  await vi.waitFor(() => expect(running.told).toContain("stalled"));
  waits.ms = 1;
  return running;
}

const arrived = () => server.whole.map((bytes) => Buffer.from(bytes).toString());

test("a file is sent with its name, its type and its place", async () => {
  expect(await run(passageOf()).done).toEqual({ id: "f1" });
  expect(arrived()).toEqual([WORDS]);
  expect([...server.uploads.values()][0]?.metadata).toEqual({
    ...{ filename: "notes.txt", filetype: "text/plain", entityType: "draft", entityId: "c" },
  });
  expect(kept()).toEqual([]);
});

test("what is cut off goes on from where the server is, and tells the truth about it", async () => {
  server.breaksAfter = 10;
  const { done, told } = run(passageOf());
  await done;
  expect(arrived()).toEqual([WORDS]);
  expect(server.asked).toEqual(["POST", "PATCH", "HEAD", "PATCH"]);
  expect(told).toEqual([0, 10, "stalled", 10, WORDS.length, WORDS.length]);
});

test("it begins once, also if the answer to that was lost", async () => {
  server.losesAnswers = true;
  const { done, told } = run(passageOf());
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(2));
  server.losesAnswers = false;
  await done;
  expect([server.uploads.size, ...arrived()]).toEqual([1, WORDS]);
});

test("it waits for the connection, and goes on at once when that is back", async () => {
  waits.ms = 3_600_000;
  server.breaksAfter = 10;
  const { done, told } = run(passageOf());
  useConnection.setState({ connection: "reconnecting" });
  await vi.waitFor(() => expect(told).toContain("stalled"));
  useConnection.setState({ connection: "connected" });
  await done;
  expect(arrived()).toEqual([WORDS]);
});

test("a service that only just starts is no reason to begin anew", async () => {
  server.breaksAfter = 10;
  const letGo = server.hold();
  const { done } = run(passageOf());
  letGo();
  await vi.waitFor(() => expect(server.asked).toContain("PATCH"));
  server.answers.push({ status: 503 }, { status: 502 }, { status: 423 });
  await done;
  expect(server.asked.filter((method) => method === "POST")).toHaveLength(1);
  expect(arrived()).toEqual([WORDS]);
});

test("what the server has given up begins anew", async () => {
  const passage = passageOf();
  (await halfway(passage)).stop();
  server.uploads.clear();
  expect(await run(passage).done).toEqual({ id: "f1" });
  expect(arrived()).toEqual([WORDS]);
  expect(kept()).toEqual([]);
});

test("a token that ran out in between is changed", async () => {
  server.answers.push({ status: 401, type: "unauthenticated" });
  const { told, done } = run(passageOf());
  await done;
  expect(tokens.renewed).toEqual(["one"]);
  expect([...server.tokens]).toEqual(["Bearer one", "Bearer two"]);
  expect(told).not.toContain("stalled");
});

test("a refusal is final, and said in its words", async () => {
  server.answers.push({ status: 413, type: "too_large" });
  const { done, told } = run(passageOf());
  expect(await done.catch(explainSending)).toBe(text.problems.byType.too_large);
  expect(told).toEqual([]);
});

describe("an end", () => {
  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

  test.each([
    ["connected", TROUBLED_MS],
    ["reconnecting", AWAY_MS],
  ] as const)("comes to what never succeeds while %s", async (connection, ms) => {
    useConnection.setState({ connection: "connected" });
    useConnection.setState({ connection });
    vi.useFakeTimers({ toFake: ["Date"] });
    server.isAway = true;
    const { done, told } = run(passageOf());
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(2));
    later(ms - 1_000);
    const before = told.length;
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(before + 1));
    later(2_000);
    await expect(done).rejects.toThrow("unreachable");
  });

  test("comes at once to a file that cannot be read any more", async () => {
    const file = aFile();
    file.slice = () => ({ size: WORDS.length, arrayBuffer: () => Promise.reject(new Error("NotReadable")) }) as unknown as Blob;
    server.isAway = true;
    expect(await run(passageOf(file)).done.catch(explainSending)).toBe(text.files.unreadable("notes.txt"));
  });
});

describe("a pause", () => {
  test("keeps what has arrived", async () => {
    const passage = passageOf();
    const first = await halfway(passage);
    first.stop();
    await expect(first.done).rejects.toThrow();
    const second = run(passage);
    await second.done;
    expect(second.told[0]).toBe(10);
    expect(arrived()).toEqual([WORDS]);
  });
});

describe("a cancelled upload", () => {
  test("leaves nothing on the server, and nothing here", async () => {
    const passage = passageOf();
    (await halfway(passage)).stop();
    await passage.cancel();
    expect(server.uploads.size).toBe(0);
    expect(kept()).toEqual([]);
  });

  test("leaves nothing when it had only just begun", async () => {
    const letGo = server.hold();
    const passage = passageOf();
    const { stop, done } = run(passage);
    await vi.waitFor(() => expect(letGo.waiting()).toBe(1));
    stop();
    const cancelled = passage.cancel();
    letGo();
    await cancelled;
    await expect(done).rejects.toThrow();
    expect(server.asked).toEqual(["POST", "DELETE"]);
    expect(server.uploads.size).toBe(0);
  });

  test("leaves nothing when the answer to its beginning was lost", async () => {
    server.losesAnswers = true;
    waits.ms = 3_600_000;
    const passage = passageOf();
    const { told, stop } = run(passage);
    await vi.waitFor(() => expect(told).toEqual(["stalled"]));
    stop();
    server.losesAnswers = false;
    await passage.cancel();
    expect(server.asked).toEqual(["POST", "POST", "DELETE"]);
    expect([server.uploads.size, kept()]).toEqual([0, []]);
  });

  test("is ended as soon as the server can be asked again", async () => {
    const passage = passageOf();
    const { stop } = await halfway(passage);
    server.isAway = true;
    stop();
    const cancelled = passage.cancel();
    await vi.waitFor(() => expect(server.asked.filter((method) => method === "DELETE").length).toBeGreaterThan(1));
    expect(kept()).toHaveLength(1);
    server.isAway = false;
    await cancelled;
    expect([server.uploads.size, kept()]).toEqual([0, []]);
  });

  test.each([
    [CHANNEL, ["f1"]],
    [{ fileId: "f1" }, []],
  ])("that had arrived as a whole goes as a file, but a version stays: %j", async (target, gone) => {
    const passage = passageOf(aFile(), target);
    const { stop, done } = run(passage);
    await vi.waitFor(() => expect(server.whole).toHaveLength(1));
    stop();
    await passage.cancel();
    await done.catch(() => undefined);
    expect(deleted).toEqual(gone);
  });
});

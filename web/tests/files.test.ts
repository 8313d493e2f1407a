import type { Socket } from "socket.io-client";
import { beforeEach, describe, expect, test, vi } from "vitest";

import type { StoredFile } from "../src/api/files";
import { attachmentOf, filesIn, outlineOf, peaksIn, shownAs, sizeOf } from "../src/files/file";
import { fakeStorage } from "./browser";

const { asked, said } = vi.hoisted(() => ({ asked: [] as FakeRequest[], said: [] as string[] }));

class FakeRequest {
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  status = 0;
  response: unknown = null;
  onload?: () => void;
  onabort?: () => void;
  onerror?: () => void;
  onloadend?: () => void;
  constructor() {
    asked.push(this);
  }
  headers: Record<string, string> = {};
  address = "";
  body: FormData | null = null;
  open(_method: string, address: string): void {
    this.address = address;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: FormData): void {
    this.body = body;
  }
  abort(): void {
    this.onabort?.();
    this.onloadend?.();
  }
  answer(status: number, response: unknown): void {
    Object.assign(this, { status, response });
    this.onload?.();
    this.onloadend?.();
  }
}

vi.stubGlobal("XMLHttpRequest", FakeRequest);
vi.stubGlobal("localStorage", fakeStorage());
const removed: string[] = [];
vi.mock("../src/api/files", () => ({ deleteFile: (id: string) => Promise.resolve(void removed.push(id)) }));
vi.mock("../src/ui/notices", () => ({ notify: (words: string) => said.push(words) }));
vi.mock("../src/live/backoff", () => ({ pauseMs: () => 1, pause: () => Promise.resolve() }));
vi.mock("../src/session/tokens", () => ({ freshToken: () => Promise.resolve("token"), renewToken: () => Promise.resolve("token") }));

const { add, addVersion, again, drop, pause, forgetUploads, uploadsAt, sent, MOST_FILES, uploadsNow } = await import("../src/files/uploads");
const { attachFiles } = await import("../src/files/attach");
const { explainSending } = await import("../src/files/sending");
const { Problem } = await import("../src/api/problem");
const { SMALL } = await import("../src/files/passage");
const { text } = await import("../src/text");

const ID = "0199a1c5-346a-7f86-81a9-7eb0d26c9f06";
const aFile = (changes: Partial<StoredFile> = {}): StoredFile => ({
  ...{ id: ID, workspaceId: "w", filename: "plan.png", mimeType: "image/png", size: 9, uploadedBy: "u", status: "clean", reason: null },
  ...{ version: 1, width: 800, height: 400, duration: null, pages: null, thumbnail: true, previews: [], ...changes },
});
const made = (...variants: string[]) => variants.map((variant) => ({ variant, mediaType: "image/webp", size: 1 }));
const chosen = (...names: string[]) => names.map((name) => new File(["words"], name));
const states = () => uploadsAt(uploadsNow(), "c").map(({ state }) => state);
const started = (count: number) => vi.waitFor(() => expect(asked.length).toBe(count));

beforeEach(() => {
  forgetUploads();
  asked.length = removed.length = 0;
});

test("three at once are on their way, and the next begins when one has come", async () => {
  expect(add("c", "c", chosen("a", "b", "c", "d"))).toBeNull();
  await started(3);
  expect(states()).toEqual(["uploading", "uploading", "uploading", "waiting"]);
  asked[0]?.upload.onprogress?.({ loaded: 5, total: 10 });
  expect(uploadsNow()[0]?.percent).toBe(50);
  asked[0]?.answer(201, aFile());
  await started(4);
  expect(states()).toEqual(["uploaded", "uploading", "uploading", "uploading"]);
});

test("what was refused says why, and can be tried again as the same upload", async () => {
  add("c", "c", chosen("a"));
  await started(1);
  asked[0]?.answer(413, { type: "too_large", detail: "more than it may" });
  await vi.waitFor(() => expect(states()).toEqual(["failed"]));
  expect(uploadsNow()[0]?.problem).toBe(text.problems.byType.too_large);
  again(uploadsNow()[0]?.id ?? "");
  await started(2);
  expect(states()).toEqual(["uploading"]);
  expect(asked[1]?.headers["idempotency-key"]).toBe(asked[0]?.headers["idempotency-key"]);
  expect(asked[0]?.headers["idempotency-key"]).toBeTruthy();
});

test("one that is cut off is sent again by itself, as the same upload", async () => {
  add("c", "c", chosen("a"));
  await started(1);
  asked[0]?.onerror?.();
  expect(states()).toEqual(["uploading"]);
  await vi.waitFor(() => expect(states()).toEqual(["stalled"]));
  await started(2);
  expect(asked[1]?.headers["idempotency-key"]).toBe(asked[0]?.headers["idempotency-key"]);
  asked[1]?.answer(201, aFile());
  await vi.waitFor(() => expect(states()).toEqual(["uploaded"]));
});

test("only one that can go on is paused, and makes room meanwhile", async () => {
  const large = new File([new Uint8Array(SMALL + 1)], "film.mp4");
  add("c", "c", [large, ...chosen("a", "b", "c")]);
  expect(uploadsNow().map(({ canPause }) => canPause)).toEqual([true, false, false, false]);
  const [film] = uploadsNow();
  await started(3);
  pause(film?.id ?? "");
  await started(4);
  expect(states()).toEqual(["paused", "uploading", "uploading", "uploading"]);
  again(film?.id ?? "");
  expect(states()[0]).toBe("waiting");
});

test("what is removed before it is sent is removed from the server, too", async () => {
  add("c", "c", chosen("a", "b"));
  await started(2);
  asked[0]?.answer(201, aFile({ id: "first" }));
  await vi.waitFor(() => expect(states()).toEqual(["uploaded", "uploading"]));
  asked[1]?.upload.onprogress?.({ loaded: 10, total: 10 });
  uploadsNow().forEach(({ id }) => drop(id));
  asked[1]?.answer(201, aFile({ id: "second" }));
  await vi.waitFor(() => expect(removed).toEqual(["first", "second"]));
});

test("one whose answer was lost is asked for once more when it is cancelled, and removed", async () => {
  removed.length = 0;
  add("c", "c", chosen("a", "b"));
  await started(2);
  asked[0]?.upload.onprogress?.({ loaded: 10, total: 10 });
  asked.slice(0, 2).forEach((ask) => ask.onerror?.());
  await vi.waitFor(() => expect(states()).toEqual(["stalled", "stalled"]));
  uploadsNow().forEach(({ id }) => drop(id));
  await vi.waitFor(() => expect(asked.at(-1)?.headers["idempotency-key"]).toBe(asked[0]?.headers["idempotency-key"]));
  asked.at(-1)?.answer(201, aFile({ id: "lost" }));
  await vi.waitFor(() => expect(removed).toEqual(["lost"]));
});

test("the next version goes to its file, and is told of once it is stored", async () => {
  const told: StoredFile[] = [];
  expect(addVersion("f", "file:f", new File([], "nothing"), () => undefined)).toBe(text.files.empty("nothing"));
  addVersion("f", "file:f", chosen("a")[0] as File, (stored) => told.push(stored));
  await started(1);
  expect([asked[0]?.address, [...(asked[0]?.body?.keys() ?? [])]]).toEqual(["/api/files/f/versions", ["file"]]);
  asked[0]?.answer(201, aFile());
  await vi.waitFor(() => expect(told).toEqual([aFile()]));
  expect(uploadsNow()).toEqual([]);
});

test("one that is cancelled ends, and makes room", async () => {
  add("c", "c", chosen("a", "b", "c", "d"));
  await started(3);
  drop(uploadsNow()[0]?.id ?? "");
  await started(4);
  expect(states()).toEqual(["uploading", "uploading", "uploading"]);
});

test("a message has room for so many, and none for what is empty", () => {
  expect(add("c", "c", [new File([], "nothing"), ...chosen("a")])).toBe(text.files.empty("nothing"));
  const more = chosen(...Array.from({ length: MOST_FILES }, (_, number) => `f${number}`));
  expect(add("c", "c", more)).toBe(text.files.tooMany(MOST_FILES));
  expect(states()).toHaveLength(MOST_FILES);
  expect(add("c", "thread", chosen("b"))).toBeNull();
});

test("what went with a message is forgotten", async () => {
  add("c", "c", chosen("a"));
  await started(1);
  asked[0]?.answer(201, aFile());
  await vi.waitFor(() => expect(states()).toEqual(["uploaded"]));
  sent(uploadsNow().map(({ id }) => id));
  expect(uploadsNow()).toEqual([]);
});

test("only ids are taken from what somebody attached", () => {
  const bad = [null, "x", { type: "file" }, { fileId: "../x" }, { fileId: 7 }, { fileId: ID.toUpperCase() }];
  expect(filesIn([...bad, attachmentOf(aFile())])).toEqual([{ fileId: ID, name: "plan.png" }]);
});

test("a file is shown by what was made of it", () => {
  expect(shownAs(aFile({ previews: made("thumbnail", "image") }))).toEqual({ kind: "image", variants: ["image"] });
  expect(shownAs(aFile({ previews: made("page-10", "page-2", "pdf", "text") })).variants).toEqual(["page-2", "page-10"]);
  expect(shownAs(aFile({ previews: made("html", "text") })).kind).toBe("html");
  expect(shownAs(aFile({ mimeType: "video/mp4" }))).toEqual({ kind: "video", variants: [""] });
  expect(shownAs(aFile({ mimeType: "image/svg+xml" })).kind).toBe("other");
});

test("a thumbnail has its place before it is there", () => {
  expect(sizeOf(aFile(), 360, 260)).toEqual({ width: 360, height: 180 });
  expect(sizeOf(aFile({ width: null, height: null }), 360, 260)).toEqual({ width: 360, height: 260 });
});

test("sizes are said as people say them", () => {
  expect([1, 999, 1_500, 25_300_000, 2_147_483_647].map(text.files.size)).toEqual([
    ...["1 byte", "999 bytes", "1.5 KB", "25 MB", "2.1 GB"],
  ]);
});

test("a sound is drawn from its peaks, and nothing else is", () => {
  expect(peaksIn({ peaks: [0, 0.5, 7, "x"] })).toEqual([0, 0.5, 1, 0]);
  for (const nothing of [null, "x", {}, { peaks: "x" }]) expect(peaksIn(nothing)).toEqual([]);
  expect(outlineOf([0, 1])).toBe("M0 -0.02L1 -1L1 1L0 0.02Z");
});

describe("what the server refused in the end", () => {
  const refusedFile = (changes: Partial<StoredFile> = {}) => aFile({ status: "refused", reason: "forbidden", ...changes });
  let tell: (told: { file: StoredFile }) => void = () => undefined;

  beforeEach(() => {
    said.length = 0;
    const on = (event: string, listener: typeof tell) => {
      if (event === "file:refused") tell = ((before) => (told: { file: StoredFile }) => (before(told), listener(told)))(tell);
    };
    tell = () => undefined;
    attachFiles({ on } as unknown as Socket);
  });

  test("is no longer to be sent, says why, and is not tried again", async () => {
    add("c", "c", chosen("a"));
    await started(1);
    asked[0]?.answer(201, aFile({ status: "scanning" }));
    await vi.waitFor(() => expect(states()).toEqual(["uploaded"]));
    tell({ file: refusedFile() });
    expect(uploadsNow()[0]).toMatchObject({ state: "failed", problem: text.files.refused.forbidden, stored: { id: ID } });
    expect(said).toEqual([]);
    uploadsNow().forEach(({ id }) => drop(id));
    await vi.waitFor(() => expect(removed).toEqual([ID]));
  });

  test("also if that was known when its upload ended", async () => {
    add("c", "c", chosen("a"));
    await started(1);
    asked[0]?.answer(201, refusedFile({ reason: "malware" }));
    await vi.waitFor(() => expect(uploadsNow()[0]).toMatchObject({ state: "failed", problem: text.files.refused.malware }));
  });

  test("is told with its name if nothing on the page would say it", () => {
    tell({ file: refusedFile() });
    tell({ file: refusedFile({ reason: "malware", version: 2 }) });
    tell({ file: refusedFile({ reason: "malware" }) });
    expect(said).toEqual([`plan.png: ${text.files.refused.forbidden}`, `plan.png: ${text.files.refused.malware}`]);
  });

  test("is a sentence also where the right is asked for first", () =>
    expect(explainSending(new Problem(403, "forbidden", "no"))).toBe(text.files.refused.forbidden));
});

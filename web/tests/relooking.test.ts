import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { StoredFile } from "../src/api/files";
import { fakeStorage } from "./browser";

// Without a window nothing is looked at by itself.
vi.hoisted(() => Object.assign(globalThis, { window: { addEventListener: () => undefined, removeEventListener: () => undefined } }));
const asked = vi.fn<(ids: readonly string[]) => Promise<StoredFile[]>>();
vi.stubGlobal("localStorage", fakeStorage());
vi.mock("../src/api/files", async (original) => ({
  ...(await original<object>()),
  filesOf: (ids: readonly string[]) => asked(ids),
}));

const { attachFiles } = await import("../src/files/attach");
const { fileQuery } = await import("../src/files/known");
const { queries } = await import("../src/live/queries");

type Heard = (told?: unknown) => void;
const heard = new Map<string, Heard>();
const socket = { on: (event: string, call: Heard) => heard.set(event, call) };
const file = (id: string, status: StoredFile["status"]) => ({ id, status }) as StoredFile;
const endings: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  queries.clear();
  queries.mount();
  attachFiles(socket as never);
});
afterEach(() => {
  endings.splice(0).forEach((end) => end());
  vi.useRealTimers();
});

/** As long as it is on the screen. */
function shown(id: string) {
  const observer = new QueryObserver(queries, fileQuery(id));
  endings.push(observer.subscribe(() => undefined));
  return () => observer.getCurrentResult().data?.status ?? null;
}

const passing = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("what became of files while the connection was gone is seen when it is back", async () => {
  asked.mockResolvedValue([file("a", "scanning"), file("b", "uploading")]);
  const [a, b, hidden] = ["a", "b", "c"].map(shown);
  await passing(100);
  expect([a?.(), b?.(), hidden?.()]).toEqual(["scanning", "uploading", null]);
  asked.mockResolvedValue([file("a", "clean"), file("b", "refused"), file("c", "clean")]);
  heard.get("connect")?.();
  await passing(100);
  expect([a?.(), b?.(), hidden?.()]).toEqual(["clean", "refused", "clean"]);
});

test("also when the service is not there yet at that moment", async () => {
  asked.mockResolvedValue([file("a", "scanning")]);
  const a = shown("a");
  await passing(100);
  asked.mockRejectedValue(new Error("unavailable"));
  heard.get("connect")?.();
  await passing(60_000);
  expect(a()).toBe("scanning");
  asked.mockResolvedValue([file("a", "clean")]);
  await passing(60_000);
  expect(a()).toBe("clean");
});

test("what is being checked is looked at now and then, what is done is not", async () => {
  asked.mockResolvedValue([file("a", "scanning")]);
  const a = shown("a");
  await passing(100);
  asked.mockResolvedValue([file("a", "clean")]);
  await passing(31_000);
  expect(a()).toBe("clean");
  const before = asked.mock.calls.length;
  await passing(600_000);
  expect(asked.mock.calls.length).toBe(before);
});

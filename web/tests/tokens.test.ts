import { beforeEach, expect, test, vi } from "vitest";

import type { User } from "../src/api/types";

const { kept } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  Object.assign(globalThis, { localStorage, navigator: {} });
  return { kept };
});

const { current, forget, keep } = await import("../src/session/session");
const { freshToken, renewToken } = await import("../src/session/tokens");

const user = { id: "alice", name: "Alice" } as User;
const signedIn = (number: number, expiresIn = 900) => ({
  user,
  accessToken: `access${number}`,
  refreshToken: `refresh${number}`,
  expiresIn,
});
const refreshed = vi.fn<(body: string) => Promise<Response>>();

beforeEach(() => {
  forget();
  refreshed.mockReset();
  vi.stubGlobal("fetch", (_path: string, init: RequestInit) => refreshed(String(init.body)));
});

test("a token that is good for a while is used as it is", async () => {
  keep(signedIn(1));
  expect(await freshToken()).toBe("access1");
  expect(refreshed).not.toHaveBeenCalled();
});

test("many who need a new token at once cause one refresh", async () => {
  keep(signedIn(1, 0));
  refreshed.mockImplementation(() => Promise.resolve(Response.json(signedIn(2))));
  expect(new Set(await Promise.all([freshToken(), freshToken(), renewToken("access1")]))).toEqual(new Set(["access2"]));
  expect(refreshed.mock.calls).toEqual([['{"refreshToken":"refresh1"}']]);
});

test("what another tab has refreshed is taken over: a refresh token is good for one use", async () => {
  keep(signedIn(1));
  kept.set("nexus.session", JSON.stringify({ ...signedIn(2), expiresAt: Date.now() + 900_000, signedInAt: 0 }));
  expect(await renewToken("access1")).toBe("access2");
  expect(refreshed).not.toHaveBeenCalled();
  expect(current()?.refreshToken).toBe("refresh2");
});

test("a refused refresh signs out", async () => {
  keep(signedIn(1));
  refreshed.mockResolvedValue(Response.json({ type: "unauthenticated" }, { status: 401 }));
  await expect(renewToken("access1")).rejects.toMatchObject({ status: 401 });
  expect(current()).toBeNull();
});

test("an unreachable or failing server does not sign out", async () => {
  keep(signedIn(1));
  refreshed.mockRejectedValueOnce(new TypeError("network"));
  await expect(renewToken("access1")).rejects.toThrow();
  refreshed.mockResolvedValueOnce(Response.json({ type: "unavailable" }, { status: 503 }));
  await expect(renewToken("access1")).rejects.toMatchObject({ status: 503 });
  expect(current()?.accessToken).toBe("access1");
});

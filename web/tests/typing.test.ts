import { expect, test } from "vitest";

import { TYPING_EXPIRES_MS, expire, start, stop } from "../src/conversation/typing";

const bobTypes = start({}, "c", "bob", 1_000);

test("somebody who stopped is typing no more", () => {
  expect(stop(bobTypes, "c", "bob")).toEqual({ c: {} });
});

test("a stop that was lost is made up for by time", () => {
  expect(expire(bobTypes, 1_000 + TYPING_EXPIRES_MS - 1)).toBe(bobTypes);
  expect(expire(bobTypes, 1_000 + TYPING_EXPIRES_MS)).toEqual({ c: {} });
});

test("typing on keeps it alive", () => {
  const still = start(bobTypes, "c", "bob", 4_000);
  expect(expire(still, 1_000 + TYPING_EXPIRES_MS)).toBe(still);
});

test("the stop of somebody who never typed changes nothing", () => {
  expect(stop(bobTypes, "other", "carol")).toBe(bobTypes);
});

import { expect, test } from "vitest";

import { arrange } from "../src/conversation/lines";
import { aMessage, messagesOf } from "./messages";

const NOTHING = { after: 0, until: 0 };

test("an author's quick sequence stands under one name", () => {
  expect(arrange(messagesOf(1, 3), NOTHING, "me").map((line) => line.startsGroup)).toEqual([true, false, false]);
});

test("another author, or a pause, begins anew", () => {
  const messages = [aMessage(1), aMessage(2, { userId: "bob" }), aMessage(400, { userId: "bob" })];
  expect(arrange(messages, NOTHING, "me").map((line) => line.startsGroup)).toEqual([true, true, true]);
});

test("the first message of others since the last look is marked, and no later one", () => {
  const messages = [aMessage(1), aMessage(2, { userId: "me" }), aMessage(3), aMessage(4)];
  expect(arrange(messages, { after: 1, until: 4 }, "me").map((line) => line.startsNew)).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test("what arrives while looking is not marked as new", () => {
  expect(arrange(messagesOf(1, 3), { after: 2, until: 2 }, "me").some((line) => line.startsNew)).toBe(false);
});

test("each day is announced once", () => {
  const messages = [aMessage(1), aMessage(2), aMessage(3, { createdAt: "2026-01-07T09:00:00.000Z" })];
  expect(arrange(messages, NOTHING, "me").map((line) => line.startsDay)).toEqual([true, false, true]);
});

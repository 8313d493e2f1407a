import { expect, test } from "vitest";

import { inMinutes, localText, morning, nextMonday } from "../src/kept/times";

const WEDNESDAY = new Date(2026, 0, 7, 15, 30);

test("tomorrow morning is at nine, also over the end of a month", () => {
  expect(morning(WEDNESDAY, 1)).toEqual(new Date(2026, 0, 8, 9));
  expect(morning(new Date(2026, 0, 31, 23, 59), 1)).toEqual(new Date(2026, 1, 1, 9));
});

test("the next Monday is never today", () => {
  const days = [0, 1, 2, 3, 4, 5, 6].map((day) => nextMonday(new Date(2026, 0, 4 + day, 8)).getDate());
  expect(days).toEqual([5, 12, 12, 12, 12, 12, 12]);
});

test("a moment is written as the field takes it, where the person is", () => {
  expect(localText(WEDNESDAY)).toBe("2026-01-07T15:30");
  expect(inMinutes(WEDNESDAY, 45)).toEqual(new Date(2026, 0, 7, 16, 15));
});

import { expect, test } from "vitest";

import { text } from "../src/text";

const people = (number: number) => Array.from({ length: number }, (_, index) => `P${index + 1}`);

test("of many who reacted the first are named, and the others counted", () => {
  expect(text.fewNames(people(2))).toBe("P1 and P2");
  expect(text.fewNames(people(21))).toMatch(/P20, and P21$/);
  expect(text.fewNames(people(500))).toMatch(/^P1, .*P20, and 480 others$/);
});

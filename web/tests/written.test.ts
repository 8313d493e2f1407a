import { expect, test } from "vitest";

import { after, differing, placeAfter, rebased } from "../src/ui/typing";

test("the caret stays beside what it was beside when others change the words around it", () => {
  expect(placeAfter("Hello", 5, "kept before\nHello")).toBe("kept before\nHello".length);
  expect(placeAfter("Hello", 2, "kept before\nHello")).toBe("kept before\nHe".length);
  expect(placeAfter("Hello", 2, "Help")).toBe(2);
  expect(placeAfter("Hello", 3, "")).toBe(0);
  expect(placeAfter("aaaa", 0, "aa")).toBeLessThanOrEqual(2);
});

test("a field is emptied of what was sent, not of what was written since", () => {
  expect(after("first", "")("first")).toBe("");
  expect(after("first", "")("second")).toBe("second");
});

test("only what was changed is saved", () => {
  expect(differing({ title: "New", url: "https://a.example", emoji: null }, { title: "Old", url: "https://a.example" })).toEqual({
    title: "New",
  });
});

test("a list is saved upon what others made of it meanwhile", () => {
  expect(rebased(["ada", "bo"], ["ada", "cy"], ["ada", "bo", "di"])).toEqual(["ada", "di", "cy"]);
  expect(rebased(["ada"], ["ada", "bo"], ["bo"])).toEqual(["bo"]);
});

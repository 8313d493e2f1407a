import { expect, test } from "vitest";

import { filesPasted } from "../src/files/pasted";

const PICTURE = new File(["picture"], "image.png", { type: "image/png" });

function pasted(data: Readonly<Record<string, string>>) {
  return filesPasted({ files: [PICTURE] as unknown as FileList, getData: (type: string) => data[type] ?? "" });
}

test("what a word processor or spreadsheet copied is its words, not the picture that it puts beside them", () => {
  expect(pasted({ "text/html": "<table><tr><td>a</td></tr></table>", "text/plain": "a\n" })).toEqual([]);
});

test("a picture from a page, a screenshot and a file with its name are files", () => {
  expect(pasted({ "text/html": '<img src="https://a.example/i.png">' })).toEqual([PICTURE]);
  expect(pasted({})).toEqual([PICTURE]);
  expect(pasted({ "text/plain": "image.png" })).toEqual([PICTURE]);
});

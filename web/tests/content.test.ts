import { expect, test } from "vitest";

import { pieces } from "../src/conversation/content";

test("plain words stay as they are, markup included", () => {
  const words = 'a <b>bold</b> & "quoted" javascript:alert(1)';
  expect(pieces(words)).toEqual([{ kind: "text", text: words }]);
});

test("a fence becomes a block with its language, without its own line breaks", () => {
  expect(pieces("see\n```js\nlet a;\n```\nthere")).toEqual([
    { kind: "text", text: "see" },
    { kind: "block", text: "let a;", language: "js" },
    { kind: "text", text: "there" },
  ]);
});

test("links and code inside a fence are left alone", () => {
  expect(pieces("```https://a.example `b`\n```")).toHaveLength(1);
});

test("a link ends before the sentence does, and keeps its own brackets", () => {
  const links = pieces("(https://a.example/x). https://b.example/y_(z), https://c.example?q=1!").filter(
    (piece) => piece.kind === "link",
  );
  expect(links.map((link) => link.text)).toEqual([
    "https://a.example/x",
    "https://b.example/y_(z)",
    "https://c.example?q=1",
  ]);
});

test("only http and https become links", () => {
  expect(pieces("javascript:alert(1) data:text/html,x ftp://a.example").every((piece) => piece.kind === "text")).toBe(
    true,
  );
});

test("inline code is set apart", () => {
  expect(pieces("run `make` now")).toEqual([
    { kind: "text", text: "run " },
    { kind: "code", text: "make" },
    { kind: "text", text: " now" },
  ]);
});

test("an unfinished fence is shown as it was written", () => {
  expect(pieces("```js\nlet a")).toEqual([{ kind: "text", text: "```js\nlet a" }]);
});

test("whom a text names is set apart, outside of code", () => {
  const id = "0199a1c3-0134-7c53-9e76-4b8daf3f6c03";
  const named = (type: string, ofOne = true) => ({
    kind: "reference",
    node: ofOne ? { type, attrs: { id } } : { type },
  });
  const found = pieces(`<@${id.toUpperCase()}><#${id}><!group:${id}><!here><!channel>\`<@${id}>\` <@ada> <!everyone>`);
  expect(found).toEqual([
    named("userMention"),
    named("channelLink"),
    named("groupMention"),
    named("hereMention", false),
    named("channelMention", false),
    { kind: "code", text: `<@${id}>` },
    { kind: "text", text: " <@ada> <!everyone>" },
  ]);
});

test("emoji stand by themselves or side by side, not within a word or a time", () => {
  const emoji = (name: string) => ({ kind: "reference", node: { type: "emoji", attrs: { name } } });
  const found = pieces("a:party:b 10:30:45 é:party: std::vector::x :party::100:! :+1:");
  expect(found.filter(({ kind }) => kind !== "text")).toEqual(["party", "100", "+1"].map(emoji));
});

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import type { WorkspaceMember } from "../src/api/types";
import { Content } from "../src/conversation/Content";
import { type FormattedNode, addressOf } from "../src/conversation/formatting";

const ADA = { userId: "ada", name: "Ada <b>" } as WorkspaceMember;

const words = (text: string, ...types: string[]): FormattedNode => ({
  type: "text",
  text,
  marks: types.map((type) => ({ type })),
});
const node = (type: string, content: FormattedNode[] = [], attrs: Record<string, unknown> = {}): FormattedNode => ({
  type,
  content,
  attrs,
});
const link = (href: unknown): FormattedNode => ({ type: "text", text: "x", marks: [{ type: "link", attrs: { href } }] });

function shown(...blocks: FormattedNode[]): string {
  const page = renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <Content content="" formatted={node("doc", blocks)} people={new Map([["ada", ADA]])} />
    </QueryClientProvider>,
  );
  return page.replace(/^<div[^>]*>|<\/div>$/g, "");
}

test("each node and mark is an element of its own", () => {
  const inLine = [words("b", "bold"), words("i", "bold", "italic"), words("s", "strike", "code")];
  expect(shown(node("paragraph", inLine))).toBe(
    "<p><strong>b</strong><strong><em>i</em></strong><s><code>s</code></s></p>",
  );
  expect(shown(node("bulletList", [node("listItem", [node("paragraph", [words("a")])])]))).toBe(
    "<ul><li><p>a</p></li></ul>",
  );
  const others = [node("orderedList", [node("listItem")], { start: 3 }), node("blockquote"), node("horizontalRule")];
  expect(shown(...others)).toBe(
    '<ol start="3"><li></li></ol><blockquote></blockquote><hr/>',
  );
  expect(shown(node("codeBlock", [words("<x>\n")], { language: "html" }))).toBe(
    '<pre data-language="html"><code>&lt;x&gt;\n</code></pre>',
  );
  expect(shown(node("heading", [words("h"), node("hardBreak")], { level: 2 }))).toContain("heading-2");
});

test("words are words, whatever they say", () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&';
  const page = shown(
    node("paragraph", [words(hostile), node("emoji", [], { name: hostile }), node("userMention", [], { id: "ada" })]),
    node("codeBlock", [words(hostile)], { language: hostile }),
  );
  expect(page).not.toContain("<img");
  expect(page).not.toContain("<b>");
  expect(page).toContain("@Ada &lt;b&gt;");
});

test("a node or mark that is not known shows the words within", () => {
  expect(shown(node("script", [words("alert(1)", "blink")]), node("paragraph", [node("iframe", [words("x")])]))).toBe(
    "alert(1)<p>x</p>",
  );
});

test("only addresses of the web and of mail can be pressed", () => {
  for (const href of ["https://a.example/x", "HTTP://a.example", "mailto:ada@a.example"]) {
    expect(shown(link(href))).toBe(`<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">x</a>`);
  }
  const disguised = ["javascript:alert(1)", " javascript:x", "java\nscript:x", "data:text/html,x", "//a.example", 7, null];
  for (const href of disguised) expect(shown(link(href))).toBe("x");
  expect(addressOf({ type: "link" })).toBeNull();
});

test("what is nested without end is cut, and nothing else with it", () => {
  let deep = node("paragraph", [words("too deep")]);
  for (let level = 0; level < 5_000; level++) deep = node("blockquote", [deep]);
  const page = shown(node("paragraph", [words("before")]), deep);
  expect(page).toContain("before");
  expect(page).not.toContain("too deep");
});

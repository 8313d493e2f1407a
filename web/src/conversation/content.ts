/** Splits a message's text into what is shown as code, as a link, or as it is. */

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "block"; text: string; language: string }
  | { kind: "link"; text: string; href: string };

const FENCE = /```([\w+-]*)\n?([\s\S]*?)```/g;
const INLINE = /`([^`\n]+)`|(https?:\/\/[^\s<>"'`]+)/g;
const TRAILING = /[.,;:!?)\]}]+$/;

export function pieces(content: string): Piece[] {
  const result: Piece[] = [];
  let from = 0;
  for (const match of content.matchAll(FENCE)) {
    result.push(...inline(content.slice(from, match.index).replace(/\n$/, "")));
    result.push({ kind: "block", language: match[1] ?? "", text: (match[2] ?? "").replace(/\n$/, "") });
    from = match.index + match[0].length;
  }
  const rest = content.slice(from);
  return [...result, ...inline(from > 0 ? rest.replace(/^\n/, "") : rest)];
}

function inline(text: string): Piece[] {
  const result: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code] = match;
    const shown = code === undefined ? withoutTrailing(whole) : whole;
    if (match.index > from) result.push({ kind: "text", text: text.slice(from, match.index) });
    result.push(code === undefined ? { kind: "link", text: shown, href: shown } : { kind: "code", text: code });
    from = match.index + shown.length;
  }
  if (from < text.length) result.push({ kind: "text", text: text.slice(from) });
  return result;
}

/** "see https://a.example/b." ends before the full stop, "(https://a.example/b_(c))" keeps its own bracket. */
function withoutTrailing(link: string): string {
  const trimmed = link.replace(TRAILING, "");
  const opened = trimmed.split("(").length - trimmed.split(")").length;
  return opened > 0 && link[trimmed.length] === ")" ? `${trimmed})` : trimmed;
}

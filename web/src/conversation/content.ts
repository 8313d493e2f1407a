/** Splits a message's text into what is shown as code, as a link, as whom it names, or as it is. */
import type { FormattedNode } from "./formatting";

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "block"; text: string; language: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "reference"; node: FormattedNode };

const FENCE = /```([\w+-]*)\n?([\s\S]*?)```/g;
const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const CODE = "`([^`\\n]+)`";
const LINK = "(https?:\\/\\/[^\\s<>\"'`]+)";
// As the server reads them in what is formatted: one or several side by side, but not within a word or a time.
const EMOJI = "(?<![\\p{L}\\p{N}_:])((?::[a-z0-9_+-]{1,50}:)+)(?![\\p{L}\\p{N}_:])";
const INLINE = new RegExp(`${CODE}|${LINK}|<(?:(@|#|!group:)(${ID})|!(channel|here))>|${EMOJI}`, "giu");
const REFERENCES: Record<string, string> = { "@": "userMention", "#": "channelLink", "!group:": "groupMention" };
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
    const [whole, code, link, sign, id, all, emoji] = match;
    const shown = link === undefined ? whole : withoutTrailing(whole);
    if (match.index > from) result.push({ kind: "text", text: text.slice(from, match.index) });
    if (code !== undefined) result.push({ kind: "code", text: code });
    else if (link !== undefined) result.push({ kind: "link", text: shown, href: shown });
    else if (emoji !== undefined) result.push(...emoji.slice(1, -1).split("::").map(pictured));
    else result.push({ kind: "reference", node: referred(sign, id, all) });
    from = match.index + shown.length;
  }
  if (from < text.length) result.push({ kind: "text", text: text.slice(from) });
  return result;
}

const pictured = (name: string): Piece => ({ kind: "reference", node: { type: "emoji", attrs: { name } } });

function referred(sign = "", id = "", all = ""): FormattedNode {
  if (all) return { type: `${all.toLowerCase()}Mention` };
  return { type: REFERENCES[sign.toLowerCase()] ?? "", attrs: { id: id.toLowerCase() } };
}

/** "see https://a.example/b." ends before the full stop, "(https://a.example/b_(c))" keeps its own bracket. */
function withoutTrailing(link: string): string {
  const trimmed = link.replace(TRAILING, "");
  const opened = trimmed.split("(").length - trimmed.split(")").length;
  return opened > 0 && link[trimmed.length] === ")" ? `${trimmed})` : trimmed;
}

"""Markdown becomes formatted content, if it says anything that plain text does not."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from messaging.formatting import addresses
from messaging.formatting.checking import Refused, canonical
from messaging.formatting.schema import Node, language

# Whether it is worth a look: most messages are a line of words, and must cost nothing.
_SIGNS = re.compile(
    r"[*_`~\[]|\\[#<>]|<(?:https?|mailto):|^[ \t]*(?:#{1,6}[ \t]|>|[-+][ \t]|\d{1,9}[.)][ \t]|---)",
    re.MULTILINE | re.IGNORECASE,
)
_ESCAPES = re.compile(r"\\[*_`~\[<#>]")
_BRACKETED_ADDRESS = re.compile(r"[<\[]https?://", re.IGNORECASE)
_ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_REFERENCE = re.compile(rf"<(?:@(?P<user>{_ID})|!group:(?P<group>{_ID})|#(?P<link>{_ID})|!(?P<all>channel|here))>")
# One or several side by side, but not within a word or a time.
_EMOJI = re.compile(r"(?<![\w:])((?::(?:[+-]1|(?=[a-z0-9_+-]*[a-z0-9])[a-z0-9_][a-z0-9_+-]{0,63}):)+)(?![\w:])")
_KINDS = {"user": "userMention", "group": "groupMention", "link": "channelLink"}
_RULES = (
    "blockquote", "fence", "heading", "hr", "list", "autolink", "backticks", "emphasis", "escape", "link", "newline",
    "strikethrough",
)  # fmt: skip
_ENDS_TEXT = re.compile(r"[\n\\`~*_\[\]<]")
# Steps of the parser: some 5 microseconds each. What takes more stays plain text.
_MOST_STEPS = 3_000
_STEPS = "steps"
_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
_WORDLESS = ("paragraph", "heading", "codeBlock", "horizontalRule", "hardBreak")
_HOLDERS = {
    "paragraph": "paragraph", "heading": "heading", "blockquote": "blockquote", "bullet_list": "bulletList",
    "ordered_list": "orderedList", "list_item": "listItem",
}  # fmt: skip


class _TooLong(Exception):
    """The parser took more steps than a message is worth."""


def from_markdown(content: str) -> Node | None:
    """The content's canonical form; None if it is as good as plain text, or too much to be more than that."""
    if not _SIGNS.search(content):
        return None
    try:
        document = canonical(_document(_PARSER.parse(content, {_STEPS: 0})))
    except (_TooLong, Refused):
        return None
    return document if _says_more(document, content) else None


def _says_more(document: Node, content: str) -> bool:
    """Whether there is a word, and anything about the words that the content as it is written does not say."""
    said = [node for node in _inline(document) if node["type"] not in _WORDLESS]
    if not said:
        return False
    is_shaped = any(block["type"] != "paragraph" for block in document["content"])
    is_written_otherwise = _ESCAPES.search(content) or _BRACKETED_ADDRESS.search(content)
    return is_shaped or bool(is_written_otherwise) or any(map(_is_marked, said))


def _is_marked(node: Node) -> bool:
    """Whether it has more than the link that every address is."""
    return any(mark["type"] != "link" or mark["attrs"]["href"] != node.get("text") for mark in node.get("marks", ()))


def _inline(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if "content" in node:
            waiting.extend(reversed(node["content"]))
        else:
            yield node


def _document(tokens: Iterable[Token]) -> Node:
    root: Node = {"type": "doc", "content": []}
    open_: list[Node] = [root]
    for token in tokens:
        if token.nesting == 1:
            node: Node = {"type": _HOLDERS[token.type.removesuffix("_open")], "content": [], **_attributes(token)}
            open_[-1]["content"].append(node)
            open_.append(node)
        elif token.nesting == -1:
            closed = open_.pop()
            if closed["type"] == "listItem" and not closed["content"]:
                closed["content"].append({"type": "paragraph"})
        elif token.type == "inline":
            open_[-1]["content"].extend(_spoken(token.children or ()))
        else:
            open_[-1]["content"].append(_alone(token))
    return root


def _attributes(token: Token) -> Node:
    if token.type == "heading_open":
        return {"attrs": {"level": min(3, int(token.tag[1:]))}}
    if token.type == "ordered_list_open":
        return {"attrs": {"start": int(token.attrs.get("start", 1))}}
    return {}


def _alone(token: Token) -> Node:
    if token.type == "hr":
        return {"type": "horizontalRule"}
    text = token.content.removesuffix("\n")
    code: Node = {"type": "codeBlock", "attrs": {"language": _language(token.info)}}
    return {**code, "content": [{"type": "text", "text": text}]} if text else code


def _language(info: str) -> object:
    try:
        return language(info.split(maxsplit=1)[0].lower()) if info.strip() else None
    except ValueError:
        return None


def _spoken(tokens: Iterable[Token]) -> Iterator[Node]:
    marks: list[Node] = []
    for token in tokens:
        if token.nesting == 1:
            marks.append(_mark(token))
        elif token.nesting == -1:
            marks.pop()
        elif token.type in ("softbreak", "hardbreak"):
            yield {"type": "hardBreak"}
        elif token.type == "code_inline":
            yield _marked({"type": "text", "text": token.content}, [*marks, {"type": "code"}])
        elif token.type == "reference":
            yield _marked(token.meta["node"], marks)
        elif token.content:
            yield from _words(token.content, marks)


def _mark(token: Token) -> Node:
    if token.type != "link_open":
        return {"type": _MARKS[token.type.removesuffix("_open")]}
    try:
        return {"type": "link", "attrs": {"href": addresses.address(str(token.attrs["href"]))}}
    except ValueError:
        return {}


def _marked(node: Node, marks: Iterable[Node]) -> Node:
    """With each mark once, as a word can be bold within what is bold."""
    once = {mark["type"]: mark for mark in marks if mark}
    return {**node, "marks": list(once.values())} if once else node


def _words(text: str, marks: list[Node]) -> Iterator[Node]:
    """Text with the addresses and emoji that stand in it."""
    is_link = any(mark and mark["type"] == "link" for mark in marks)
    place = 0
    for start, end, href in () if is_link else addresses.bare(text):
        yield from _pictured(text[place:start], marks)
        yield _marked({"type": "text", "text": text[start:end]}, [*marks, {"type": "link", "attrs": {"href": href}}])
        place = end
    yield from _pictured(text[place:], marks)


def _pictured(text: str, marks: list[Node]) -> Iterator[Node]:
    for index, piece in enumerate(_EMOJI.split(text)):
        if index % 2:
            for name in piece[1:-1].split("::"):
                yield _marked({"type": "emoji", "attrs": {"name": name}}, marks)
        elif piece:
            yield _marked({"type": "text", "text": piece}, marks)


def _reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        kind, said = str(match.lastgroup), match[str(match.lastgroup)]
        node: Node = {"type": f"{said}Mention"} if kind == "all" else {"type": _KINDS[kind], "attrs": {"id": said}}
        state.push("reference", "", 0).meta["node"] = node
    state.pos = match.end()
    return True


def _count_inline(state: StateInline, _silent: bool) -> bool:
    return _count(state.env)


def _count_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    return _count(state.env)


def _count(env: Any) -> bool:
    """A rule that never applies; the parser tries it before every other."""
    env[_STEPS] += 1
    if env[_STEPS] > _MOST_STEPS:
        raise _TooLong
    return False


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": 20}).enable(_RULES)
    parser.inline.terminator_re = _ENDS_TEXT
    parser.inline.ruler.before("text", "steps", _count_inline)
    parser.inline.ruler.before("autolink", "reference", _reference)
    parser.block.ruler.before("fence", "steps", _count_block, {"alt": ["paragraph", "blockquote", "list"]})
    return parser


_PARSER = _parser()

"""Formatted content becomes Markdown, which old clients show, and plain text, which search and notices read."""

import re
from collections.abc import Iterator, Sequence
from itertools import count, repeat

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace

from messaging.formatting.addresses import bare
from messaging.formatting.schema import TOKENS, Node, token

_ESCAPED = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"
    r"|`"
    r"|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|~(?=~|$)|(?<=~)~|^~"
    r"|\](?=[(\[]|$)"
    r"|<(?=[A-Za-z@#!]|$)"
)
_ESCAPED_IN_LINK = re.compile(_ESCAPED.pattern + r"|[\[\]]")
_LINE_START = re.compile(r"^(\s*)(?:(\d{1,9})(?=[.)](?:\s|$))|(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|---))", re.MULTILINE)
_CLOSING = re.compile(r"(?<!\\)#+\s*$")
_ESCAPE = r"\\\g<0>"
_FENCES = re.compile(r"`+")
_SIGNS = {"bold": "**", "strike": "~~", "underline": ""}


def markdown(document: Node) -> str:
    """The document as Markdown. Underline is not said by Markdown; everything else is."""
    return "\n\n".join(_blocks(document["content"]))


def plain_text(document: Node) -> str:
    """The document's words, a line for each line, with whom it mentions as `<@id>` and so on."""
    return "\n".join(line for block in document["content"] for line in _lines(block)).strip()


def _lines(block: Node) -> Iterator[str]:
    children: Sequence[Node] = block.get("content", ())
    if children and _is_block(children[0]):
        for child in children:
            yield from _lines(child)
    elif children:
        yield "".join(_bare(child) for child in children)


def _is_block(node: Node) -> bool:
    return node["type"] not in ("text", "hardBreak") and node["type"] not in TOKENS


def _bare(node: Node) -> str:
    if node["type"] == "hardBreak":
        return "\n"
    return str(node["text"]) if node["type"] == "text" else token(node)


def _blocks(blocks: Sequence[Node]) -> Iterator[str]:
    """Each block's Markdown; a list after a list has other signs, so that they stay two."""
    is_other = False
    for before, block in zip((None, *blocks), blocks, strict=False):
        is_other = before is not None and before["type"] == block["type"] and not is_other
        if written := _block(block, is_other):
            yield written


def _block(block: Node, is_other: bool) -> str:
    children: Sequence[Node] = block.get("content", ())
    match block["type"]:
        case "paragraph":
            return _paragraph(children)
        case "heading":
            return _heading(children, block["attrs"]["level"])
        case "blockquote":
            return _indented("\n\n".join(_blocks(children)), "> ", "> ")
        case "bulletList" | "orderedList":
            return "\n".join(_item(item, sign) for item, sign in zip(children, _signs(block, is_other), strict=False))
        case "codeBlock":
            return _fenced("".join(child["text"] for child in children), block["attrs"]["language"] or "")
    return "---"


def _heading(children: Sequence[Node], level: int) -> str:
    line = _inline(children).replace("\n", " ")
    return f"{'#' * level} {_CLOSING.sub(_ESCAPE, line)}"


def _signs(block: Node, is_other: bool) -> Iterator[str]:
    """The sign of each item of a list."""
    if block["type"] == "bulletList":
        return repeat("* " if is_other else "- ")
    return (f"{number}{')' if is_other else '.'} " for number in count(block["attrs"]["start"]))


def _item(item: Node, sign: str) -> str:
    children = item["content"]
    is_tight = len(children) == 1 or (len(children) == 2 and children[1]["type"].endswith("List"))
    return _indented(("\n" if is_tight else "\n\n").join(_blocks(children)), sign, " " * len(sign))


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        (first if index == 0 else rest if line or rest.strip() else "") + line for index, line in enumerate(lines)
    )


def _fenced(code: str, language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCES.findall(code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _paragraph(children: Sequence[Node]) -> str:
    return _LINE_START.sub(lambda start: f"{start[1]}{start[2] or ''}\\", _inline(children)).strip()


def _inline(children: Sequence[Node]) -> str:
    """Text with the signs of its marks; spaces at the edge of a mark stand outside of it, or it would be none."""
    written: list[str] = []
    open_: list[Node] = []
    for index, node in enumerate(children):
        marks = _wanted(node)
        _close(written, open_, marks)
        text = _written(node, [*open_, *marks])
        stripped = text.lstrip() if marks else text
        written.append(text[: len(text) - len(stripped)])
        for mark in marks[len(open_) :]:
            open_.append(_opened(mark, written, children[index:]))
        written.append(stripped)
    _close(written, open_, [])
    return "".join(written)


def _wanted(node: Node) -> list[Node]:
    """The marks that have signs around the text; code is said by the text itself."""
    if node["type"] == "text" and not node["text"].strip():
        return []
    marks = (mark for mark in node.get("marks", ()) if mark["type"] not in ("code", "underline"))
    return [mark for mark in marks if mark["type"] != "link" or not _is_bare(node, mark)]


def _is_bare(node: Node, link: Node) -> bool:
    """Whether the link is an address that readers of Markdown find by themselves."""
    text = link["attrs"]["href"]
    return node.get("text") == text and list(bare(text)) == [(0, len(text), text)]


def _opened(mark: Node, written: list[str], rest: Sequence[Node]) -> Node:
    name = mark["type"]
    if name == "link":
        sign = "["
    elif name == "italic":
        sign = "*" if _is_in_word(written, mark, rest) else "_"
    else:
        sign = _SIGNS[name]
    written.append(sign)
    return {**mark, "sign": sign}


def _is_in_word(written: list[str], mark: Node, rest: Sequence[Node]) -> bool:
    before = next((piece[-1] for piece in reversed(written) if piece), " ")
    after = next((node for node in rest if mark not in node.get("marks", ())), None)
    following = after["text"][0] if after and after["type"] == "text" else " "
    return not (_parts_words(before) and _parts_words(following))


def _parts_words(character: str) -> bool:
    """As readers of Markdown see it: what is neither a space nor a sign is of a word, also half of a letter."""
    return isWhiteSpace(ord(character)) or isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _close(written: list[str], open_: list[Node], marks: list[Node]) -> None:
    """End what is open and not wanted, with all that was opened within it."""
    kept = 0
    while kept < min(len(open_), len(marks)) and _same(open_[kept], marks[kept]):
        kept += 1
    if kept == len(open_):
        return
    text = written.pop() if written else ""
    stripped = text.rstrip()
    written.append(stripped)
    while len(open_) > kept:
        mark = open_.pop()
        written.append(_target(mark["attrs"]["href"]) if mark["type"] == "link" else mark["sign"])
    written.append(text[len(stripped) :])


def _target(href: str) -> str:
    return f"](<{href}>)" if "(" in href or ")" in href else f"]({href})"


def _same(opened: Node, mark: Node) -> bool:
    return all(opened.get(name) == mark.get(name) for name in ("type", "attrs"))


def _written(node: Node, marks: Sequence[Node]) -> str:
    if node["type"] == "hardBreak":
        return "\n"
    if node["type"] != "text":
        return token(node)
    text = str(node["text"])
    if any(mark["type"] == "code" for mark in node.get("marks", ())):
        return _code(text)
    if any(mark["type"] == "link" and _is_bare(node, mark) for mark in node.get("marks", ())):
        return text
    is_link = any(mark["type"] == "link" for mark in marks)
    return (_ESCAPED_IN_LINK if is_link else _ESCAPED).sub(_ESCAPE, text)


def _code(text: str) -> str:
    signs = {len(run) for run in _FENCES.findall(text)}
    fence = "`" * next(length for length in range(1, len(signs) + 2) if length not in signs)
    edge = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{edge}{text}{edge}{fence}"

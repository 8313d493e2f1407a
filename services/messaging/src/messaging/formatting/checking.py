"""Formatted content from outside becomes the canonical form, or is refused with the place of its first fault.

Nothing here recurses, and every limit is looked at before what it bounds is read.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from messaging.formatting.schema import MARKS, NODES, Attribute, Content, Node

DEPTH = 20
MOST_NODES = 5_000
CHARACTERS = 40_000
BYTES = 200_000
_NODE_KEYS = frozenset(("type", "attrs", "content", "marks", "text"))
_MARK_KEYS = frozenset(("type", "attrs"))
# Controls, and what turns the direction of the text around: dropped from text, as nobody sees them.
_UNSEEN = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_ROOT = Content.NOTHING

Place = tuple["Place", str | int] | None


class Refused(ValueError):
    """What is wrong, and where: `content.2.marks.0.attrs.href`."""

    def __init__(self, place: Place, reason: str) -> None:
        self.path = _path(place)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Found:
    """A node that waits to be read, with the list of its parent that it belongs in."""

    value: object
    place: Place
    depth: int
    holder: Content
    siblings: list[Node]


def canonical(value: object) -> Node:
    """The document in its one form: known nodes alone, marks in one order, neighbouring text joined.

    `Refused` for what is unknown, does not belong where it is, or is too much.
    """
    document, waiting = _document(value)
    nodes, characters, addresses = len(waiting), 0, 0
    holders: list[Node] = [document]
    while waiting:
        found = waiting.pop()
        node, children = _node(found)
        nodes += len(children)
        characters += len(node.get("text", ""))
        addresses += sum(len(mark["attrs"]["href"]) for mark in node.get("marks", ()) if "attrs" in mark)
        if nodes > MOST_NODES or characters > CHARACTERS or addresses > BYTES:
            raise Refused(None, f"may have {MOST_NODES:,} nodes and {CHARACTERS:,} characters at the most")
        if node.get("text") != "":
            found.siblings.append(node)
        if children or "content" in node:
            holders.append(node)
            waiting.extend(reversed(_children(node, children, found)))
    return _finished(document, holders)


def _document(value: object) -> tuple[Node, list[_Found]]:
    raw = _object(value, None, frozenset(("type", "content")))
    if raw.get("type") != "doc":
        raise Refused((None, "type"), "must be doc")
    document: Node = {"type": "doc", "content": []}
    children = _list(raw.get("content"), (None, "content"), MOST_NODES)
    if not children:
        raise Refused((None, "content"), "must hold blocks")
    found = _Found(raw, None, 0, _ROOT, [])
    return document, _children(document, children, found)[::-1]


def _children(node: Node, values: list[object], parent: _Found) -> list[_Found]:
    holds = Content.BLOCKS if parent.depth == 0 else NODES[node["type"]].holds
    place, siblings = (parent.place, "content"), node["content"]
    return [_Found(value, (place, i), parent.depth + 1, holds, siblings) for i, value in enumerate(values)]


def _node(found: _Found) -> tuple[Node, list[object]]:
    raw = _object(found.value, found.place, _NODE_KEYS)
    name = raw.get("type")
    kind = NODES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Refused((found.place, "type"), f"{_said(name)} is no node that is known here")
    if found.depth > DEPTH:
        raise Refused(found.place, f"is deeper than {DEPTH} levels")
    if kind.group != found.holder and not (found.holder == Content.CODE and name == "text"):
        raise Refused(found.place, f"{name} does not belong here: only {found.holder.value} may be here")
    node: Node = {"type": name}
    if attributes := _attributes(raw.get("attrs"), (found.place, "attrs"), kind.attributes):
        node["attrs"] = attributes
    _inline(node, raw, found)
    return node, _held(node, raw, found.place, kind.holds)


def _inline(node: Node, raw: dict[str, object], found: _Found) -> None:
    if (node["type"] == "text") != ("text" in raw):
        raise Refused((found.place, "text"), "belongs to nodes of type text, which must have it")
    if "text" in raw:
        node["text"] = _text(raw["text"], (found.place, "text"), found.holder)
    marks = _marks(raw.get("marks"), (found.place, "marks"))
    if marks and found.holder != Content.INLINE:
        raise Refused((found.place, "marks"), "cannot be set here")
    if node["type"] != "text":
        marks = [mark for mark in marks if mark["type"] != "code"]
    if marks and node["type"] != "hardBreak":
        node["marks"] = marks


def _held(node: Node, raw: dict[str, object], place: Place, holds: Content) -> list[object]:
    children = _list(raw.get("content"), (place, "content"), MOST_NODES)
    if holds == Content.NOTHING:
        if children:
            raise Refused((place, "content"), f"{node['type']} holds nothing")
        return []
    if not children and holds in (Content.BLOCKS, Content.ITEMS):
        raise Refused((place, "content"), f"{node['type']} must hold {holds.value}")
    node["content"] = []
    return children


def _text(value: object, place: Place, holder: Content) -> str:
    if not isinstance(value, str) or not value:
        raise Refused(place, "must be text")
    if len(value) > CHARACTERS:
        raise Refused(place, f"may have {CHARACTERS:,} characters at the most")
    if "\x00" in value or not _is_unicode(value):
        raise Refused(place, "must be valid Unicode without the NUL character")
    if holder == Content.CODE:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    elif "\n" in value or "\r" in value:
        raise Refused(place, "must be one line: a hardBreak begins another")
    return _UNSEEN.sub("", value)


def _marks(value: object, place: Place) -> list[Node]:
    found: dict[str, Node] = {}
    for index, item in enumerate(_list(value, place, len(MARKS))):
        here = (place, index)
        raw = _object(item, here, _MARK_KEYS)
        name = raw.get("type")
        if not isinstance(name, str) or name not in MARKS:
            raise Refused((here, "type"), f"{_said(name)} is no mark that is known here")
        if name in found:
            raise Refused(here, f"{name} is set twice")
        attributes = _attributes(raw.get("attrs"), (here, "attrs"), MARKS[name])
        found[name] = {"type": name, "attrs": attributes} if attributes else {"type": name}
    return [found[name] for name in MARKS if name in found]


def _attributes(value: object, place: Place, known: Any) -> Node:
    raw = {} if value is None else _object(value, place, known.keys())
    return {name: _attribute(raw.get(name), (place, name), check) for name, check in known.items()}


def _attribute(value: object, place: Place, check: Attribute) -> object:
    try:
        return check(value)
    except ValueError as error:
        raise Refused(place, str(error)) from None


def _object(value: object, place: Place, keys: Any) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Refused(place, "must be an object")
    for key in value:
        if key not in keys:
            raise Refused((place, _said(key)), "is not known here")
    return value


def _list(value: object, place: Place, most: int) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused(place, "must be a list")
    if len(value) > most:
        raise Refused(place, f"may hold {most:,} at the most")
    return value


def _finished(document: Node, holders: list[Node]) -> Node:
    for holder in holders:
        if not holder["content"] and holder is not document:
            del holder["content"]
        elif "text" in (child["type"] for child in holder["content"]):
            holder["content"] = _joined(holder["content"])
    if len(orjson.dumps(document)) > BYTES:
        raise Refused(None, f"may have {BYTES:,} bytes of JSON at the most")
    return document


def _joined(inline: list[Node]) -> list[Node]:
    joined: list[Node] = []
    for (kind, marks), nodes in groupby(inline, lambda node: (node["type"], node.get("marks"))):
        if kind == "text":
            text = {"type": "text", "text": "".join(node["text"] for node in nodes)}
            joined.append({**text, "marks": marks} if marks else text)
        else:
            joined.extend(nodes)
    return joined


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _said(value: object) -> str:
    return str(value)[:40] if isinstance(value, str | int | None) else "this"


def _path(place: Place) -> str:
    parts: list[str] = []
    while place is not None:
        place, part = place
        parts.append(str(part))
    return ".".join(reversed(parts))

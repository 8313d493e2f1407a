"""The nodes and marks that formatted content is made of. What is not in these tables is refused.

Names and shapes are ProseMirror's JSON as Tiptap writes it: `{"type": "doc", "content": [...]}`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from messaging.formatting.addresses import address

Node = dict[str, Any]
# A value as it is kept; `ValueError` says what is wrong with it.
Attribute = Callable[[object], object]

_LANGUAGE = re.compile(r"[a-z0-9+#-]{1,32}")
_EMOJI = re.compile(r"[a-z0-9_+-]{1,64}")


class Content(StrEnum):
    """What a node can hold."""

    BLOCKS = "blocks"
    ITEMS = "list items"
    INLINE = "text and other inline nodes"
    CODE = "text without marks"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of node: whom it belongs to, what it holds, and its attributes."""

    group: Content
    holds: Content = Content.NOTHING
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def _level(value: object) -> object:
    if type(value) is not int or not 1 <= value <= 3:
        raise ValueError("must be 1, 2 or 3")
    return value


def _start(value: object) -> object:
    if value is None:
        return 1
    if type(value) is not int or not 0 <= value <= 999_999_999:
        raise ValueError("must be a whole number from 0 to 999,999,999")
    return value


def language(value: object) -> object:
    """A code block's language; None if nobody said it."""
    if value is None:
        return None
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError("must be 1 to 32 of a-z, 0-9, +, # and -")
    return value


def _id(value: object) -> object:
    if not isinstance(value, str) or len(value) != 36:
        raise ValueError("must be an id of 36 characters")
    return str(UUID(value))


def _emoji(value: object) -> object:
    if not isinstance(value, str) or not _EMOJI.fullmatch(value):
        raise ValueError("must be 1 to 64 of a-z, 0-9, _, + and -")
    return value


def _href(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be an address")
    return address(value)


NODES: Mapping[str, Kind] = {
    "paragraph": Kind(Content.BLOCKS, Content.INLINE),
    "heading": Kind(Content.BLOCKS, Content.INLINE, {"level": _level}),
    "blockquote": Kind(Content.BLOCKS, Content.BLOCKS),
    "bulletList": Kind(Content.BLOCKS, Content.ITEMS),
    "orderedList": Kind(Content.BLOCKS, Content.ITEMS, {"start": _start}),
    "listItem": Kind(Content.ITEMS, Content.BLOCKS),
    "codeBlock": Kind(Content.BLOCKS, Content.CODE, {"language": language}),
    "horizontalRule": Kind(Content.BLOCKS),
    "text": Kind(Content.INLINE),
    "hardBreak": Kind(Content.INLINE),
    "userMention": Kind(Content.INLINE, attributes={"id": _id}),
    "groupMention": Kind(Content.INLINE, attributes={"id": _id}),
    "channelMention": Kind(Content.INLINE),
    "hereMention": Kind(Content.INLINE),
    "channelLink": Kind(Content.INLINE, attributes={"id": _id}),
    "emoji": Kind(Content.INLINE, attributes={"name": _emoji}),
}
# In the order in which they are kept, the outermost first.
MARKS: Mapping[str, Mapping[str, Attribute]] = {
    "link": {"href": _href},
    "bold": {},
    "italic": {},
    "underline": {},
    "strike": {},
    "code": {},
}
# As a text says what a node refers to: messaging.references reads it.
TOKENS: Mapping[str, str] = {
    "userMention": "<@{id}>",
    "groupMention": "<!group:{id}>",
    "channelMention": "<!channel>",
    "hereMention": "<!here>",
    "channelLink": "<#{id}>",
    "emoji": ":{name}:",
}


def token(node: Node) -> str:
    """A node that refers to something, as a text says it."""
    return TOKENS[node["type"]].format(**node.get("attrs", {}))

"""What a message says, once people, channels and groups are called what they are called here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from messaging.formatting.checking import Refused
from messaging.formatting.forms import Forms, checked, of_document, of_text
from messaging.formatting.schema import Node
from messaging.integrations.mrkdwn import markdown
from messaging.transfers.records import Message, Version
from messaging.transfers.shortcodes import with_emoji

_ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TOKEN = re.compile(rf"<(@|#|!group:)({_ID})>")
NODES = {"userMention": "@", "channelLink": "#", "groupMention": "!group:"}


@dataclass(frozen=True)
class Names:
    """What things are here, by what they are called where they come from."""

    people: Mapping[str, UUID] = field(default_factory=dict)
    channels: Mapping[str, UUID] = field(default_factory=dict)
    groups: Mapping[str, UUID] = field(default_factory=dict)

    @cached_property
    def known_people(self) -> frozenset[UUID]:
        return frozenset(self.people.values())

    def of(self, sign: str, key: str) -> UUID | None:
        """By the sign that is written before it."""
        return {"@": self.people, "#": self.channels, "!group:": self.groups}[sign].get(key)


def forms_of(said: Message | Version, names: Names) -> Forms:
    """Both forms of what is said. Takes a while: not for the event loop."""
    if isinstance(said, Message) and said.mrkdwn is not None:
        return of_text(_from_slack(said.mrkdwn, names), said.content_type)
    is_code = isinstance(said, Message) and said.content_type == "code"
    content = said.content if is_code else _TOKEN.sub(lambda found: _token(found, names), said.content)
    if said.formatted is None:
        return Forms(content, None)
    try:
        document = checked(_renamed(said.formatted, names))
    except Refused:
        return of_text(content)
    read = of_text(content)
    # The text as it was written, if it says the same.
    return read if read.document == document else of_document(document)


def _from_slack(text: str, names: Names) -> str:
    def refer(where: str, label: str | None) -> str | None:
        sign, key = where[:1], where[1:]
        if sign not in "@#" or not key:
            return None
        here = names.of(sign, key)
        return f"<{sign}{here}>" if here else None

    return markdown(text, refer, with_emoji)


def _token(found: re.Match[str], names: Names) -> str:
    here = names.of(found[1], found[2])
    return f"<{found[1]}{here}>" if here else found[0]


def _renamed(node: Node, names: Names) -> Node:
    """The document with the ids of here; what is not as it should be is found later. As deep as JSON was let in."""
    renamed: dict[str, Any] = dict(node)
    sign, attributes = NODES.get(str(node.get("type"))), node.get("attrs")
    if sign and isinstance(attributes, dict) and (here := names.of(sign, str(attributes.get("id")))):
        renamed["attrs"] = {**attributes, "id": str(here)}
    if isinstance(inner := node.get("content"), list):
        renamed["content"] = [_renamed(each, names) if isinstance(each, dict) else each for each in inner]
    return renamed

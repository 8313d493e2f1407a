"""Payloads as programs send them to Slack, in our form: text in Markdown, and attachments as cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from chassis.problems import Problem, invalid_request
from chassis.schema import Text
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from messaging.bodies import ATTACHMENTS, CONTENT
from messaging.integrations import rich_text
from messaging.integrations.buttons import Buttons
from messaging.integrations.loose import address, dicts, words
from messaging.integrations.mrkdwn import markdown
from messaging.transfers.shortcodes import with_emoji

BLOCKS = 50
FIELDS = 20
# One attachment's text at the most, in characters; what is longer is cut off.
CARD_TEXT = 2_000

Anything = Any  # what Slack knows and we do not look at


class Payload(BaseModel):
    """What Slack documents of a message, and `actions`, our buttons. Whatever else it says is refused: nobody can say
    who wrote it, when, or that it is anything but what came through this address."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    text: Annotated[Text, StringConstraints(max_length=CONTENT)] = ""
    username: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)] | None = None
    icon_emoji: Annotated[Text, StringConstraints(min_length=1, max_length=64)] | None = None
    attachments: Annotated[list[dict[str, Any]], Field(max_length=ATTACHMENTS)] = []
    blocks: Annotated[list[dict[str, Any]], Field(max_length=BLOCKS)] = []
    actions: Buttons = ()
    response_type: Annotated[str, StringConstraints(pattern="^(ephemeral|in_channel)$")] | None = None

    mrkdwn: Anything = None
    channel: Anything = None
    icon_url: Anything = None
    link_names: Anything = None
    parse: Anything = None
    unfurl_links: Anything = None
    unfurl_media: Anything = None
    thread_ts: Anything = None
    replace_original: Anything = None
    delete_original: Anything = None
    metadata: Anything = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an integration says."""

    text: str
    attachments: list[dict[str, object]]
    payload: Payload


def read(body: bytes, is_form: bool = False) -> Said:
    """What a request's body says; `Problem` 400 if it is not JSON, 422 if it is not as Slack documents it."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "invalid_payload", f"The payload is not JSON: {error}.") from None
    try:
        payload = Payload.model_validate(told)
    except ValidationError as error:
        raise invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()]) from None
    # With blocks, Slack's `text` is what notices show of them.
    text = "\n\n".join(filter(None, map(_block, payload.blocks))) or _markdown(payload.text)
    cards = [each for each in map(card, payload.attachments) if len(each) > 1]
    if not text.strip() and not cards:
        raise Problem(422, "no_text", "The payload says nothing: give it text, attachments or blocks.")
    return Said(text, cards, payload)


def card(told: Mapping[str, Any]) -> dict[str, object]:
    """An attachment in our form. Pictures by address are left out: whoever looked at one would tell its server so."""
    fields = [_field(field) for field in dicts(told.get("fields"))[:FIELDS]]
    blocks = blocks_text(dicts(told.get("blocks")))
    found = {
        "type": "card",
        "title": words(told.get("title")),
        "titleLink": address(told.get("title_link")),
        "pretext": _text(told.get("pretext")),
        "text": _text(told.get("text")) or blocks or _text(told.get("fallback")),
        "color": _color(told.get("color")),
        "authorName": words(told.get("author_name")),
        "footer": words(told.get("footer")),
        "fields": fields,
    }
    return {name: value for name, value in found.items() if value}


def blocks_text(told: Sequence[Mapping[str, Any]]) -> str:
    """Blocks as one card's text."""
    return "\n\n".join(filter(None, map(_block, told[:BLOCKS])))[:CARD_TEXT]


def _field(told: Mapping[str, Any]) -> dict[str, object]:
    return {
        "title": words(told.get("title")),
        "value": _markdown(words(told.get("value"))),
        "short": told.get("short") is True,
    }


def _block(told: Mapping[str, Any]) -> str:
    """A block of Block Kit as Markdown."""
    kind = told.get("type")
    if kind == "header":
        return f"**{_object(told.get('text'))}**" if told.get("text") else ""
    if kind == "divider":
        return "---"
    if kind == "section":
        return "\n".join(filter(None, [_object(told.get("text")), *map(_object, dicts(told.get("fields")))]))
    if kind == "context":
        return " ".join(filter(None, map(_object, dicts(told.get("elements")))))
    if kind == "rich_text":
        return rich_text.markdown(told)
    return _object(told.get("title")) or words(told.get("alt_text"))


def _object(told: object) -> str:
    """A text object: `mrkdwn` is formatted, `plain_text` is not."""
    if not isinstance(told, dict) or not isinstance(text := told.get("text"), str):
        return ""
    return _markdown(text) if told.get("type") == "mrkdwn" else with_emoji(text)


def _text(told: object) -> str:
    return _markdown(words(told, CARD_TEXT))


def _markdown(text: str) -> str:
    return markdown(text, read=with_emoji)


def _color(told: object) -> str:
    """Slack's three words, or a colour in hexadecimal."""
    if told in ("good", "warning", "danger"):
        return str(told)
    if not isinstance(told, str):
        return ""
    number = told.removeprefix("#")
    return f"#{number.lower()}" if len(number) == 6 and set(number) <= set("0123456789abcdefABCDEF") else ""

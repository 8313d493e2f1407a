"""Slack's `rich_text` blocks as Markdown: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from messaging.integrations.loose import address, dicts, is_id, raw, words
from messaging.transfers.shortcodes import emoji_of

LONGEST = 40_000
DEEPEST_LIST = 8
# In the order in which they are put around words, the innermost first.
SIGNS = {"code": "`", "strike": "~~", "italic": "_", "bold": "**"}
RANGES = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!channel>"}


def markdown(block: Mapping[str, Any]) -> str:
    """The whole block; what in it nobody knows is left out."""
    return "\n".join(filter(None, map(_part, dicts(block.get("elements"))))).strip()


def _part(told: Mapping[str, Any]) -> str:
    kind = told.get("type")
    if kind == "rich_text_list":
        return _list(told)
    if kind == "rich_text_preformatted":
        return "```\n" + _words(told).strip("\n") + "\n```\n"
    if kind == "rich_text_quote":
        return "".join(f"> {line}\n" for line in _said(told).split("\n"))
    return _said(told) if kind == "rich_text_section" else _inline(told)


def _list(told: Mapping[str, Any]) -> str:
    indent = told.get("indent")
    deep = min(indent, DEEPEST_LIST) if isinstance(indent, int) and indent > 0 else 0
    is_ordered = told.get("style") == "ordered"
    lines = (" ".join(_said(each).split("\n")) for each in dicts(told.get("elements")))
    signs = (f"{place}." if is_ordered else "-" for place in count(1))
    return "\n".join(f"{'    ' * deep}{sign} {line}" for sign, line in zip(signs, lines, strict=False))


def _said(told: Mapping[str, Any]) -> str:
    return "".join(map(_inline, dicts(told.get("elements")))).strip("\n")


def _words(told: Mapping[str, Any]) -> str:
    """As it is within code, where nothing is formatted."""
    return "".join(raw(each.get("text") or each.get("url"), LONGEST) for each in dicts(told.get("elements")))


def _inline(told: Mapping[str, Any]) -> str:
    kind = told.get("type")
    if kind in ("text", "link"):
        text, url = raw(told.get("text"), LONGEST), address(told.get("url"))
        return _styled(f"[{text or url}]({url})" if url else text, told.get("style"))
    if kind == "emoji":
        return emoji_of(words(told.get("name")))
    if kind == "broadcast":
        return RANGES.get(str(told.get("range")), "")
    if kind == "user":
        user_id = words(told.get("user_id"))
        return f"<@{user_id}>" if is_id(user_id) else f"@{user_id}"
    return words(told.get("fallback") or told.get("value"))


def _styled(text: str, style: object) -> str:
    """Signs stand next to words, spaces outside of them."""
    inner = text.strip()
    if not inner or not isinstance(style, dict):
        return text
    before, _, after = text.partition(inner)
    for name, sign in SIGNS.items():
        if style.get(name) is True:
            inner = f"{sign}{inner}{sign}"
    return f"{before}{inner}{after}"

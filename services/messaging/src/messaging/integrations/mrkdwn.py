"""Slack's `mrkdwn` as Markdown: https://docs.slack.dev/messaging/formatting-message-text."""

import re
from collections.abc import Callable

from messaging.integrations.loose import is_id

_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_LINK = re.compile(r"<([^<>|\n]{1,2048})(?:\|([^<>\n]{0,500}))?>")
_BOLD = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,2000})(?<=\S)\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~\\])~(?=\S)([^~\n]{1,2000})(?<=\S)~(?![\w~])")
_WORDS = {"!channel": "<!channel>", "!everyone": "<!channel>", "!here": "<!here>"}


# What a reference is called here: of what stands between its brackets before and after the bar.
Refer = Callable[[str, str | None], str | None]


def markdown(text: str, refer: Refer = lambda *_: None, read: Callable[[str], str] = str) -> str:
    """The same text in Markdown; what is inside of code stays as it is, what is text outside of it is `read`."""
    parts = _CODE.split(text)
    return "".join(_unescaped(part) if index % 2 else _prose(part, refer, read) for index, part in enumerate(parts))


def _prose(text: str, refer: Refer, read: Callable[[str], str]) -> str:
    text = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text))
    # Links last: what an address contains is no formatting. Escaped brackets stay text, and so mention nobody.
    parts = re.split(r"(<[^<>\n]{1,2600}>)", text)
    return "".join(
        _link(part, refer)
        if index % 2
        else read(part).replace("&lt;", r"\<").replace("&gt;", ">").replace("&amp;", "&")
        for index, part in enumerate(parts)
    )


def _link(part: str, refer: Refer) -> str:
    found = _LINK.fullmatch(part)
    if found is None:
        return part
    where, label = found[1], found[2]
    if (named := refer(where, label)) is not None:
        return named
    if where in _WORDS:
        return _WORDS[where]
    if where.startswith(("http://", "https://", "mailto:")):
        where = _plain(where)
        return f"[{_label(label)}]({where})" if label else where
    if where.startswith("@") and is_id(where[1:]):
        return f"<{where}>"
    # People, channels and groups of Slack's own mean nothing here: their names are text.
    return f"{where[0]}{label}" if label and where[0] in "@#" else (label or where)


def _plain(address: str) -> str:
    """Formatting that was found within the address is taken back."""
    return address.replace("**", "*").replace("~~", "~").replace("&amp;", "&").replace("(", "%28").replace(")", "%29")


def _label(label: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", _unescaped(label))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

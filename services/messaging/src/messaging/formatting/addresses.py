"""Addresses that a link may have, and addresses that stand bare in a text."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

LONGEST = 2_048
# In one text; what comes after is left as words.
MOST = 200
BARE = re.compile(r"\bhttps?://[^\s<>\"'`]+", re.IGNORECASE)
# No space, control, backslash or character that turns text around: what parsers of addresses disagree about.
_WRITTEN = re.compile(
    r"(?:https?://|mailto:)[^\s\\<>\"`\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+"
)
_TRAILING = ".,;:!?)]}*_~"


def address(text: str) -> str:
    """A link's address, its scheme in small letters; `ValueError` if it is not http, https or mailto."""
    scheme, colon, rest = text.partition(":")
    text = scheme.lower() + colon + rest
    if len(text) > LONGEST:
        raise ValueError(f"may have {LONGEST:,} characters at the most")
    if not _WRITTEN.fullmatch(text):
        raise ValueError("must be an address with http, https or mailto")
    parts = urlsplit(text)  # ValueError for a host that is none
    if parts.scheme != "mailto" and (not parts.hostname or "@" in parts.netloc or "%" in parts.netloc):
        raise ValueError("must name a host, and neither a user nor a password")
    return text


def bare(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and address of each that stands in a text, without the sentence's own marks around it."""
    for match in islice(BARE.finditer(text), MOST):
        shown = _without_trailing(match[0])
        try:
            yield match.start(), match.start() + len(shown), address(shown)
        except ValueError:
            continue


def _without_trailing(shown: str) -> str:
    """ "see https://a.example/b." ends before the full stop, "(https://a.example/b_(c))" keeps its own bracket."""
    trimmed = shown.rstrip(_TRAILING)
    is_open = trimmed.count("(") > trimmed.count(")")
    return f"{trimmed})" if is_open and shown[len(trimmed) : len(trimmed) + 1] == ")" else trimmed

"""Which bytes were asked for (RFC 9110, 13 and 14): one range, or all of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ONE = re.compile(r"bytes=[ \t]*(\d{0,19})-(\d{0,19})[ \t]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` to before `stop` of something of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def asked(headers: Mapping[str, str], etag: str, size: int) -> Span | None:
    """The range that a request asks for; None for everything; `Unsatisfiable`.

    Several ranges at once, other units and what is not well-formed are ignored, as the RFC lets us; so is a range of
    a form that has changed since (If-Range).
    """
    condition = headers.get("if-range")
    if condition is not None and condition.strip() != etag:
        return None
    form = _ONE.fullmatch(headers.get("range", ""))
    if form is None or form.groups() == ("", ""):
        return None
    first, last = form.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or stop <= start:
        raise Unsatisfiable
    return Span(start, stop, size)


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client has it already (If-None-Match compares weakly)."""
    listed = [tag.strip() for tag in headers.get("if-none-match", "").split(",")]
    return "*" in listed or etag in [tag.removeprefix("W/") for tag in listed]

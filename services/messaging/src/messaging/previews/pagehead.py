"""A confined task: reads what a page says of itself, as pages are written by strangers."""

import re
from html.parser import HTMLParser
from pathlib import Path

# Characters. What a page says of itself stands at its beginning.
LONGEST = 500_000
LONGEST_TEXT = 2_000
CHARSETS = (
    "utf-8", "iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252", "windows-1254",
    "koi8-r", "euc-kr", "cp949", "shift_jis", "euc-jp", "gbk", "gb2312", "gb18030", "big5",
)  # fmt: skip
DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,32})", re.IGNORECASE)
# What a page says first counts: its own words for those who show it, then what browsers show.
NAMES = {
    "title": ("og:title", "twitter:title", "title"),
    "description": ("og:description", "twitter:description", "description"),
    "site_name": ("og:site_name", "application-name"),
}


def read(folder: Path, *, charset: str) -> dict[str, str]:
    """The texts that `page` has, by the names of a preview's fields."""
    return head_of(decoded((folder / "page").read_bytes(), charset))


class Head(HTMLParser):
    """Collects the named texts of a page's head."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self._in_title = False
        self.is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.is_over:
            return
        if tag == "meta":
            named = dict(attrs)
            name, text = named.get("property") or named.get("name"), named.get("content")
            if name and text:
                self.said.setdefault(name.strip().lower()[:64], text[:LONGEST_TEXT])
        self._in_title = tag == "title" and "title" not in self.said
        self.is_over = tag == "body"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self.is_over = self.is_over or tag == "head"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.said["title"] = (self.said.get("title", "") + data)[:LONGEST_TEXT]


def decoded(page: bytes, charset: str) -> str:
    declared = DECLARED.search(page, 0, 4_096)
    for name in (charset, declared[1].decode() if declared else "", "utf-8"):
        if name.lower() in CHARSETS:
            return page[: 4 * LONGEST].decode(name, "replace")[:LONGEST]
    raise AssertionError("utf-8 is among them")


def head_of(text: str) -> dict[str, str]:
    """The texts that are there, by the names of a preview's fields."""
    head = Head()
    for start in range(0, len(text), 10_000):
        head.feed(text[start : start + 10_000])
        if head.is_over:
            break
    found = {
        field: next((head.said[name] for name in names if name in head.said), "") for field, names in NAMES.items()
    }
    return {field: text for field, text in found.items() if text}

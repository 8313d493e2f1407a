"""Texts as pages: code in colours, Markdown as it is meant; whatever they hold is shown and nothing of it runs."""

import html
from pathlib import Path
from typing import Any

import nh3
from chassis.confined.inside import Refused, progress
from markdown_it import MarkdownIt
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

# Bytes that are shown, and kept for search.
SHOWN = 1_000_000
# Characters that are coloured: beyond, some grammars take too long.
COLOURED = 300_000
ENCODINGS = ("utf-8-sig", "utf-16", "cp949", "latin-1")
MARKDOWN = (".md", ".markdown")
NO_TEXT = "This is no text."
PAGE = """<!doctype html><html lang="und"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ margin: 0; padding: 1rem; font: 14px/1.5 system-ui, sans-serif; color: #1d1c1d; background: #fff; }}
pre, code {{ font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #ccc; padding: .25rem .5rem }}
{style}</style></head><body>{body}</body></html>"""


def show(folder: Path, *, suffix: str) -> dict[str, Any]:
    """`input` as `page.html` and `text`. `suffix` is the end of its name, which says the language."""
    raw = (folder / "input").read_bytes()
    text, encoding = decoded(raw[:SHOWN])
    (folder / "text").write_text(text, encoding="utf-8")
    progress(0.3)
    body, style = _markdown(text) if suffix in MARKDOWN else _code(text, suffix)
    page = PAGE.format(title="", style=style, body=body)
    (folder / "page.html").write_text(page, encoding="utf-8")
    return {"lines": text.count("\n") + 1, "encoding": encoding, "isCut": len(raw) > SHOWN}


def decoded(raw: bytes) -> tuple[str, str]:
    """The text, and how it was written; `Refused` if it is none."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            # Cut in the middle of a character.
            if encoding == "utf-8-sig" and error.end >= len(raw) - 3 and error.start > len(raw) - 4 and error.start > 0:
                text = raw[: error.start].decode(encoding)
            else:
                continue
        if "\x00" not in text:
            return text, encoding.removesuffix("-sig")
    raise Refused(NO_TEXT)


def _markdown(text: str) -> tuple[str, str]:
    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    # Images are not fetched and links lead nowhere from a preview: both would tell the outside who reads.
    return nh3.clean(made, tags=nh3.ALLOWED_TAGS - {"img", "a"}, attributes={"ol": {"start"}}, link_rel=None), ""


def _code(text: str, suffix: str) -> tuple[str, str]:
    if len(text) > COLOURED or not suffix:
        return f"<pre>{html.escape(text)}</pre>", ""
    try:
        lexer = get_lexer_for_filename(f"file{suffix}", stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    formatter = HtmlFormatter(nowrap=False)
    return highlight(text, lexer, formatter), formatter.get_style_defs()

"""PDFs: how many pages, what they look like, and what they say. Scripts in them run nowhere: the reader has none."""

from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from chassis.confined.inside import Refused, progress

# Pages that are drawn, and the longer side of one in pixels.
DRAWN = 50
SIDE, THUMBNAIL = 1_400, 200
# Bytes of text that are kept for search.
TEXT = 1_000_000
LOCKED = "This PDF is locked with a password."
DAMAGED = "The PDF is damaged, or not what it says it is."


def count(folder: Path) -> dict[str, Any]:
    """How many pages `input` has."""
    document = _opened(folder / "input")
    return {"pages": len(document), **_size(document[0])}


def draw(folder: Path, *, name: str = "input") -> dict[str, Any]:
    """The first pages as `page-1.webp` and so on, `thumbnail.webp` of the first, and all text as `text`."""
    document = _opened(folder / name)
    drawn = min(len(document), DRAWN)
    sizes = []
    for number in range(drawn):
        image = _drawn(document[number], SIDE)
        image.save(folder / f"page-{number + 1}.webp", "WEBP", quality=80, method=2)
        sizes.append({"width": image.width, "height": image.height})
        if number == 0:
            image.thumbnail((THUMBNAIL, THUMBNAIL))
            image.save(folder / "thumbnail.webp", "WEBP", quality=80)
            thumbnail = {"width": image.width, "height": image.height}
        progress(0.9 * (number + 1) / drawn)
    (folder / "text").write_bytes(_text(document))
    return {"pages": len(document), "drawn": sizes, "thumbnail": thumbnail}


def picture(folder: Path) -> dict[str, Any]:
    """The first page of `input` as `thumbnail.webp`."""
    image = _drawn(_opened(folder / "input")[0], THUMBNAIL * 2)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    image.save(folder / "thumbnail.webp", "WEBP", quality=80)
    return {"width": image.width, "height": image.height}


def _opened(path: Path) -> Any:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise Refused(LOCKED if "password" in str(error).lower() else DAMAGED) from None
    if len(document) < 1:
        raise Refused(DAMAGED)
    return document


def _size(page: Any) -> dict[str, int]:
    """In points, of which an inch has 72."""
    return {"width": max(1, round(page.get_width())), "height": max(1, round(page.get_height()))}


def _drawn(page: Any, side: int) -> Any:
    longest = max(page.get_width(), page.get_height(), 1.0)
    return page.render(scale=min(2.0, side / longest), may_draw_forms=False).to_pil().convert("RGB")


def _text(document: Any) -> bytes:
    said = bytearray()
    for page in document:
        if len(said) >= TEXT:
            break
        said += page.get_textpage().get_text_bounded().encode(errors="ignore") + b"\n"
    return bytes(said[:TEXT]).decode(errors="ignore").encode()

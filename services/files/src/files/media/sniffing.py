"""What a file is, by what is in it: two readers of first bytes must agree, and then the one who decodes it decides."""

import zipfile
from pathlib import Path
from typing import Any

import magic
import puremagic
from chassis.confined.inside import Refused

from files.media import images, pages, texts
from files.media.types import OCTETS, OPENDOCUMENT, are_alike, canonical, is_text

# Bytes that are looked at where no more is needed.
HEAD = 1_048_576
# What a zip is said to be by what lies in it.
PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ENTRIES = 10_000


def look(folder: Path, *, whole: bool = True) -> dict[str, Any]:
    """Type and measures of `input`, and `thumbnail.webp` if it is an image. With a `note` where nothing can be told.
    What is not there as a whole is only named."""
    path = folder / "input"
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return {"mediaType": OCTETS}
    said = canonical(magic.from_buffer(head, mime=True))
    if is_text(said):
        return _text(head, said, folder)
    if not whole:
        return {"mediaType": said, "note": "too_large"} if said.startswith("image/") else {"mediaType": said}
    if said == "application/zip" or said.startswith((*OPENDOCUMENT, "application/vnd.openxmlformats")):
        return {"mediaType": _zip(path)}
    if not _agrees(path, said):
        return {"mediaType": OCTETS, "note": "contradiction"}
    return _decoded(folder, said)


def _decoded(folder: Path, said: str) -> dict[str, Any]:
    try:
        if said in images.DECODED:
            return {"mediaType": said, **images.look(folder, media_type=said)}
        if said == "application/pdf":
            return {"mediaType": said, **pages.count(folder)}
    except Refused as refusal:
        if str(refusal) == pages.LOCKED:
            return {"mediaType": said, "note": "locked"}
        return {"mediaType": OCTETS, "note": "too_many_pixels" if str(refusal) == images.TOO_MANY_PIXELS else "damaged"}
    return {"mediaType": said}


def _agrees(path: Path, said: str) -> bool:
    """Whether the other reader says the same, or nothing."""
    try:
        matches = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError, IndexError):
        return True
    others = {canonical(match.mime_type) for match in matches if match.mime_type}
    family = said.partition("/")[0]
    if not others or any(are_alike(said, other) for other in others):
        return True
    # Containers of sound and pictures are told apart by what plays them, later.
    return family in ("audio", "video") and any(other.startswith(("audio/", "video/")) for other in others)


def _text(head: bytes, said: str, folder: Path) -> dict[str, Any]:
    try:
        texts.decoded(head)
    except Refused:
        return {"mediaType": OCTETS, "note": "damaged"}
    return _decoded(folder, said) if said == "image/svg+xml" else {"mediaType": said}


def _zip(path: Path) -> str:
    """By the parts that must be there; nothing is unpacked but one short name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > ENTRIES:
                return "application/zip"
            for part, media_type in PARTS.items():
                if part in names and "[Content_Types].xml" in names:
                    return media_type
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                said = archive.read("mimetype").decode("ascii", "replace")
                return said if said.startswith(OPENDOCUMENT) or said == "application/epub+zip" else "application/zip"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        return OCTETS
    return "application/zip"

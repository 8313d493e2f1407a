"""What can be shown of a type of content, and what it can be made into."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Literal

from chassis.confined.limits import MIB

from files.media.types import OPENDOCUMENT, is_text

OFFICE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp", "application/rtf": ".rtf", "text/rtf": ".rtf",
    "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
}  # fmt: skip
RASTER = frozenset({
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff", "image/avif", "image/bmp", "image/heic",
    "image/heif", "image/heic-sequence", "image/heif-sequence", "image/vnd.microsoft.icon", "image/svg+xml",
})  # fmt: skip
PLAYS_AS_IT_IS = frozenset({"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/wav", "audio/flac"})
PICTURES = ("png", "jpeg", "webp", "pdf")


class Family(StrEnum):
    """How a file is looked at."""

    IMAGE = "image"
    PDF = "pdf"
    OFFICE = "office"
    TEXT = "text"
    VIDEO = "video"
    AUDIO = "audio"


# Of what people upload, for limits of its size: what nothing is made of, too.
Sort = Family | Literal["other"]
# Bytes of what a preview is made of; of a text only the beginning is shown.
MOST: Mapping[Family, int] = {
    Family.IMAGE: 100 * MIB, Family.PDF: 100 * MIB, Family.OFFICE: 50 * MIB, Family.TEXT: 100 * MIB,
    Family.VIDEO: 2_048 * MIB, Family.AUDIO: 512 * MIB,
}  # fmt: skip
LONGEST_SIDE = 1_000_000


def family_of(media_type: str) -> Family | None:
    if media_type in RASTER:
        return Family.IMAGE
    if media_type == "application/pdf":
        return Family.PDF
    if media_type in OFFICE or media_type.startswith(OPENDOCUMENT):
        return Family.OFFICE if media_type in OFFICE else None
    if media_type.startswith(("video/", "audio/")):
        return Family.VIDEO if media_type.startswith("video/") else Family.AUDIO
    return Family.TEXT if is_text(media_type) else None


def sort_of(media_type: str) -> Sort:
    return Family.IMAGE if media_type.startswith("image/") else family_of(media_type) or "other"


def jobs_for(media_type: str, size: int, *, is_open: bool) -> Iterator[str]:
    """What is to be made of a blob without being asked for."""
    family = family_of(media_type)
    if family is None or not is_open or not 0 < size <= MOST[family]:
        return
    if family in (Family.PDF, Family.VIDEO, Family.AUDIO):
        yield "thumbnail"
    yield "preview"


def conversions(media_type: str, size: int) -> tuple[str, ...]:
    """What people can have it made into."""
    family = family_of(media_type)
    if family is None or size > MOST[family]:
        return ()
    if family is Family.OFFICE:
        return ("pdf",)
    return PICTURES if family is Family.IMAGE else ()


def number(value: Any) -> int | None:
    """A measure that a confined task told, if it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST_SIDE else None


def measures(told: Any) -> dict[str, int]:
    """Width and height, as far as they were told."""
    said = told if isinstance(told, dict) else {}
    return {name: value for name in ("width", "height") if (value := number(said.get(name))) is not None}

"""What images say they are, by their first bytes."""

import struct
import zlib

import pytest
from messaging import images
from messaging.images import Image


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def webp(chunk: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 " + struct.pack("<I", 10) + b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L" + struct.pack("<I", 6) + b"\x2f" + struct.pack("<IB", (width - 1) | (height - 1) << 14, 0))


def extended(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X" + struct.pack("<IBxxx", 10, 2) + size)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(3, 70_000), Image("image/png", 3, 70_000)),
        (gif(512, 1), Image("image/gif", 512, 1)),
        (lossy(17, 513), Image("image/webp", 17, 513)),
        (lossless(16_384, 1), Image("image/webp", 16_384, 1)),
        (extended(70_000, 512), Image("image/webp", 70_000, 512)),
    ],
)
def test_kind_and_size_are_read(data: bytes, expected: Image) -> None:
    assert images.read(data) == expected


@pytest.mark.parametrize("whole", [png(1, 1), gif(1, 1), lossy(1, 1), lossless(1, 1), extended(1, 1)])
def test_an_image_cut_short_is_none(whole: bytes) -> None:
    head = 24 if whole.startswith(b"\x89PNG") else 10 if whole.startswith(b"GIF") else len(whole)
    assert images.read(whole)
    assert [images.read(whole[:length]) for length in range(head)] == [None] * head


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xd8\xff\xe0JFIF", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b" " + gif(1, 1),
        b"GIF88a" + gif(1, 1)[6:], lossy(1, 1) + b"more", webp(b"VP8Z" + bytes(20)),
        png(1, 1).replace(b"IHDR", b"IDAT"),
        lossy(1, 1).replace(b"\x9d\x01\x2a", b"\x00\x00\x00"), lossless(1, 1).replace(b"\x2f", b"\x00"),
    ],
)  # fmt: skip
def test_what_does_not_begin_as_an_image_is_none(data: bytes) -> None:
    assert images.read(data) is None

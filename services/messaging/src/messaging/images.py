"""What an image says it is: its kind and size as its first bytes have it; nothing is decoded."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Image:
    """Width and height in pixels."""

    content_type: str
    width: int
    height: int


def read(data: bytes) -> Image | None:
    """None unless it begins as PNG, GIF or WebP do."""
    try:
        return _png(data) or _gif(data) or _webp(data)
    except struct.error:
        return None


def _png(data: bytes) -> Image | None:
    # PNG (RFC 2083), 3.1 and 4.1.1: the signature, then an IHDR chunk of 13 bytes.
    if data[:16] != b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":
        return None
    return Image("image/png", *struct.unpack_from(">II", data, 16))


def _gif(data: bytes) -> Image | None:
    # GIF89a, 17 and 18: the header, then the logical screen.
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Image("image/gif", *struct.unpack_from("<HH", data, 6))


def _webp(data: bytes) -> Image | None:
    # WebP (RFC 9649), 2.4 to 2.7: a RIFF file as long as it says, whose first chunk tells the size.
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or struct.unpack_from("<I", data, 4)[0] + 8 != len(data):
        return None
    size = _webp_size(data[12:16], data)
    return Image("image/webp", *size) if size else None


def _webp_size(chunk: bytes, data: bytes) -> tuple[int, int] | None:
    if chunk == b"VP8X":
        width, width_high, height, height_high = struct.unpack_from("<HBHB", data, 24)
        return (width_high << 16 | width) + 1, (height_high << 16 | height) + 1
    if chunk == b"VP8L" and data[20:21] == b"\x2f":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None

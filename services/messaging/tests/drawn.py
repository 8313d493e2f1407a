"""Images that are drawn here, and what has been done to some of them."""

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

Pixels = list[tuple[bytes, float]]


def still(kind: str, width: int = 16, height: int = 16, **options: Any) -> bytes:
    """A picture with a transparent corner."""
    return written(kind, [drawn(width, height, 0)], **options)


def png(width: int, height: int) -> bytes:
    return still("PNG", width, height)


def gif(width: int, height: int) -> bytes:
    return still("GIF", width, height)


def webp(width: int, height: int) -> bytes:
    return still("WEBP", width, height, lossless=True)


def film(kind: str, frames: int, side: int = 24, **options: Any) -> bytes:
    """A spot that moves, each frame shown 10 ms longer than the one before."""
    made = [drawn(side, side, number) for number in range(frames)]
    delays = [50 + 10 * number for number in range(frames)]
    lossless = {"lossless": True} if kind == "WEBP" else {"disposal": 2} if kind == "GIF" else {}
    return written(kind, made, duration=delays, **lossless, **options)


def drawn(width: int, height: int, number: int) -> Image.Image:
    frame = Image.new("RGBA", (width, height), (30, 158, 99, 255))
    draw = ImageDraw.Draw(frame)
    draw.rectangle((number % width, 0, number % width + 3, 3), fill=(250, 20, number % 256, 255))
    draw.point((width - 1, height - 1), fill=(0, 0, 0, 0))
    return frame


def written(kind: str, frames: Sequence[Image.Image], **options: Any) -> bytes:
    out = BytesIO()
    more = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(out, kind, **more, **options)
    return out.getvalue()


def seen(data: bytes) -> Pixels:
    """What is seen of each frame, and for how many milliseconds."""
    found = []
    with Image.open(BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            shown = image.convert("RGBA")
            # What is transparent has no colour.
            shown = Image.composite(shown, Image.new("RGBA", shown.size), shown.getchannel("A"))
            found.append((shown.tobytes(), image.info.get("duration", 0)))
    return found


def chunk(name: bytes, data: bytes) -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(image: bytes, name: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    header = 8 + 12 + 13
    return image[:header] + chunk(name, data) + image[header:]


def saying(image: bytes, width: int, height: int) -> bytes:
    """A PNG that says it has another size than it has."""
    header = chunk(b"IHDR", struct.pack(">II", width, height) + image[24:29])
    return image[:8] + header + image[8 + 12 + 13 :]


def a_frame_beyond_the_screen() -> bytes:
    """A GIF of 8 x 8 whose second frame says it has 400 x 400."""
    data = bytearray(written("GIF", [Image.new("L", (8, 8), 0), Image.new("L", (8, 8), 255)], duration=20))
    second = data.index(b"\x2c", data.index(b"\x2c") + 10)
    data[second + 5 : second + 9] = b"\x90\x01\x90\x01"
    return bytes(data)

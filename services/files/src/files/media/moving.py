"""PNGs that move, of which libvips reads the first picture alone: frame by frame, each as it is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image, ImageSequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What may come before the first picture, bytes of each, and how many of them.
MOST_CHUNKS = 1_000
FASTEST, USUAL = 20, 100  # milliseconds


def moves(path: Path) -> bool:
    """Whether it says so before its first picture (PNG, third edition, 11.3.5.1)."""
    with path.open("rb") as file:
        if file.read(8) != SIGNATURE:
            return False
        for _ in range(MOST_CHUNKS):
            head = file.read(8)
            if len(head) < 8 or head[4:] == b"IDAT":
                return False
            if head[4:] == b"acTL":
                return True
            file.seek(int.from_bytes(head[:4]) + 4, 1)
    return False


def shrunk(path: Path, side: int, most: int) -> Any:
    """As many of its frames as one looks at, below each other, each fitting into a square of that side."""
    with Image.open(path, formats=["PNG"]) as opened:
        loop, frames, delays = int(opened.info.get("loop", 0)), [], []
        for frame, delay in _frames(opened, most):
            frames.append(_fitting(frame, side))
            delays.append(delay)
    image = pyvips.Image.arrayjoin(frames, across=1).copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", frames[0].height)
    image.set_type(pyvips.GValue.array_int_type, "delay", delays)
    image.set_type(pyvips.GValue.gint_type, "loop", loop)
    return image


def _frames(opened: Image.Image, most: int) -> Iterator[tuple[Image.Image, int]]:
    """Each as it is shown, and for how many milliseconds. A first picture that is no frame is for who shows none."""
    skipped = 1 if opened.info.get("default_image") else 0
    for number, frame in enumerate(ImageSequence.Iterator(opened)):
        if number - skipped >= most:
            return
        if number >= skipped:
            delay = float(frame.info.get("duration", USUAL))
            yield frame.convert("RGBA"), max(FASTEST, round(delay))


def _fitting(frame: Image.Image, side: int) -> Any:
    made = pyvips.Image.new_from_memory(frame.tobytes(), frame.width, frame.height, 4, "uchar")
    return made.copy(interpretation="srgb").thumbnail_image(side, height=side, size="down").copy_memory()

"""For confined tasks: a foreign image is opened within bounds, and its frames are decoded one after another."""

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.confined.inside import Refused
from PIL import Image

WRONG = (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an image may be: of these kinds (content types by Pillow's names), so many pixels each way, so many frames,
    and so many pixels in all frames together, which is what has to be unpacked."""

    kinds: Mapping[str, str]
    side: int
    frames: int
    unpacked: int


@contextmanager
def opened(path: Path, bounds: Bounds) -> Iterator[Image.Image]:
    """`Refused` for an image beyond its bounds, and for one that turns out to be none within the block."""
    try:
        with Image.open(path, formats=tuple(bounds.kinds)) as image:
            _check(image, bounds)
            yield image
    except WRONG:
        kinds = " or ".join(bounds.kinds)
        raise Refused(f"This is no {kinds} image, or it is damaged.") from None


def number_of(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def each(image: Image.Image) -> Iterator[Image.Image]:
    """The image at each of its frames, decoded. A frame that is larger than the image said makes it refused."""
    size = image.size
    for number in range(number_of(image)):
        image.seek(number)
        if image.size != size:
            raise Refused("The image has a frame that is larger than the image.")
        image.load()
        yield image


def _check(image: Image.Image, bounds: Bounds) -> None:
    width, height = image.size
    if not (0 < width <= bounds.side and 0 < height <= bounds.side):
        raise Refused(f"The image may have {bounds.side:,} x {bounds.side:,} pixels at the most.")
    if number_of(image) > bounds.frames:
        raise Refused(f"The image may have {bounds.frames:,} frames at the most.")
    if number_of(image) * width * height > bounds.unpacked:
        raise Refused(f"All frames together may have {bounds.unpacked:,} pixels at the most.")

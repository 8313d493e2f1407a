"""A confined task: images are decoded, every frame of them, by a process that can do nothing else."""

from pathlib import Path

from chassis.confined.inside import Refused
from PIL import Image

KINDS = {"GIF": "image/gif", "WEBP": "image/webp"}
MOST_PIXELS = 1_024
MOST_FRAMES = 500
# Of all frames together: what a page has to unpack.
MOST_UNPACKED = 120_000_000


def image(folder: Path, *, name: str) -> dict[str, object]:
    """What an image in the task's folder is: its `contentType`, `width` and `height`."""
    return _decoded(folder / name)


def images(folder: Path, *, source: str, names: list[str]) -> dict[str, dict[str, object]]:
    """Those of the named files that are images, by name."""
    found = {}
    for name in names:
        try:
            found[name] = _decoded(Path(source) / name)
        except Refused:
            continue
    return found


def _decoded(path: Path) -> dict[str, object]:
    try:
        with Image.open(path, formats=tuple(KINDS)) as opened:
            width, height = opened.size
            frames = getattr(opened, "n_frames", 1)
            if not 0 < max(width, height) <= MOST_PIXELS:
                raise Refused(f"A GIF may have {MOST_PIXELS:,} pixels each way at the most.")
            if frames > MOST_FRAMES or frames * width * height > MOST_UNPACKED:
                raise Refused("The GIF is too long.")
            for frame in range(frames):
                opened.seek(frame)
                opened.load()
            return {"contentType": KINDS[str(opened.format)], "width": width, "height": height}
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise Refused("This is no GIF or WebP image.") from None

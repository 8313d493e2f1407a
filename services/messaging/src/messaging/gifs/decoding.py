"""A confined task: images are decoded, every frame of them, by a process that can do nothing else."""

from collections import deque
from pathlib import Path

from chassis.confined.inside import Refused

from messaging.images import frames
from messaging.images.frames import Bounds

MOST_PIXELS = 1_024
BOUNDS = Bounds({"GIF": "image/gif", "WEBP": "image/webp"}, side=MOST_PIXELS, frames=500, unpacked=120_000_000)


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
    with frames.opened(path, BOUNDS) as opened:
        width, height = opened.size
        deque(frames.each(opened), maxlen=0)
        return {"contentType": BOUNDS.kinds[str(opened.format)], "width": width, "height": height}

"""A few GIFs drawn by ourselves, for who has no folder of their own: made at the first start."""

import math
from collections.abc import Callable
from pathlib import Path

import orjson
from PIL import Image, ImageDraw

SIDE = 160
FRAMES = 16
PAPER, INK = (250, 250, 252), (60, 74, 191)
GOOD, BAD, WARM = (30, 158, 99), (203, 46, 63), (240, 176, 60)
Draw = Callable[[ImageDraw.ImageDraw, float], None]


def ensure(folder: Path) -> None:
    """Draw what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    index = {}
    for name, (title, tags, draw) in DRAWN.items():
        path = folder / f"{name}.gif"
        index[path.name] = {"title": title, "tags": tags.split()}
        if not path.exists():
            _write(path, draw)
    (folder / "index.json").write_bytes(orjson.dumps(index, option=orjson.OPT_INDENT_2))


def _write(path: Path, draw: Draw) -> None:
    frames = []
    for number in range(FRAMES):
        frame = Image.new("RGB", (SIDE, SIDE), PAPER)
        draw(ImageDraw.Draw(frame), number / FRAMES)
        frames.append(frame.quantize(32))
    partial = path.with_suffix(".part")
    frames[0].save(partial, "GIF", save_all=True, append_images=frames[1:], duration=70, loop=0, optimize=True)
    partial.replace(path)


def _swing(turn: float) -> float:
    """From -1 to 1 and back in one turn."""
    return math.sin(turn * math.tau)


def _line(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
    draw.line(points, fill=colour, width=14, joint="curve")
    for x, y in (points[0], points[-1]):
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)


def _between(a: tuple[float, float], b: tuple[float, float], part: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def yes(draw: ImageDraw.ImageDraw, turn: float) -> None:
    first, corner, last = (38.0, 84.0), (68.0, 114.0), (124.0, 50.0)
    grown = min(1.0, turn * 1.6)
    draw.ellipse((10, 10, 150, 150), outline=GOOD, width=6)
    if grown < 0.4:
        _line(draw, [first, _between(first, corner, grown / 0.4)], GOOD)
    else:
        _line(draw, [first, corner, _between(corner, last, (grown - 0.4) / 0.6)], GOOD)


def no(draw: ImageDraw.ImageDraw, turn: float) -> None:
    shift = 9 * _swing(turn * 2)
    _line(draw, [(48 + shift, 48), (112 + shift, 112)], BAD)
    _line(draw, [(112 + shift, 48), (48 + shift, 112)], BAD)


def heart(draw: ImageDraw.ImageDraw, turn: float) -> None:
    size = 52 + 9 * max(0.0, _swing(turn * 2))
    points = [
        (80 + size / 16 * 16 * math.sin(t) ** 3,
         78 - size / 16 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)))
        for t in (step / 60 * math.tau for step in range(60))
    ]  # fmt: skip
    draw.polygon(points, fill=BAD)


def wait(draw: ImageDraw.ImageDraw, turn: float) -> None:
    for spoke in range(12):
        angle = spoke / 12 * math.tau
        shade = ((spoke / 12 - turn) % 1.0) ** 2
        colour = tuple(round(paper + (ink - paper) * shade) for paper, ink in zip(PAPER, INK, strict=True))
        inner, outer = (80 + 34 * math.cos(angle), 80 + 34 * math.sin(angle)), (
            80 + 58 * math.cos(angle), 80 + 58 * math.sin(angle))  # fmt: skip
        draw.line([inner, outer], fill=colour, width=9)


def party(draw: ImageDraw.ImageDraw, turn: float) -> None:
    colours = (INK, GOOD, BAD, WARM)
    for piece in range(36):
        x = (piece * 47) % SIDE + 8 * _swing(turn + piece / 7)
        y = ((piece * 31) % SIDE + turn * SIDE) % SIDE
        draw.rectangle((x, y, x + 8, y + 5 + 4 * abs(_swing(turn + piece / 5))), fill=colours[piece % 4])


def bounce(draw: ImageDraw.ImageDraw, turn: float) -> None:
    height = abs(_swing(turn / 2)) * 88
    flat = 7 if height < 10 else 0
    draw.ellipse((56 - flat, 92 - height + flat, 104 + flat, 140 - height), fill=WARM)
    shadow = 30 - height / 6
    draw.ellipse((80 - shadow, 142, 80 + shadow, 149), fill=(215, 216, 224))


def hello(draw: ImageDraw.ImageDraw, turn: float) -> None:
    lean = 0.5 * _swing(turn * 2)
    for finger in range(5):
        angle = -math.pi / 2 + lean + (finger - 2) * 0.32
        reach = 62 if finger in (1, 2, 3) else 50
        _line(draw, [(80.0, 118.0), (80 + reach * math.cos(angle), 118 + reach * math.sin(angle))], WARM)
    draw.ellipse((56, 94, 104, 142), fill=WARM)


def hurry(draw: ImageDraw.ImageDraw, turn: float) -> None:
    y = 150 - turn * 190
    draw.polygon([(80, y), (62, y + 30), (62, y + 62), (98, y + 62), (98, y + 30)], fill=INK)
    draw.polygon([(62, y + 62), (80, y + 78 + 12 * abs(_swing(turn * 4))), (98, y + 62)], fill=WARM)
    draw.ellipse((72, y + 28, 88, y + 44), fill=PAPER)


DRAWN: dict[str, tuple[str, str, Draw]] = {
    "yes": ("Yes", "ok done good agree check right approve thumbs", yes),
    "no": ("No", "nope wrong bad disagree cross stop", no),
    "heart": ("Heart", "love like thanks beat", heart),
    "wait": ("Wait", "loading spinner soon patience thinking", wait),
    "party": ("Party", "celebrate confetti congratulations hooray birthday ship", party),
    "bounce": ("Bouncing ball", "play fun jump happy", bounce),
    "hello": ("Hello", "wave hi bye hand welcome", hello),
    "hurry": ("Lift-off", "rocket ship launch fast deploy release go", hurry),
}

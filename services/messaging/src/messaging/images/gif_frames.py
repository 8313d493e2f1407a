"""For confined tasks: whole frames as GIF has them, in at most 256 colours each, of which the last is none."""

from PIL import Image

CLEAR = 255
KEEP, TO_NOTHING = 1, 2


def of(frames: list[Image.Image]) -> tuple[list[Image.Image], int]:
    """The frames, and what is to become of each before the next: nothing shines through what is transparent."""
    whole = [frame.convert("RGBA") for frame in frames]
    has_holes = any(frame.getchannel("A").getextrema() != (255, 255) for frame in whole)
    return [_indexed(frame, has_holes) for frame in whole], TO_NOTHING if has_holes else KEEP


def _indexed(frame: Image.Image, has_holes: bool) -> Image.Image:
    """Exactly its colours, if there are no more than a palette has."""
    if not has_holes:
        return _quantized(frame.convert("RGB"), 256)
    alpha = frame.getchannel("A")
    # What is transparent takes no place in the palette.
    ground = Image.new("RGB", frame.size, _a_colour_of(frame))
    ground.paste(frame, mask=alpha.point([0] * 128 + [255] * 128))
    indexed = _quantized(ground, CLEAR)
    palette = indexed.getpalette() or []
    indexed.putpalette(palette + [0] * (3 * 256 - len(palette)))
    indexed.paste(CLEAR, mask=alpha.point([255] * 128 + [0] * 128))
    indexed.info["transparency"] = CLEAR
    return indexed


def _quantized(frame: Image.Image, colours: int) -> Image.Image:
    return frame.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _a_colour_of(frame: Image.Image) -> tuple[int, int, int]:
    for _, colour in frame.getcolors(frame.width * frame.height) or []:
        if isinstance(colour, tuple) and colour[3] > 127:
            return colour[0], colour[1], colour[2]
    return 0, 0, 0

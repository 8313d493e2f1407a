"""A confined task: a foreign image is decoded whole and written anew, so that nothing but its pixels goes on.

Of an animation is kept: its frames, how long each is shown, how often all are, and what is transparent.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from chassis.confined.inside import Refused
from PIL import Image, ImageCms, ImageOps

from messaging.images import frames, gif_frames
from messaging.images.frames import Bounds

KINDS = {"PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
BOUNDS = Bounds(KINDS, side=512, frames=300, unpacked=16_000_000)
FOREIGN, ANEW = "foreign", "anew"
# More than may be sent: not everybody packs as well as who made it.
MOST_BYTES = 512 * 1_024
# Pixels that are soon written without a loss.
SMALL = 512 * 512
SRGB = ImageCms.createProfile("sRGB")


def rewrite(folder: Path) -> dict[str, object]:
    """Write `foreign` as `anew`, and tell its `contentType`, `width` and `height`."""
    with frames.opened(folder / FOREIGN, BOUNDS) as image:
        shown, options = _seen(image)
        # A WebP that has lost something loses nothing more, or if that would be too much, nothing that is seen.
        is_lossy = b"VP8 " in (folder / FOREIGN).read_bytes()
        is_small = len(shown) * shown[0].width * shown[0].height <= SMALL
        written = _written(str(image.format), shown, options, is_lossy and not is_small)
        if is_lossy and len(written) > MOST_BYTES:
            written = _written(str(image.format), shown, options, is_lossy)
    if len(written) > MOST_BYTES:
        raise Refused(f"Written anew, the image has {len(written):,} bytes, which is more than {MOST_BYTES:,}.")
    (folder / ANEW).write_bytes(written)
    width, height = shown[0].size
    return {"contentType": KINDS[str(image.format)], "width": width, "height": height}


def _seen(image: Image.Image) -> tuple[list[Image.Image], dict[str, Any]]:
    """The frames without anything else, and the options that write them as an animation if it is one."""
    # An animated PNG may begin with a picture for who shows no animations, which is no frame of it.
    first = 1 if image.info.get("default_image") else 0
    shown, delays = [], []
    for number, frame in enumerate(frames.each(image)):
        if number >= first:
            shown.append(_bare(frame))
            delays.append(frame.info.get("duration", 0))
    if len(shown) == 1:
        return shown, {}
    shown = [frame.convert("RGBA") for frame in shown]
    for frame in shown:
        frame.info.clear()
    loop = {"loop": image.info["loop"]} if "loop" in image.info else {}
    return shown, {"save_all": True, "append_images": shown[1:], "duration": delays, **loop}


def _bare(frame: Image.Image) -> Image.Image:
    """Turned as its notes say, and in the colours that its profile says, because neither is kept."""
    upright = ImageOps.exif_transpose(frame)
    upright.info = {name: told for name, told in frame.info.items() if name == "transparency"}
    profile = frame.info.get("icc_profile")
    if not profile or upright.mode not in ("RGB", "RGBA", "P"):
        return upright
    coloured = upright.convert("RGBA")
    try:
        ImageCms.profileToProfile(coloured, ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB, inPlace=True)
    except (ImageCms.PyCMSError, OSError):
        return upright
    coloured.info.clear()
    return coloured


def _written(kind: str, shown: list[Image.Image], options: dict[str, Any], is_lossy: bool) -> bytes:
    written = BytesIO()
    match kind:
        case "GIF":
            indexed, disposal = gif_frames.of(shown)
            more = {**options, "append_images": indexed[1:], "disposal": disposal} if options else {}
            indexed[0].save(written, "GIF", **more)
        case "WEBP":
            shown[0].save(written, "WEBP", lossless=not is_lossy, quality=90 if is_lossy else 75, method=4, **options)
        case _:
            shown[0].save(written, "PNG", **options)
    return written.getvalue()

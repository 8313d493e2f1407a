"""Images looked into and made small: what is foreign is decoded here, and nothing of it but its pixels goes on."""

import os
from pathlib import Path
from typing import Any

from chassis.confined.inside import Refused, progress

# Before the library is loaded: fewer loaders, and no more threads than the address space has room for.
os.environ.update(VIPS_BLOCK_UNTRUSTED="1", VIPS_CONCURRENCY="2", VIPS_WARNING="0")

import pi_heif
import pyvips
from PIL import Image, ImageOps

from files.media import moving

# Its reader runs no scripts and loads nothing, and could not from here.
pyvips.operation_block_set("VipsForeignLoadSvg", False)
# Width times height times frames.
PIXELS = 100_000_000
FRAMES = 100
THUMBNAIL, LARGE = 200, 1_600
WEBP, JPEG, PNG, GIF = "image/webp", "image/jpeg", "image/png", "image/gif"
HEIF = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"})
LOADERS = {
    JPEG: "jpegload", PNG: "pngload", GIF: "gifload", WEBP: "webpload", "image/tiff": "tiffload",
    "image/avif": "heifload", "image/svg+xml": "svgload",
}  # fmt: skip
BY_PILLOW = {"image/bmp": "BMP", "image/vnd.microsoft.icon": "ICO"}
MANY_FRAMES = frozenset({GIF, WEBP})
DECODED = frozenset({*LOADERS, *BY_PILLOW, *HEIF})
TARGETS = {"png": PNG, "jpeg": JPEG, "webp": WEBP}
TOO_MANY_PIXELS = f"The image has more than {PIXELS // 1_000_000} million pixels, which is the most."
DAMAGED = "The image is damaged, or not what it says it is."


def look(folder: Path, *, media_type: str) -> dict[str, Any]:
    """Size of `input`, and its thumbnail as `thumbnail.webp`. All of it is decoded: what is no image is refused."""
    image = _opened(folder / "input", media_type)
    width, height, frames = image.width, _height(image), image.height // _height(image)
    _write(_shrunk(folder / "input", media_type, THUMBNAIL), folder / "thumbnail.webp", 80)
    if media_type == PNG and moving.moves(folder / "input"):
        frames = _frames_in(folder / "thumbnail.webp")
    return {"width": width, "height": height, "frames": frames, "thumbnail": size_of(folder / "thumbnail.webp")}


def shrink(folder: Path, *, media_type: str, side: int, name: str) -> dict[str, Any]:
    """`input` as a WebP that fits into a square of that side."""
    _opened(folder / "input", media_type)
    progress(0.1)
    _write(_shrunk(folder / "input", media_type, side), folder / name, 82)
    return size_of(folder / name)


def convert(folder: Path, *, media_type: str, to: str) -> dict[str, Any]:
    """`input` in another format as `output`, upright and without notes. Of an animation its beginning."""
    _opened(folder / "input", media_type)
    progress(0.1)
    image = _still(folder / "input", media_type)
    if to == "pdf":
        return _as_pdf(image, folder)
    if to == "jpeg" and image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    suffix = {"png": ".png[keep=none]", "jpeg": ".jpg[keep=none,Q=90]", "webp": ".webp[keep=none,Q=85]"}[to]
    try:
        (folder / "output").write_bytes(image.write_to_buffer(suffix))
    except pyvips.Error:
        raise Refused(DAMAGED) from None
    return {"width": image.width, "height": image.height}


def size_of(made: Path) -> dict[str, Any]:
    image = pyvips.Image.new_from_file(str(made), access="sequential")
    return {"width": image.width, "height": _height(image)}


def _frames_in(made: Path) -> int:
    image = pyvips.Image.new_from_file(str(made))
    return int(image.get("n-pages")) if image.get_typeof("n-pages") else 1


def _as_pdf(image: Any, folder: Path) -> dict[str, Any]:
    flat = image.flatten(background=[255, 255, 255]) if image.hasalpha() else image
    shape = "RGB" if flat.bands == 3 else "L"
    page = Image.frombytes(shape, (flat.width, flat.height), flat.cast("uchar").write_to_memory())
    page.save(folder / "output", "PDF", resolution=150)
    return {"width": flat.width, "height": flat.height, "pages": 1}


def _opened(path: Path, media_type: str) -> Any:
    """The header alone, which says how much the rest would be."""
    image = _load(path, media_type)
    if image.width * image.height > PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    return image


def _load(path: Path, media_type: str) -> Any:
    """Lazily: pixels are decoded when they are asked for."""
    try:
        if media_type in LOADERS:
            some = {"n": _frames(path, media_type)} if media_type in MANY_FRAMES else {}
            strict = {} if media_type == "image/svg+xml" else {"fail_on": "error"}
            return getattr(pyvips.Image, LOADERS[media_type])(str(path), access="sequential", **some, **strict)
        return _by_pillow(path, media_type)
    except (pyvips.Error, OSError, ValueError, SyntaxError):
        raise Refused(DAMAGED) from None


def _frames(path: Path, media_type: str) -> int:
    first = getattr(pyvips.Image, LOADERS[media_type])(str(path), access="sequential")
    pages = first.get("n-pages") if first.get_typeof("n-pages") else 1
    return max(1, min(int(pages), FRAMES, PIXELS // max(1, int(first.width) * int(first.height))))


def _by_pillow(path: Path, media_type: str) -> Any:
    """What libvips has no reader for."""
    if media_type in HEIF:
        pi_heif.register_heif_opener()
    with Image.open(path, formats=["HEIF"] if media_type in HEIF else [BY_PILLOW[media_type]]) as opened:
        if opened.width * opened.height > PIXELS:
            raise Refused(TOO_MANY_PIXELS)
        upright = ImageOps.exif_transpose(opened).convert("RGBA" if opened.mode in ("RGBA", "P", "LA") else "RGB")
    made = pyvips.Image.new_from_memory(upright.tobytes(), upright.width, upright.height, len(upright.mode), "uchar")
    return made.copy(interpretation="srgb")


def _shrunk(path: Path, media_type: str, side: int) -> Any:
    """Loaded no larger than needed, upright, in sRGB, with its frames and what is transparent."""
    if media_type not in LOADERS:
        return _load(path, media_type).thumbnail_image(side, height=side, size="down")
    if media_type == PNG and moving.moves(path):
        return _moving(path, side)
    options = f"[n={_frames(path, media_type)}]" if media_type in MANY_FRAMES else ""
    try:
        return pyvips.Image.thumbnail(
            f"{path}{options}", side, height=side, size="down", output_profile="srgb", fail_on="error"
        )
    except pyvips.Error:
        raise Refused(DAMAGED) from None


def _moving(path: Path, side: int) -> Any:
    """After the picture that libvips reads of it was found whole."""
    still = _load(path, PNG)
    try:
        return moving.shrunk(path, side, max(1, min(FRAMES, PIXELS // (still.width * still.height))))
    except (pyvips.Error, OSError, ValueError, SyntaxError, EOFError):
        raise Refused(DAMAGED) from None


def _still(path: Path, media_type: str) -> Any:
    if media_type not in LOADERS:
        return _load(path, media_type)
    try:
        image = getattr(pyvips.Image, LOADERS[media_type])(str(path)).autorot()
        return image.colourspace("srgb") if image.interpretation not in ("srgb", "b-w") else image
    except pyvips.Error:
        raise Refused(DAMAGED) from None


def _write(image: Any, path: Path, quality: int) -> None:
    try:
        image.webpsave(str(path), Q=quality, keep="none", effort=2)
    except pyvips.Error:
        raise Refused(DAMAGED) from None


def _height(image: Any) -> int:
    height: int = image.get("page-height") if image.get_typeof("page-height") else image.height
    return height

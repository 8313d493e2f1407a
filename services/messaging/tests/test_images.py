"""Images of strangers: decoded whole in confinement, and written anew; nothing but what is seen of them is kept."""

import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from chassis.confined.limits import Busy, Failed, Reason
from chassis.confined.runner import Runner
from drawn import a_frame_beyond_the_screen, drawn, film, gif, png, saying, seen, still, webp, with_chunk, written
from messaging.images import intake, rewriting
from messaging.images.intake import Image, taken_in
from PIL import Image as Pictures
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

KINDS = {"PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
SCRIPT = b"<script>alert(document.domain)</script>"


@pytest_asyncio.fixture(scope="module")
async def runner() -> AsyncIterator[Runner]:
    async with Runner(most=1) as confined:
        yield confined


@pytest.mark.parametrize("kind", KINDS)
async def test_an_image_is_written_anew_and_looks_the_same(runner: Runner, kind: str) -> None:
    data = still(kind, 40, 30, **({"lossless": True} if kind == "WEBP" else {}))
    image = await taken_in(runner, data)
    assert (image.content_type, image.width, image.height) == (KINDS[kind], 40, 30)
    assert seen(image.data) == seen(data)
    assert await taken_in(runner, image.data) == image


async def test_a_webp_that_lost_something_loses_nothing_more(runner: Runner) -> None:
    """However often it is exported and imported."""
    data = still("WEBP", 120, 90, quality=40)
    assert b"VP8 " in data
    image = await taken_in(runner, data)
    assert seen(image.data) == seen(data)
    assert await taken_in(runner, image.data) == image


def test_a_webp_for_which_that_takes_too_much_is_written_as_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / rewriting.FOREIGN
    foreign.write_bytes(written("WEBP", [Pictures.effect_noise((200, 200), 90).convert("RGB")], quality=5))
    monkeypatch.setattr(rewriting, "MOST_BYTES", 32_000)
    rewriting.rewrite(tmp_path)
    assert b"VP8 " in (tmp_path / rewriting.ANEW).read_bytes()


@pytest.mark.parametrize("loop", [{}, {"loop": 0}, {"loop": 3}], ids=["unsaid", "for ever", "thrice"])
@pytest.mark.parametrize("kind", KINDS)
async def test_what_moves_goes_on_moving(runner: Runner, kind: str, loop: dict[str, int]) -> None:
    data = film(kind, 7, **loop)
    image = await taken_in(runner, data)
    assert seen(image.data) == seen(data)
    assert [delay for _, delay in seen(image.data)] == [50, 60, 70, 80, 90, 100, 110]
    with Pictures.open(BytesIO(data)) as before, Pictures.open(BytesIO(image.data)) as after:
        assert after.info.get("loop") == before.info.get("loop")
    assert await taken_in(runner, image.data) == image


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_way_to_write_a_png_is_read(runner: Runner, mode: str) -> None:
    data = written("PNG", [Pictures.linear_gradient("L").resize((32, 32)).convert(mode)])
    image = await taken_in(runner, data)
    assert seen(image.data) == seen(data)


async def test_one_colour_of_a_png_that_is_transparent_stays_so(runner: Runner) -> None:
    flat = Pictures.linear_gradient("L").resize((16, 16))
    for data in (written("PNG", [flat], transparency=7), written("PNG", [flat.convert("RGB")], transparency=(7, 7, 7))):
        assert seen((await taken_in(runner, data)).data) == seen(data)


async def test_what_a_png_shows_instead_of_its_animation_is_no_frame(runner: Runner) -> None:
    frames = [Pictures.new("RGB", (8, 8), (number, 0, 0)) for number in range(4)]
    data = written("PNG", frames, default_image=True, duration=40)
    image = await taken_in(runner, data)
    assert seen(image.data) == seen(data)[1:]


async def test_a_large_webp_with_losses_loses_little_more(runner: Runner) -> None:
    data = written("WEBP", [drawn(300, 300, number) for number in range(4)], duration=50, quality=60)
    image = await taken_in(runner, data)
    assert b"VP8 " in image.data
    (before, _), (after, _) = seen(data)[0], seen(image.data)[0]
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) / len(before) < 2


def noted() -> dict[str, bytes]:
    """Images that carry what nobody sees, each with the script in it."""
    exif = Pictures.Exif()
    exif[0x010E] = SCRIPT.decode()
    words = PngInfo()
    words.add_text("Comment", SCRIPT.decode())
    words.add_itxt("XML:com.adobe.xmp", SCRIPT.decode())
    frame = {"exif": exif, "xmp": SCRIPT, "lossless": True}
    return {
        "png text": still("PNG", pnginfo=words),
        "png exif": still("PNG", exif=exif),
        "png chunk": with_chunk(png(9, 9), b"teSt", SCRIPT),
        "png end": png(9, 9) + SCRIPT,
        "png film end": film("PNG", 3) + SCRIPT,
        "gif comment": still("GIF", comment=SCRIPT),
        "gif end": gif(9, 9) + SCRIPT,
        "gif film comment": film("GIF", 3, comment=SCRIPT),
        "gif plain text": gif(9, 9)[:-1] + b"\x21\x01\x00" + bytes([len(SCRIPT)]) + SCRIPT + b"\x00;",
        "webp exif": still("WEBP", **frame),
        "webp film exif": film("WEBP", 3, exif=exif, xmp=SCRIPT),
        "webp end": webp(9, 9) + SCRIPT,
    }


@pytest.mark.parametrize("name", noted())
async def test_nothing_that_is_not_seen_is_kept(runner: Runner, name: str) -> None:
    data = noted()[name]
    assert SCRIPT in data
    image = await taken_in(runner, data)
    assert SCRIPT not in image.data
    assert not {b"EXIF", b"Exif", b"eXIf", b"XMP ", b"tEXt", b"iTXt", b"teSt"} & {
        image.data[at : at + 4] for at in range(len(image.data))
    }
    assert [pixels for pixels, _ in seen(image.data)] == [pixels for pixels, _ in seen(data)]


async def test_an_image_is_turned_as_its_notes_say(runner: Runner) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = 6
    image = await taken_in(runner, still("PNG", 40, 20, exif=exif))
    assert (image.width, image.height) == (20, 40)
    assert seen(image.data) == seen(written("PNG", [turned(png(40, 20))]))


def turned(data: bytes) -> Pictures.Image:
    with Pictures.open(BytesIO(data)) as image:
        return image.transpose(Pictures.Transpose.ROTATE_270)


async def test_a_colour_profile_is_applied_and_left_out(runner: Runner) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = still("PNG", icc_profile=lab)
    image = await taken_in(runner, data)
    assert b"iCCP" not in image.data
    assert seen(image.data) == seen(data)
    broken = await taken_in(runner, still("PNG", icc_profile=b"no profile"))
    assert seen(broken.data) == seen(data)


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def spots(kind: str, frames: int, side: int) -> bytes:
    """Many frames in few bytes."""
    made = [Pictures.new("P", (side, side), number % 2) for number in range(frames)]
    for frame in made:
        frame.putpalette([0, 0, 0, 255, 255, 255])
    return written(kind, made, duration=20)


def a_webp_saying(width: int, height: int) -> bytes:
    data = bytearray(film("WEBP", 2))
    data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no PNG or GIF or WEBP"),
    "an svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no PNG or GIF or WEBP"),
    "a bitmap": (still("BMP"), "no PNG or GIF or WEBP"),
    "a png cut short": (cut(film("PNG", 1, 200)), "damaged"),
    "a gif cut short": (cut(gif(200, 200)), "damaged"),
    "a webp cut short": (cut(webp(200, 200)), "damaged"),
    "a header alone": (png(9, 9)[:33], "damaged"),
    "a gif of no frame": (b"GIF89a\x10\x00\x10\x00\x00\x00\x00;", "damaged"),
    "too wide": (png(513, 1), "512 x 512"),
    "too high": (webp(1, 513), "512 x 512"),
    "a png saying more": (saying(png(8, 8), 512, 512), "damaged"),
    "a png saying far more": (saying(png(8, 8), 60_000, 60_000), ""),
    "a webp saying far more": (a_webp_saying(16_384, 16_384), ""),
    "a frame beyond the screen": (a_frame_beyond_the_screen(), "larger than the image"),
    "many frames": (spots("GIF", 301, 8), "300 frames"),
    "many pixels": (spots("GIF", 62, 512), "16,000,000 pixels"),
    "many pixels of png": (spots("PNG", 62, 512), "16,000,000 pixels"),
    "words that burst": (
        with_chunk(png(9, 9), b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)), ""
    ),
    "a profile that bursts": (
        with_chunk(png(9, 9), b"iCCP", b"p\0\0" + zlib.compress(bytes(200_000_000), 9)), ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_small_image_is_refused_with_a_reason(runner: Runner, name: str) -> None:
    data, said = HOSTILE[name]
    with pytest.raises(Failed) as failure:
        await taken_in(runner, data)
    assert failure.value.reason in (Reason.REFUSED, Reason.MEMORY)
    assert said in failure.value.sentence


async def test_pixels_beyond_what_the_header_says_are_dropped(runner: Runner) -> None:
    image = await taken_in(runner, saying(written("PNG", [Pictures.new("L", (8, 64), 200)]), 8, 8))
    assert (image.width, image.height) == (8, 8)
    assert len(seen(image.data)[0][0]) == 8 * 8 * 4


async def test_what_is_too_large_once_it_is_written_anew_is_refused(runner: Runner) -> None:
    noise = [Pictures.effect_noise((512, 512), 90) for _ in range(4)]
    with pytest.raises(Failed, match="Written anew"):
        await taken_in(runner, written("GIF", noise, duration=20))


async def test_who_takes_too_long_or_comes_too_many_is_told(runner: Runner) -> None:
    with pytest.raises(Failed) as failure:
        await taken_in(runner, spots("GIF", 60, 512), replace(intake.LIMITS, seconds=0.01))
    assert failure.value.reason is Reason.TIME
    async with Runner(most=1) as taken:
        async with taken._place(1):
            with pytest.raises(Busy):
                await taken_in(taken, png(1, 1), replace(intake.LIMITS, wait=0.01))
        assert await taken_in(taken, png(1, 1)) == Image("image/png", 1, 1, (await taken_in(runner, png(1, 1))).data)

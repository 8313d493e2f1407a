"""What a file is said to be follows from what is in it, and whatever is in it does no harm."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import pyvips
import strange
from chassis.confined.limits import Failed, Reason
from chassis.confined.runner import Runner
from files.confinement import LOOK, PAGES, PICTURE, SOUND, TEXT
from files.content import forms
from files.media.types import OCTETS, of_name, served_as, suffix_of
from PIL import Image

SNIFF = "files.media.sniffing:look"


@pytest_asyncio.fixture(scope="module")
async def looker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    async with Runner(within=tmp_path_factory.mktemp("looks")) as made:
        yield made


async def looked_at(runner: Runner, body: bytes, task: str = SNIFF, **arguments: Any) -> tuple[Any, dict[str, bytes]]:
    """What is said of it, and what was made of it."""
    module = task.partition(":")[0].rpartition(".")[2]
    limits = {"sniffing": LOOK, "images": PICTURE, "pages": PAGES, "texts": TEXT, "sounds": SOUND}
    async with runner.folder() as folder:
        (folder / "input").write_bytes(body)
        told = await runner.run(task, folder, arguments, limits=limits[module])
        return told, {made.name: made.read_bytes() for made in folder.iterdir() if made.is_file()}


def image(body: bytes) -> Any:
    return pyvips.Image.new_from_buffer(body, "", n=-1) if body[8:12] == b"WEBP" else Image.open(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "media_type", "size"),
    [
        (strange.picture(), "image/jpeg", (300, 200)),
        (strange.picture(suffix=".png"), "image/png", (300, 200)),
        (strange.picture(suffix=".webp"), "image/webp", (300, 200)),
        (strange.picture(suffix=".tiff"), "image/tiff", (300, 200)),
        (strange.picture(suffix=".avif"), "image/avif", (300, 200)),
        ((strange.SAMPLES / "green.heic").read_bytes(), "image/heic", (64, 48)),
        (strange.moving(), "image/gif", (300, 300)),
        (strange.vector(), "image/svg+xml", (300, 100)),
    ],
    ids=["jpeg", "png", "webp", "tiff", "avif", "heic", "gif", "svg"],
)
async def test_pictures_are_known_and_made_small(
    looker: Runner, body: bytes, media_type: str, size: tuple[int, int]
) -> None:
    told, made = await looked_at(looker, body)
    assert (told["mediaType"], told["width"], told["height"]) == (media_type, *size)
    small = image(made["thumbnail.webp"])
    assert max(small.width, small.get("page-height") if small.get_typeof("page-height") else small.height) <= 200


async def test_a_picture_that_lies_on_its_side_is_shown_upright_and_says_nothing_else(looker: Runner) -> None:
    _, made = await looked_at(looker, strange.turned())
    small = image(made["thumbnail.webp"])
    assert (small.width, small.height) == (133, 200)
    assert b"secret-place" not in made["thumbnail.webp"]
    assert not [name for name in small.get_fields() if "exif" in name]


async def test_what_is_transparent_stays_so(looker: Runner) -> None:
    _, made = await looked_at(looker, strange.see_through())
    assert image(made["thumbnail.webp"])(5, 5)[3] == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_what_moves_moves_in_small_too(looker: Runner, kind: str) -> None:
    _, made = await looked_at(looker, strange.moving(5, 300, kind))
    small = image(made["thumbnail.webp"])
    assert (small.get("n-pages"), small.get("page-height"), small.width) == (5, 200, 200)
    assert small.get("delay") == [100] * 5


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
async def test_of_thousands_of_frames_the_first_are_shown(looker: Runner, kind: str) -> None:
    told, made = await looked_at(looker, strange.moving(3_000, 16, kind))
    assert (told["mediaType"], told["frames"]) == (f"image/{kind.lower()}", 100)
    assert image(made["thumbnail.webp"]).get("n-pages") == 100


async def test_a_first_picture_that_is_no_frame_is_for_who_shows_none(looker: Runner) -> None:
    """And each frame is as it is shown, over the one before."""
    _, made = await looked_at(looker, strange.moving_over())
    small = image(made["thumbnail.webp"])
    assert (small.get("n-pages"), small.get("page-height")) == (2, 100)
    for place, (red, green, blue) in {(10, 10): (255, 0, 0), (60, 60): (255, 0, 0), (10, 110): (0, 0, 255)}.items():
        assert all(abs(found - said) < 12 for found, said in zip(small(*place), (red, green, blue), strict=False))
    assert abs(small(90, 190)[0] - 255) < 12, "what the second frame leaves as it was"


async def test_an_animation_that_breaks_off_is_damaged(looker: Runner) -> None:
    body = strange.moving(5, 300, "PNG")
    told, _ = await looked_at(looker, body[: len(body) * 4 // 5])
    assert told["note"] == "damaged"


async def test_four_hundred_megapixels_are_not_decoded(looker: Runner) -> None:
    body = strange.bomb()
    assert len(body) < 400_000
    told, made = await looked_at(looker, body)
    assert told == {"mediaType": OCTETS, "note": "too_many_pixels"}
    assert list(made) == ["input"]


async def test_a_false_colour_profile_does_no_harm(looker: Runner) -> None:
    told, _ = await looked_at(looker, strange.profile_bomb())
    assert told["mediaType"] in ("image/jpeg", OCTETS)


@pytest.mark.parametrize(
    "body",
    [
        strange.picture()[:3_00],
        b"GIF89a/*<script>alert(1)</script>*/=1;",
        b"\xff\xd8\xff\xe0" + b"<html><script>alert(1)</script></html>" * 10,
        b"%PDF-1.7\nnothing follows",
        b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 40,
        b"BM" + b"\x00" * 60,
    ],
    ids=["cut", "gif and script", "jpeg and html", "empty pdf", "empty webp", "empty bmp"],
)
async def test_what_only_begins_like_something_is_just_bytes(looker: Runner, body: bytes) -> None:
    told, made = await looked_at(looker, body)
    assert told["mediaType"] == OCTETS
    assert told["note"] in ("damaged", "contradiction")
    assert list(made) == ["input"]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", OCTETS),
        (b"\x00", OCTETS),
        (b"words and words\n", "text/plain"),
        ("한국어 문서\n".encode(), "text/plain"),
        (b"<!doctype html><html><script>alert(1)</script></html>", "text/html"),
        (b'{"a": [1, 2]}', "application/json"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n", "text/plain"),
        (strange.document(), strange.DOCUMENT),
        (strange.pdf(), "application/pdf"),
        (strange.scripted_pdf(), "application/pdf"),
    ],
)  # fmt: skip
async def test_everything_else_is_known_by_its_content(looker: Runner, body: bytes, media_type: str) -> None:
    told, _ = await looked_at(looker, body)
    assert told["mediaType"] == media_type


async def test_of_a_large_file_the_beginning_must_do(looker: Runner) -> None:
    told, _ = await looked_at(looker, strange.picture()[:2_000], whole=False)
    assert told == {"mediaType": "image/jpeg", "note": "too_large"}


@pytest.mark.parametrize(
    ("content", "filename", "declared", "served"),
    [
        ("image/jpeg", "a.jpg", "image/jpeg", "image/jpeg"),
        ("image/jpeg", "a.JPEG", "image/jpg", "image/jpeg"),
        ("image/jpeg", "a", "", "image/jpeg"),
        ("image/jpeg", "a.unknown", OCTETS, "image/jpeg"),
        ("image/jpeg", "a.png", "image/png", OCTETS),
        ("text/html", "a.jpg", "image/jpeg", OCTETS),
        ("text/html", "a.jpg", "text/html", OCTETS),
        ("text/html", "a.html", "image/jpeg", OCTETS),
        ("text/html", "a.txt", "text/plain", "text/html"),
        ("text/x-script.python", "a.py", "text/x-python", "text/x-script.python"),
        ("image/svg+xml", "a.svg", "image/svg+xml", "image/svg+xml"),
        ("image/svg+xml", "a.png", "image/png", OCTETS),
        ("text/plain", "a.svg", "image/svg+xml", OCTETS),
        ("video/mp4", "a.m4a", "audio/x-m4a", "video/mp4"),
        ("application/pdf", "a.exe", "application/pdf", OCTETS),
        ("application/zip", "a.jar", "application/java-archive", "application/zip"),
        ("image/heic", "a.heif", "image/heif", "image/heic"),
        ("image/jpeg", "a.jpg.exe", "image/jpeg", OCTETS),
        ("image/jpeg", "a.exe\u202egpj", "image/jpeg", "image/jpeg"),
    ],
)
def test_name_uploader_and_content_must_say_the_same(content: str, filename: str, declared: str, served: str) -> None:
    assert served_as(content, filename, declared) == served


@pytest.mark.parametrize(
    ("filename", "suffix"),
    [("a.py", ".py"), ("A.TXT", ".txt"), ("a", ""), ("a.", ""), ("../../etc.sh/x", ""), ("a.\u202etxt", ""), ("", "")],
)
def test_a_suffix_is_part_of_a_plain_name(filename: str, suffix: str) -> None:
    assert suffix_of(filename) == suffix
    assert isinstance(of_name(filename), str)


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/xhtml+xml", "application/xml"])
def test_what_is_a_program_is_never_shown_as_one(media_type: str) -> None:
    told = forms.headers(forms.Form(media_type, False, "a"), inline=True)
    is_plain = told["Content-Type"].startswith("text/plain")
    assert is_plain or told["Content-Disposition"].startswith("attachment")
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Content-Security-Policy"].startswith("sandbox;")


@pytest.mark.parametrize("to", ["png", "jpeg", "webp", "pdf"])
@pytest.mark.parametrize("body", [strange.turned(), strange.see_through()], ids=["turned", "see-through"])
async def test_pictures_become_others(looker: Runner, to: str, body: bytes) -> None:
    told, _ = await looked_at(looker, body)
    _, made = await looked_at(looker, body, "files.media.images:convert", media_type=told["mediaType"], to=to)
    again, _ = await looked_at(looker, made["output"])
    assert again["mediaType"] == {"pdf": "application/pdf"}.get(to, f"image/{to}")
    assert again["height"] >= again["width"]
    assert b"secret-place" not in made["output"]


async def test_pages_are_drawn_and_read(looker: Runner) -> None:
    told, made = await looked_at(looker, strange.pdf(3), "files.media.pages:draw")
    assert (told["pages"], len(told["drawn"])) == (3, 3)
    assert made["text"].decode().split("\n")[:3] == [f"Page {number} says hello" for number in (1, 2, 3)]
    assert image(made["page-1.webp"]).height == 1_400
    assert image(made["thumbnail.webp"]).height == 200


async def test_of_a_long_document_the_first_pages_are_drawn_and_all_are_counted(looker: Runner) -> None:
    told, made = await looked_at(looker, strange.pdf(60), "files.media.pages:draw")
    assert (told["pages"], len(told["drawn"])) == (60, 50)
    assert b"Page 60 says hello" in made["text"]


async def test_scripts_of_a_document_do_not_run(looker: Runner) -> None:
    told, made = await looked_at(looker, strange.scripted_pdf(), "files.media.pages:draw")
    assert told["pages"] == 1
    assert made["text"].strip() == b"Page 1 says hello"


@pytest.mark.parametrize("body", [b"", strange.pdf()[:200], b"%PDF-1.7" + b"\xff" * 5_000])
async def test_a_damaged_document_is_refused_in_plain_words(looker: Runner, body: bytes) -> None:
    with pytest.raises(Failed) as failure:
        await looked_at(looker, body, "files.media.pages:draw")
    assert failure.value.reason is Reason.REFUSED
    assert failure.value.sentence == "The PDF is damaged, or not what it says it is."


@pytest.mark.parametrize(
    ("body", "suffix", "shown", "never"),
    [
        (b"def f():\n    return '<b>'\n", ".py", b'<span class="k">def</span>', b"<b>"),
        (b"<script>alert(1)</script>", ".html", b"alert", b"<script>"),
        (b"<script>alert(1)</script>", "", b"&lt;script&gt;", b"<script>"),
        (b"# Title\n<script>alert(1)</script>\n", ".md", b"<h1>Title</h1>", b"<script>"),
        (b"[x](javascript:alert(1)) ![y](http://example.com/z)", ".md", b"x", b"example.com"),
        (b"|a|b|\n|-|-|\n|1|2|\n", ".md", b"<td>1</td>", b"<script"),
        (b"</style></pre><img src=x onerror=alert(1)>", ".css", b"onerror", b"<img"),
        ("한국어".encode("cp949"), ".txt", "한국어".encode(), b"\xef\xbf\xbd"),
        ("한국어".encode("utf-16"), ".txt", "한국어".encode(), b"\xef\xbf\xbd"),
        (b"\xef\xbb\xbfwords", ".txt", b"words", b"\xef\xbb\xbf"),
    ],
)
async def test_texts_are_shown_and_nothing_of_them_runs(
    looker: Runner, body: bytes, suffix: str, shown: bytes, never: bytes
) -> None:
    told, made = await looked_at(looker, body, "files.media.texts:show", suffix=suffix)
    assert shown in made["page.html"]
    assert never not in made["page.html"]
    assert told["isCut"] is False


async def test_of_a_long_text_the_beginning_is_shown_to_a_whole_character(looker: Runner) -> None:
    told, made = await looked_at(looker, "한".encode() * 400_000, "files.media.texts:show", suffix=".txt")
    assert told == {"lines": 1, "encoding": "utf-8", "isCut": True}
    assert made["text"].decode() == "한" * 333_333


async def test_what_holds_zeros_is_no_text(looker: Runner) -> None:
    with pytest.raises(Failed) as failure:
        await looked_at(looker, b"a\x00b" * 100, "files.media.texts:show", suffix=".txt")
    assert failure.value.sentence == "This is no text."


async def test_a_sound_is_drawn_by_its_loudest_moments(looker: Runner) -> None:
    samples = [0] * 4_000 + [16_384, -32_768] * 2_000
    body = b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)
    async with looker.folder() as folder:
        (folder / "samples").write_bytes(body)
        await looker.run("files.media.sounds:draw", folder)
        told = json.loads((folder / "waveform.json").read_text())
    assert told["duration"] == 2.0
    assert told["peaks"] == [0.0] * 250 + [1.0] * 250

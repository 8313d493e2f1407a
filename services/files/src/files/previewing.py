"""Thumbnails and previews: what a browser can show of a file, made once and kept beside it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from eventbus import Db

from files import derived
from files.confinement import FILM, FRAME, OFFICE, PAGES, PICTURE, PROBE, SOUND, TEXT, Bench, bench
from files.derived import Made, Source
from files.jobs import Job, Refused
from files.media import films, kinds
from files.media.films import CODECS, Film
from files.media.kinds import Family
from files.media.types import suffix_of
from files.workshop import Workshop

WEBP, PDF, MP4, M4A, JSON, PAGE = (
    "image/webp", "application/pdf", "video/mp4", "audio/mp4", "application/json", "text/html",
)  # fmt: skip
LARGE, SMALL = 1_600, 200
MEASURED = "UPDATE blobs SET width = coalesce($2, width), height = coalesce($3, height), duration = $4 WHERE id = $1"
COUNTED = "UPDATE blobs SET pages = $2 WHERE id = $1"
Make = Callable[[Bench, Source, Workshop], Awaitable[None]]


async def thumbnail(job: Job, shop: Workshop) -> None:
    """A small picture of what is no picture itself: soon, before its preview is made."""
    await _make(job, shop, THUMBNAILS)


async def preview(job: Job, shop: Workshop) -> None:
    """All else that can be shown of it."""
    await _make(job, shop, PREVIEWS)


async def _make(job: Job, shop: Workshop, makers: Mapping[Family, Make]) -> None:
    async with shop.pool.acquire(timeout=5) as db:
        source = await derived.source_of(db, job.blob_id)
    family = kinds.family_of(source.media_type) if source else None
    if source is None or family is None or family not in makers:
        return
    async with bench(shop, source.blob_id, job) as at:
        await derived.fetch(shop.store, source, at.folder / "input")
        await makers[family](at, source, shop)


async def _image(at: Bench, source: Source, shop: Workshop) -> None:
    told = await at.run(
        "files.media.images:shrink", PICTURE, {"media_type": source.media_type, "side": LARGE, "name": "image.webp"}
    )
    await derived.keep(shop, source, [Made("image", at.folder / "image.webp", WEBP, kinds.measures(told))])


async def _pdf_thumbnail(at: Bench, source: Source, shop: Workshop) -> None:
    told = await at.run("files.media.pages:picture", PAGES)
    await derived.keep(shop, source, [_small(at, told)])


async def _pdf(at: Bench, source: Source, shop: Workshop) -> None:
    await _pages(at, source, shop, "input", [])


async def _office(at: Bench, source: Source, shop: Workshop) -> None:
    at.expect(0.0, 0.5)
    await to_pdf(at, source)
    at.expect(0.5, 0.5)
    await _pages(at, source, shop, "output.pdf", [Made("pdf", at.folder / "output.pdf", PDF)])


async def to_pdf(at: Bench, source: Source) -> None:
    """`input`, which an office program wrote, as `output.pdf`."""
    await at.run("files.media.office:to_pdf", OFFICE, {"suffix": kinds.OFFICE[source.media_type]})


async def _pages(at: Bench, source: Source, shop: Workshop, name: str, made: list[Made]) -> None:
    told = await at.run("files.media.pages:draw", PAGES, {"name": name})
    drawn = [
        Made(f"page-{number}", at.folder / f"page-{number}.webp", WEBP, kinds.measures(size))
        for number, size in enumerate(told["drawn"], 1)
    ]
    pages = kinds.number(told["pages"])

    async def note(db: Db) -> None:
        await db.execute(COUNTED, source.blob_id, pages)

    text = Made("text", at.folder / "text", "text/plain")
    await derived.keep(shop, source, [*made, _small(at, told["thumbnail"]), *drawn, text], note)


async def _text(at: Bench, source: Source, shop: Workshop) -> None:
    told = await at.run("files.media.texts:show", TEXT, {"suffix": suffix_of(source.filename)})
    page = Made("html", at.folder / "page.html", PAGE, {"isCut": bool(told["isCut"])})
    await derived.keep(shop, source, [page, Made("text", at.folder / "text", "text/plain")])


async def _film_thumbnail(at: Bench, source: Source, shop: Workshop) -> None:
    """How long it is, and a picture of it if there is something to see."""
    film = await _film(at)
    made = []
    if film.video is not None:
        await at.run(films.poster(film), FRAME)
        (at.folder / "input").unlink()
        (at.folder / "poster.png").rename(at.folder / "input")
        arguments = {"media_type": "image/png", "side": LARGE, "name": "poster.webp"}
        large = await at.run("files.media.images:shrink", PICTURE, arguments)
        small = await at.run(
            "files.media.images:shrink", PICTURE, {**arguments, "side": SMALL, "name": "thumbnail.webp"}
        )
        made = [_small(at, small), Made("poster", at.folder / "poster.webp", WEBP, kinds.measures(large))]

    async def note(db: Db) -> None:
        await db.execute(MEASURED, source.blob_id, film.width, film.height, film.duration)

    await derived.keep(shop, source, made, note)


async def _video(at: Bench, source: Source, shop: Workshop) -> None:
    film = await _film(at)
    if film.video is None:
        return await _sounding(at, source, shop, film)
    await at.run(films.streamable(film), FILM)
    return await derived.keep(shop, source, [Made("video", at.folder / "video.mp4", MP4)])


async def _audio(at: Bench, source: Source, shop: Workshop) -> None:
    await _sounding(at, source, shop, await _film(at))


async def _sounding(at: Bench, source: Source, shop: Workshop, film: Film) -> None:
    """What it sounds like as a picture, and in a form that browsers play, unless it is."""
    made = []
    if film.audio not in CODECS or source.media_type not in kinds.PLAYS_AS_IT_IS:
        at.expect(0.0, 0.6)
        await at.run(films.playable(film), SOUND)
        made = [Made("audio", at.folder / "audio.m4a", M4A)]
    at.expect(0.6, 0.4)
    await at.run(films.samples(film), SOUND)
    await at.run("files.media.sounds:draw", SOUND)
    await derived.keep(shop, source, [*made, Made("waveform", at.folder / "waveform.json", JSON)])


async def _film(at: Bench) -> Film:
    film = films.film_of(await at.run(films.probe(), PROBE))
    if film is None:
        raise Refused("refused: There is nothing in this that plays.")
    return film


def _small(at: Bench, told: Any) -> Made:
    return Made("thumbnail", at.folder / "thumbnail.webp", WEBP, kinds.measures(told))


THUMBNAILS: Mapping[Family, Make] = {
    Family.PDF: _pdf_thumbnail,
    Family.VIDEO: _film_thumbnail,
    Family.AUDIO: _film_thumbnail,
}
PREVIEWS: Mapping[Family, Make] = {
    Family.IMAGE: _image,
    Family.PDF: _pdf,
    Family.OFFICE: _office,
    Family.TEXT: _text,
    Family.VIDEO: _video,
    Family.AUDIO: _audio,
}

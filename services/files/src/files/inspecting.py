"""The first look into a clean blob: what it is, how large, and, if it is a picture, its thumbnail."""

from typing import Any

from chassis.confined.limits import MIB
from eventbus import Db

from files import derived, jobs
from files.confinement import LOOK, Bench, bench
from files.derived import Made, Source
from files.jobs import Job, Later, Refused
from files.media import kinds
from files.media.types import OCTETS
from files.withdrawal import withdraw
from files.workshop import Workshop

# Bytes that are looked into whole. Of what is larger the beginning must do, save for what plays.
WHOLE = 100 * MIB
HEAD = MIB
NOTE = """
    UPDATE blobs SET media_type = $2, width = $3, height = $4, pages = $5, note = $6, looked_at = now() WHERE id = $1
"""
TASK = "files.media.sniffing:look"


async def inspect(job: Job, shop: Workshop) -> None:
    """A blob is looked into once, however many files have it."""
    source = await _source(job, shop)
    if source is None or source.is_known:
        return
    async with bench(shop, source.blob_id, job) as at:
        is_whole = source.size <= WHOLE
        await derived.fetch(shop.store, source, at.folder / "input", None if is_whole else HEAD)
        told = await _told(at, is_whole)
        if source.size > shop.settings.limit_of(str(told.get("mediaType", OCTETS))):
            await _take_back(shop, source)
            return
        made = [_thumbnail(at, told)] if "thumbnail" in told else []
        await derived.keep(shop, source, made, note=lambda db: _note(db, source, told))


async def _source(job: Job, shop: Workshop) -> Source | None:
    async with shop.pool.acquire(timeout=5) as db:
        return await derived.source_of(db, job.blob_id)


async def _told(at: Bench, is_whole: bool) -> dict[str, Any]:
    """What cannot even be looked into stays bytes, with a note of why."""
    try:
        told = await at.run(TASK, LOOK, {"whole": is_whole})
    except Refused as refusal:
        return {"mediaType": OCTETS, "note": refusal.reason.partition(":")[0]}
    return told if isinstance(told, dict) else {"mediaType": OCTETS, "note": "crashed"}


async def _take_back(shop: Workshop, source: Source) -> None:
    """It is larger than what it turned out to be may be, whatever was said of it."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        if not await withdraw(db, source.blob_id, "too_large"):
            raise Later("somebody came to have the same bytes just now")


def _thumbnail(at: Bench, told: dict[str, Any]) -> Made:
    return Made("thumbnail", at.folder / "thumbnail.webp", "image/webp", kinds.measures(told["thumbnail"]))


async def _note(db: Db, source: Source, told: dict[str, Any]) -> None:
    media_type = str(told.get("mediaType", OCTETS))[:120]
    numbers = (kinds.number(told.get(name)) for name in ("width", "height", "pages"))
    note = told.get("note")
    await db.execute(NOTE, source.blob_id, media_type, *numbers, str(note)[:40] if note else None)
    for kind in kinds.jobs_for(media_type, source.size, is_open=note is None):
        await jobs.add(db, kind, source.blob_id, blob_id=source.blob_id)

"""What is made of a blob: previews and conversions. Their bytes are there before their rows; all who have the blob are
told."""

import asyncio
import logging
import os
import stat
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncpg import Record
from chassis.database import dumps
from eventbus import Db

from files import announcements, keys
from files.jobs import Refused
from files.store import PART, Missing, Store
from files.workshop import Workshop

log = logging.getLogger(__name__)
# By whichever of its files came first: its name says what language a text is in, and which office wrote a document.
SOURCE = """
    SELECT b.id, b.size, b.media_type, b.looked_at, b.width, b.height, b.duration, f.filename
    FROM blobs b JOIN file_versions v ON v.blob_id = b.id AND v.status = 'clean' JOIN files f ON f.id = v.file_id
    WHERE b.id = $1 AND b.state = 'stored' ORDER BY v.created_at LIMIT 1
"""
# Locked in one order, before the blob is, as everybody does.
HOLDERS = """
    SELECT f.id, v.number, v.uploaded_by FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = f.version AND v.status = 'clean'
    WHERE v.blob_id = $1 ORDER BY f.id FOR NO KEY UPDATE OF f
"""
HELD = """
    SELECT count(*) FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = f.version AND v.status = 'clean' WHERE v.blob_id = $1
"""
LOCK = "SELECT true FROM blobs WHERE id = $1 AND state = 'stored' FOR UPDATE"
ADD = """
    INSERT INTO derived (blob_id, variant, media_type, size, details) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (blob_id, variant) DO UPDATE SET media_type = $3, size = $4, details = $5
"""
VARIANTS = "SELECT variant FROM derived WHERE blob_id = $1"


@dataclass(frozen=True, slots=True)
class Source:
    """A blob of which something is to be made."""

    blob_id: UUID
    size: int
    media_type: str
    is_known: bool
    width: int | None
    height: int | None
    duration: float | None
    filename: str


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was made of it, in a file."""

    variant: str
    path: Path
    media_type: str
    details: Mapping[str, Any] = field(default_factory=dict)


Note = Callable[[Db], Awaitable[None]]


async def source_of(db: Db, blob_id: UUID | None) -> Source | None:
    """None if it is gone, or nobody has it any more."""
    row = await db.fetchrow(SOURCE, blob_id)
    if row is None:
        return None
    return Source(
        row["id"], row["size"], row["media_type"], row["looked_at"] is not None, row["width"], row["height"],
        row["duration"], row["filename"],
    )  # fmt: skip


async def variants(db: Db, blob_id: UUID) -> set[str]:
    return {row["variant"] for row in await db.fetch(VARIANTS, blob_id)}


async def fetch(store: Store, source: Source, path: Path, most: int | None = None) -> None:
    """Its bytes, or the first of them, as a file; a job whose bytes are gone is over."""
    last = None if most is None or source.size <= most else most - 1
    file = await asyncio.to_thread(path.open, "wb")
    try:
        if source.size == 0:
            return
        async with store.get(keys.blob(source.blob_id), 0, last) as reading:
            async for chunk in reading.chunks():
                await asyncio.to_thread(file.write, chunk)
    except Missing:
        raise Refused("lost") from None
    finally:
        file.close()


async def keep(shop: Workshop, source: Source, made: Sequence[Made], note: Note | None = None) -> None:
    """Keep what was made, note what was learned, and tell everybody who has the file. Nothing is left of it if the
    blob went meanwhile."""
    sizes = [await _put(shop.store, keys.derived(source.blob_id, each.variant), each) for each in made]
    sized = list(zip(made, sizes, strict=True))
    while (is_kept := await _keep(shop, source.blob_id, sized, note)) is None:
        log.info("somebody came to have blob %s just now", source.blob_id)
    if not is_kept:
        await shop.store.delete(*(keys.derived(source.blob_id, each.variant) for each in made))


async def _keep(shop: Workshop, blob_id: UUID, made: Iterable[tuple[Made, int]], note: Note | None) -> bool | None:
    """False if the blob is gone; None, and nothing is done, if somebody came to have it before it was locked."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        holders = await db.fetch(HOLDERS, blob_id)
        if not await db.fetchval(LOCK, blob_id):
            return False
        if len(holders) != await db.fetchval(HELD, blob_id):
            return None
        for each, size in made:
            await db.execute(ADD, blob_id, each.variant, each.media_type, size, dumps(dict(each.details)))
        if note is not None:
            await note(db)
        await _tell(db, holders)
        return True


async def tell_progress(shop: Workshop, blob_id: UUID, step: str, percent: int) -> None:
    """To those who uploaded it."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        for row in await db.fetch(HOLDERS, blob_id):
            await announcements.progressed(db, row["id"], row["number"], row["uploaded_by"], step, percent)


async def _tell(db: Db, holders: Sequence[Record]) -> None:
    for row in holders:
        await announcements.changed(db, row["id"], row["number"])


async def _put(store: Store, key: str, made: Made) -> int:
    """What lies where a stranger's bytes were at work is a plain file, or nothing."""
    file = await asyncio.to_thread(os.open, made.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("crashed")
        if status.st_size <= PART:
            await store.put(key, await asyncio.to_thread(os.read, file, PART), made.media_type)
        else:
            await _put_parts(store, key, file, made.media_type)
        return status.st_size
    finally:
        os.close(file)


async def _put_parts(store: Store, key: str, file: int, media_type: str) -> None:
    async with store.in_parts(key, media_type) as (multipart_id, parts):
        while body := await asyncio.to_thread(os.read, file, PART):
            parts.append(await store.put_part(key, multipart_id, len(parts) + 1, body))

"""A workspace as a file: everything as it was at one moment, written in pieces as it is read.

Of several databases each is as it was at a moment of its own, one right after another.
"""

import asyncio
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.slots import slot_of
from eventbus import Db
from eventbus.wire import Json

from messaging import audit
from messaging.retention import holds
from messaging.sharding.databases import Across, Databases
from messaging.transfers import jobs, lines, pieces
from messaging.transfers.exported import (
    AUTHORS,
    BOOKMARKS,
    CHANNELS,
    COUNT,
    EMOJI,
    FOLLOWERS,
    GROUPS,
    KEPT,
    MEMBERS,
    MESSAGES,
    PEOPLE,
    VERSIONS,
    VOTES,
    WORKSPACE,
)
from messaging.transfers.jobs import Cancelled, Job
from messaging.transfers.own import HEAD

AT_ONCE = 500
# Messages in one of its files, so that reading it can stop and go on between two.
IN_A_FILE = 10_000
DEADLINE = 300


class Output:
    """What a zip is written to: it goes on only once the database has it."""

    def __init__(self, pool: asyncpg.Pool, job: Job) -> None:
        self._pool, self._job = pool, job
        self._held = bytearray()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do: `drain` does it."""

    async def drain(self, is_last: bool = False) -> None:
        while len(self._held) >= pieces.PIECE or (is_last and self._held):
            data = bytes(self._held[: pieces.PIECE])
            del self._held[: pieces.PIECE]
            async with self._pool.acquire(timeout=5) as db, db.transaction():
                await pieces.add(db, self._job.id, self.size, data)
                self.size += len(data)
                await jobs.go_on(db, self._job, progress=self._job.progress, total=self._job.total)
            if self._job.is_cancelled:
                raise Cancelled


class Export:
    """One run of an export. It begins anew after a break: what it tells is of one moment."""

    def __init__(self, pool: asyncpg.Pool, across: Across, job: Job) -> None:
        self._across, self._db, self._job = across, across.home, job
        self._at = datetime.now(UTC)
        self._out = Output(pool, job)
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)  # type: ignore[call-overload]
        self._hold: Record | None = None

    async def run(self) -> int:
        """The size of the file."""
        if hold_id := self._job.options.get("holdId"):
            held_in = await self._across.of(UUID(hold_id))
            self._hold = await one(held_in, holds.ONE, self._job.workspace_id, UUID(hold_id))
        channels = await self._channels()
        author, authors = self._author(), await self._count(channels)
        await self._add(HEAD, [lines.head(await self._workspace(), self._at, self._job.options)])
        people = await self._db.fetch(PEOPLE, self._job.workspace_id, authors, author, timeout=DEADLINE)
        await self._add_lines("people.jsonl", map(lines.person, people))
        await self._add_lines("channels.jsonl", [await self._channel(*each) for each in channels])
        if self._hold is None:
            groups = await self._db.fetch(GROUPS, self._job.workspace_id)
            await self._add_lines("groups.jsonl", map(lines.group, groups))
            emoji = await self._db.fetch(EMOJI, self._job.workspace_id, timeout=DEADLINE)
            await self._add_lines("emoji.jsonl", map(lines.emoji, emoji))
        for number, (channel, db) in enumerate(channels, 1):
            await self._add_messages(number, channel["id"], db)
        self._zip.close()
        await self._out.drain(is_last=True)
        self._job.counts |= {"channels": len(channels), "people": len(people), "messages": self._job.progress}
        return self._out.size

    async def _channels(self) -> list[tuple[Record, Db]]:
        """Each with where it is."""
        found: dict[UUID, tuple[Record, Db]] = {}
        for db, slots in await self._across.whole():
            rows = await db.fetch(CHANNELS, *self._scope(), timeout=DEADLINE)
            found.update({row["id"]: (row, db) for row in rows if slot_of(row["id"]) in slots})
        if not self._across.are_several:
            return list(found.values())
        return sorted(found.values(), key=lambda each: (each[0]["created_at"], each[0]["type"], each[0]["name"]))

    async def _count(self, channels: Sequence[tuple[Record, Db]]) -> list[UUID]:
        """How many messages there are; by whom."""
        authors: set[UUID] = set()
        self._job.total = 0
        for db in await self._across.all():
            ids = [channel["id"] for channel, place in channels if place is db]
            self._job.total += await db.fetchval(COUNT, ids, self._author(), timeout=DEADLINE)
            authors |= {row["user_id"] for row in await db.fetch(AUTHORS, ids, timeout=DEADLINE)}
        return list(authors)

    def _scope(self) -> tuple[UUID, UUID, bool, UUID | None]:
        held = self._hold
        everything = held is not None or bool(self._job.options.get("includePrivate"))
        return self._job.workspace_id, self._job.created_by, everything, held["channel_id"] if held else None

    def _author(self) -> UUID | None:
        author: UUID | None = self._hold["user_id"] if self._hold else None
        return author

    async def _workspace(self) -> Record:
        return await one(self._db, WORKSPACE, self._job.workspace_id)

    async def _channel(self, channel: Record, db: Db) -> Json:
        members = await db.fetch(MEMBERS, channel["id"])
        return lines.channel(channel, members, await db.fetch(BOOKMARKS, channel["id"]))

    async def _add_messages(self, number: int, channel_id: UUID, db: Db) -> None:
        rows, part = await self._messages(db, channel_id, 0), 0
        while rows:
            part += 1
            with self._entry(f"messages/{number:05d}-{part:05d}.jsonl") as file:
                for _ in range(IN_A_FILE // AT_ONCE):
                    await self._write(file, await self._batch(db, rows))
                    rows = await self._messages(db, channel_id, rows[-1]["seq"])
                    if not rows:
                        break

    async def _messages(self, db: Db, channel_id: UUID, after: int) -> list[Record]:
        return await db.fetch(MESSAGES, channel_id, after, AT_ONCE, self._author())

    async def _batch(self, db: Db, rows: list[Record]) -> bytes:
        ids = [row["id"] for row in rows]
        reasons = ["hidden", "held", "quote"] if self._hold else ["hidden"]
        extras = lines.Extras(
            await db.fetch(KEPT, ids, reasons), await db.fetch(VOTES, ids),
            await db.fetch(VERSIONS, ids), await db.fetch(FOLLOWERS, ids),
        )  # fmt: skip
        self._job.progress += len(rows)
        return await asyncio.to_thread(
            lambda: b"".join(lines.line(lines.message(row, extras, self._at)) for row in rows)
        )

    async def _add_lines(self, name: str, told: Iterable[Json]) -> None:
        await self._add(name, map(lines.line, told))

    async def _add(self, name: str, parts: Iterable[bytes]) -> None:
        with self._entry(name) as file:
            for part in parts:
                await self._write(file, part)

    def _entry(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        file: IO[bytes] = self._zip.open(info, "w", force_zip64=True)
        return file

    async def _write(self, file: IO[bytes], data: bytes) -> None:
        await asyncio.to_thread(file.write, data)
        await self._out.drain()


async def run(databases: Databases, job: Job) -> None:
    """To its end; `Lost` if it is another's by now."""
    job.progress, pool = 0, databases.home
    async with pool.acquire(timeout=5) as db:
        await pieces.clear(db, job.id)
    try:
        size = await _write(databases, job)
    except Cancelled:
        async with pool.acquire(timeout=5) as db, db.transaction():
            await jobs.end(db, job, "cancelled")
            await jobs.forget(db, job.id)
        return
    async with pool.acquire(timeout=5) as db, db.transaction():
        await jobs.end(db, job, "done", report=dict(job.counts), size=size)
        told = {"id": str(job.id), "size": size, **job.counts}
        await audit.record_of(db, job.workspace_id, job.created_by, "export.ended", told)


async def _write(databases: Databases, job: Job) -> int:
    if job.is_cancelled:
        raise Cancelled
    async with databases.begin(isolation="repeatable_read", readonly=True) as across:
        return await Export(databases.home, across, job).run()

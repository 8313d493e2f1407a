"""A slot goes to another database with its channels, which are closed meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import asyncpg

from messaging.sharding.attaching import number_of, ranges, say, slots_of
from messaging.sharding.tables import OF_CHANNELS, rows_of

WITHIN = 3_600.0
CHUNKS = 16
UNSAID = "SELECT count(*) FROM outbox WHERE key = ANY($1::bytea[])"
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


class NotMoved(Exception):
    """Why the slot stayed where it was."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows went, by table, and which slots the two databases have now."""

    rows: Mapping[str, int]
    source_slots: str
    target_slots: str


async def move(source: asyncpg.Connection, target: asyncpg.Connection, slot: int) -> Moved:
    """Take a slot from `source` to `target`; both are connected to as administrators.

    Gateways must have closed the slot before. Killed at any time it leaves the slot whole in `source`, or in both, or
    moved; done again it goes on. Then messaging's processes on both start anew, and gateways open the slot again.
    """
    slots = await slots_of(source)
    if slot not in slots:
        raise NotMoved(f"Slot {slot} is not in database {await number_of(source)}.")
    left, given = sorted({*slots} - {slot}), sorted({*await slots_of(target), slot})
    if not left:
        raise NotMoved(f"Slot {slot} is the last of database {await number_of(source)}.")
    conditions = {table: rows_of(condition, slot) for table, condition in OF_CHANNELS.items()}
    async with asyncio.timeout(WITHIN), source.transaction():
        # Whoever still writes waits; what was written before is in what is copied.
        ids = [row["id"] for row in await source.fetch(f"{_select('channels', conditions)} FOR UPDATE", timeout=WITHIN)]
        await _all_said(source, [str(id_).encode() for id_ in ids])
        async with target.transaction():
            await _clear(target, conditions)
            rows = {each: await _copy(source, target, each, conditions[each]) for each in conditions}
            await say(target, await number_of(target), given)
        await _clear(source, conditions)
        await say(source, await number_of(source), left)
    return Moved(rows, ranges(left), ranges(given))


def _select(table: str, conditions: Mapping[str, str]) -> str:
    return f"SELECT * FROM {table} WHERE {conditions[table]}"  # noqa: S608 - our own tables


async def _all_said(source: asyncpg.Connection, keys: list[bytes]) -> None:
    """Events of one channel are told in one order: those from here before any from there."""
    while await source.fetchval(UNSAID, keys):  # noqa: ASYNC110 - the relay is another process
        await asyncio.sleep(0.2)


async def _clear(db: asyncpg.Connection, conditions: Mapping[str, str]) -> None:
    """Those first that refer to others."""
    for table in reversed(list(conditions)):
        await db.execute(f"DELETE FROM {table} WHERE {conditions[table]}", timeout=WITHIN)  # noqa: S608


async def _copy(source: asyncpg.Connection, target: asyncpg.Connection, table: str, condition: str) -> int:
    """As it is, a piece at a time; how many rows."""
    columns = [row["column_name"] for row in await source.fetch(COLUMNS, table)]
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(CHUNKS)

    async def read() -> None:
        query = f"SELECT {', '.join(columns)} FROM {table} WHERE {condition}"  # noqa: S608
        await source.copy_from_query(query, output=pieces.put, format="binary", timeout=WITHIN)
        await pieces.put(None)

    async def written() -> AsyncIterator[bytes]:
        while (piece := await pieces.get()) is not None:
            yield piece

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        copied = await target.copy_to_table(table, source=written(), columns=columns, format="binary", timeout=WITHIN)
    return int(copied.split()[-1])

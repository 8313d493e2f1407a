"""A slot's rows on their way: copied whole to where nobody in the target reads, and put in their place later."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import asyncpg

from messaging.sharding import departures, opening
from messaging.sharding.owning import MOST_SHARDS, number_of
from messaging.sharding.tables import OF_CHANNELS, rows_of

WITHIN = 3_600.0
CHUNKS = 16
COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
IS_WHOLE = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)"
# What was said is unique in each database by these: a resend of what comes here later finds the message that was here.
RENAMED = (
    """
    UPDATE {schema}.messages AS a SET client_message_id = NULL WHERE EXISTS (
        SELECT FROM public.messages m WHERE m.user_id = a.user_id AND m.client_message_id = a.client_message_id)
    """,
    """
    UPDATE {schema}.scheduled_messages AS a SET client_message_id = 'scheduled:' || id WHERE EXISTS (
        SELECT FROM public.scheduled_messages s
        WHERE s.user_id = a.user_id AND s.client_message_id = a.client_message_id)
    """,
    """
    UPDATE {schema}.drafts AS a SET version = nextval('public.draft_versions') WHERE EXISTS (
        SELECT FROM public.drafts d WHERE d.user_id = a.user_id AND d.version = a.version)
    """,
)
# Devices take no draft with a version below one that they have seen, so the target's are above the source's.
LAST_VERSION = "SELECT last_value FROM draft_versions"
RAISE_VERSIONS = f"""
    SELECT setval('public.draft_versions', (v.last / {MOST_SHARDS} + 1) * {MOST_SHARDS} + $1)
    FROM {{schema}}.draft_versions v WHERE v.last > (SELECT last_value FROM public.draft_versions)
"""  # noqa: S608 - constants
Rows = Mapping[str, int]
Tell = Callable[[str], None]


async def is_whole(target: asyncpg.Connection, slot: int) -> bool:
    return bool(await target.fetchval(IS_WHOLE, schema_of(slot)))


async def fill(source: asyncpg.Connection, target: asyncpg.Connection, slot: int, tell: Tell) -> Rows:
    """Copy the slot's rows, of which nobody changes any, and see that they fit: all of them, or none. How many."""
    schema, rows = schema_of(slot), dict[str, int]()
    async with target.transaction():
        await _drop(target, schema)
        await target.execute(f"CREATE SCHEMA {schema}")
        for table in OF_CHANNELS:
            rows[table] = await _copy(source, target, table, slot)
            if rows[table]:
                tell(f"copied {rows[table]:,} of {table}")
        last = int(await source.fetchval(LAST_VERSION))
        await target.execute(f"CREATE TABLE {schema}.draft_versions AS SELECT {last:d}::bigint AS last")
        rehearsal = target.transaction()
        await rehearsal.start()
        await land(target, slot)
        await rehearsal.rollback()
    return rows


async def remove(source: asyncpg.Connection, slot: int) -> Rows:
    """Those first that refer to others; how many."""
    rows: dict[str, int] = {}
    for table in reversed(list(OF_CHANNELS)):
        where = rows_of(OF_CHANNELS[table], slot)
        rows[table] = int((await source.execute(f"DELETE FROM {table} WHERE {where}", timeout=WITHIN)).split()[-1])  # noqa: S608
    return rows


async def land(target: asyncpg.Connection, slot: int) -> None:
    """Put the rows in their place, in the caller's transaction."""
    schema = schema_of(slot)
    await target.execute(departures.FORGET, slot, True)
    for statement in RENAMED:
        await target.execute(statement.format(schema=schema), timeout=WITHIN)
    for table in OF_CHANNELS:
        columns = ", ".join(await _columns(target, table))
        query = f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM {schema}.{table}"  # noqa: S608
        await target.execute(query, timeout=WITHIN)
    await target.execute(RAISE_VERSIONS.format(schema=schema), await number_of(target))
    await opening.make_up(target, slot)


async def discard(target: asyncpg.Connection, slot: int) -> None:
    await _drop(target, schema_of(slot))


def schema_of(slot: int) -> str:
    return f"arriving_{slot:d}"


async def _drop(target: asyncpg.Connection, schema: str) -> None:
    await target.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE", timeout=WITHIN)


async def _columns(db: asyncpg.Connection, table: str) -> list[str]:
    return [row["column_name"] for row in await db.fetch(COLUMNS, table)]


async def _copy(source: asyncpg.Connection, target: asyncpg.Connection, table: str, slot: int) -> int:
    """As it is, a piece at a time; how many rows."""
    columns, schema = await _columns(source, table), schema_of(slot)
    named, where = ", ".join(columns), rows_of(OF_CHANNELS[table], slot)
    await target.execute(f"CREATE TABLE {schema}.{table} AS SELECT {named} FROM public.{table} WITH NO DATA")  # noqa: S608
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(CHUNKS)

    async def read() -> None:
        query = f"SELECT {named} FROM {table} WHERE {where}"  # noqa: S608
        await source.copy_from_query(query, output=pieces.put, format="binary", timeout=WITHIN)
        await pieces.put(None)

    async def written() -> AsyncIterator[bytes]:
        while (piece := await pieces.get()) is not None:
            yield piece

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            copied = await target.copy_to_table(
                table, source=written(), columns=columns, schema_name=schema, format="binary", timeout=WITHIN
            )
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return int(copied.split()[-1])

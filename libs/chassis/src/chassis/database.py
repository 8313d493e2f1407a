"""The service's own PostgreSQL: a pool that waits with deadlines and survives its server."""

import asyncio
import logging

import asyncpg
import orjson

from chassis.problems import PART_GONE
from chassis.settings import DatabaseSettings

log = logging.getLogger(__name__)
Db = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
COMMAND_DEADLINE = 10.0
START_DEADLINE = 60.0
RETRY_EVERY = 0.3


async def connect(settings: DatabaseSettings) -> asyncpg.Pool:
    """A pool whose PostgreSQL answers; waits up to a minute for that."""
    pool = await create_pool(settings.database_url.get_secret_value(), settings.database_connections)
    async with asyncio.timeout(START_DEADLINE):
        while True:
            try:
                await pool.execute("SELECT 1")
                return pool
            except PART_GONE as error:
                log.warning("PostgreSQL is not there yet: %r", error)
                await asyncio.sleep(RETRY_EVERY)


async def create_pool(url: str, connections: int = 10) -> asyncpg.Pool:
    """A pool that connects when it is first asked. JSON goes in and out as text."""
    return await asyncpg.create_pool(
        url, min_size=0, max_size=connections, timeout=5, command_timeout=COMMAND_DEADLINE,
        max_inactive_connection_lifetime=300,
    )  # fmt: skip


def dumps(value: object) -> str:
    """A value for a JSONB column; columns of that type are read and written as text."""
    return orjson.dumps(value).decode()


async def one(db: Db, query: str, *arguments: object) -> asyncpg.Record:
    """The row that must be there; `LookupError` if it is not."""
    row = await db.fetchrow(query, *arguments)
    if row is None:
        raise LookupError(f"no row for {query.strip()[:60]}")
    return row

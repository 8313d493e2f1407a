"""The service's own PostgreSQL: a pool that waits with deadlines and survives its server."""

import asyncio
import logging

import asyncpg
import orjson

from chassis.settings import DatabaseSettings

log = logging.getLogger(__name__)
Db = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
COMMAND_DEADLINE = 10.0
START_DEADLINE = 60.0
RETRY_EVERY = 0.3


async def connect(settings: DatabaseSettings) -> asyncpg.Pool:
    """A pool of connections; waits up to a minute for PostgreSQL to be there."""
    async with asyncio.timeout(START_DEADLINE):
        while True:
            try:
                return await create_pool(settings.database_url.get_secret_value(), settings.database_connections)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, TimeoutError) as error:
                log.warning("PostgreSQL is not there yet: %r", error)
                await asyncio.sleep(RETRY_EVERY)


async def create_pool(url: str, connections: int = 10) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        url, min_size=1, max_size=connections, timeout=5, command_timeout=COMMAND_DEADLINE, init=_speak_json,
        max_inactive_connection_lifetime=300,
    )  # fmt: skip


async def _speak_json(db: asyncpg.Connection) -> None:
    for type_ in ("json", "jsonb"):
        await db.set_type_codec(type_, encoder=str, decoder=str, schema="pg_catalog")


def dumps(value: object) -> str:
    """A value for a JSONB column; columns of that type are read and written as text."""
    return orjson.dumps(value).decode()


async def one(db: Db, query: str, *arguments: object) -> asyncpg.Record:
    """The row that must be there; `LookupError` if it is not."""
    row = await db.fetchrow(query, *arguments)
    if row is None:
        raise LookupError(f"no row for {query.strip()[:60]}")
    return row

"""How far the copies are that other databases have of what belongs to no channel."""

import asyncio
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import asyncpg
from eventbus import Db

# Seconds until who asks is told that the copies are behind.
WITHIN = 2.0
LOOK_EVERY = 0.01
HERE = "SELECT pg_current_wal_insert_lsn()::text"
HAS_COME = """
    SELECT coalesce(bool_and(coalesce(st.latest_end_lsn >= $1::text::pg_lsn, FALSE)), TRUE)
    FROM pg_subscription s JOIN pg_stat_subscription st ON st.subid = s.oid AND st.relid IS NULL
    WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

IS_HERE = "SELECT EXISTS (SELECT FROM workspace_members WHERE workspace_id = $1 AND user_id = $2 AND joined_at < $3)"


async def position(pool: asyncpg.Pool) -> str:
    """Behind everything that is committed at home until now."""
    return str(await pool.fetchval(HERE))


async def have_come(pool: asyncpg.Pool, position: str) -> bool:
    """Whether what home had committed until then is here, once it is or time is up."""
    try:
        async with asyncio.timeout(WITHIN):
            while not await pool.fetchval(HAS_COME, position):  # noqa: ASYNC110 - PostgreSQL tells nobody
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        return False
    return True


async def wait_gone(db: Db, workspace_id: UUID, user_id: UUID, joined_before: datetime) -> None:
    """Until it is known here, too, that somebody was removed, or time is up: whoever opens a slot asks the copies."""
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN):
            while await db.fetchval(IS_HERE, workspace_id, user_id, joined_before):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)

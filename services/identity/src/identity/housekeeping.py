"""What must not be kept for ever: ended sessions and expired refresh tokens go every hour."""

import asyncio
import logging

import asyncpg
from chassis.problems import PART_GONE

from identity import refresh_tokens, sessions

log = logging.getLogger(__name__)
EVERY = 3600.0
# Untidiness is no reason to stop letting people in.
PUT_OFF: tuple[type[Exception], ...] = (*PART_GONE, asyncpg.PostgresError, asyncpg.InternalClientError)


async def run(pool: asyncpg.Pool) -> None:
    """Tidy up at once and then hourly, for as long as this runs."""
    while True:
        try:
            await tidy(pool)
        except PUT_OFF as error:
            log.error("old sessions stay for another hour: %r", error)
        await asyncio.sleep(EVERY)


async def tidy(pool: asyncpg.Pool) -> None:
    """Delete what has ended, some at a time so that nobody waits long for a lock."""
    async with pool.acquire(timeout=10) as db:
        await refresh_tokens.forget_expired(db)
        more = True
        while more:
            async with db.transaction():
                more = await sessions.forget_ended(db) == sessions.SWEEP

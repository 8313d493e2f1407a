"""What of share links must not be kept for ever: tickets and old accesses go every hour."""

import asyncio
import logging

import asyncpg
from chassis.problems import PART_GONE

from files.links import accesses, tickets

log = logging.getLogger(__name__)
EVERY = 3_600.0
PUT_OFF: tuple[type[Exception], ...] = (*PART_GONE, asyncpg.PostgresError)


async def run(pool: asyncpg.Pool) -> None:
    """Tidy up at once and then hourly, for as long as this runs."""
    while True:
        try:
            async with pool.acquire(timeout=10) as db:
                await tickets.sweep(db)
                await accesses.sweep(db)
        except PUT_OFF as error:
            log.warning("old tickets and accesses stay for another hour: %r", error)
        await asyncio.sleep(EVERY)

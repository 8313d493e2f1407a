"""What transfers leave behind: tickets and accesses of links, ends of uploads, what was dropped late or never sent."""

import asyncio
import logging

import aiohttp
import asyncpg
from chassis.problems import PART_GONE

from files import unsent
from files.direct import drops
from files.links import accesses, tickets
from files.store import Store
from files.tus import progress

log = logging.getLogger(__name__)
EVERY = 600.0  # seconds
PUT_OFF: tuple[type[Exception], ...] = (*PART_GONE, aiohttp.ClientError, asyncpg.PostgresError)


async def run(pool: asyncpg.Pool, store: Store) -> None:
    """Tidy up at once and then every ten minutes, for as long as this runs."""
    while True:
        try:
            await tidy(pool, store)
        except PUT_OFF as error:
            log.warning("what transfers left behind stays for ten minutes more: %r", error)
        await asyncio.sleep(EVERY)


async def tidy(pool: asyncpg.Pool, store: Store) -> None:
    async with pool.acquire(timeout=10) as db:
        await tickets.sweep(db)
        await accesses.sweep(db)
        await progress.sweep(db)
    await drops.sweep(pool, store)
    await unsent.sweep(pool)

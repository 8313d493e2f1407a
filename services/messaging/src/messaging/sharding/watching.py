"""What operators see of a database's slots while messaging runs on it."""

import asyncio
import logging

import asyncpg
from chassis.database import one
from chassis.problems import PART_GONE
from chassis.slots import SLOTS, read_slots

from messaging.metrics import SLOT_LEAVING_SECONDS, SLOT_MAP_VERSION, SLOTS_HERE
from messaging.shards import NONE, SAID

log = logging.getLogger(__name__)
LOOK_EVERY = 5.0
LEAVING = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(began_at)), 0)::float
    FROM slot_departures WHERE ended_at IS NULL
"""
ARRIVING = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^arriving_[0-9]+$'"


async def run(pool: asyncpg.Pool) -> None:
    """Look now and then, for as long as this runs."""
    while True:
        try:
            await look(pool)
        except PART_GONE as error:
            log.warning("slots are counted again in %.0f s: %r", LOOK_EVERY, error)
        await asyncio.sleep(LOOK_EVERY)


async def look(pool: asyncpg.Pool) -> None:
    async with pool.acquire(timeout=5) as db:
        said = await db.fetchval(SAID, "nexus.slots")
        leaving, seconds = await one(db, LEAVING)
        SLOTS_HERE.labels("owned").set(0 if said == NONE else len(read_slots(said or "")) or SLOTS)
        SLOTS_HERE.labels("leaving").set(leaving)
        SLOTS_HERE.labels("arriving").set(await db.fetchval(ARRIVING))
        SLOT_LEAVING_SECONDS.set(seconds)
        SLOT_MAP_VERSION.set(int(await db.fetchval(SAID, "nexus.slots_version") or 0))

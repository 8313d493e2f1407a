"""What nobody asked for and is to be done nevertheless, now and then, by whichever process comes first."""

import asyncio
import logging

import asyncpg
from eventbus import Backoff, repeat

from files import jobs, rescans, uploads
from files.clamd import Scanner
from files.metrics import JOBS_WAITING
from files.store import Store
from files.workshop import GONE

log = logging.getLogger(__name__)
EVERY = 10.0  # seconds
EXPIRED = f"SELECT id FROM uploads WHERE {uploads.IS_EXPIRED} ORDER BY expires_at LIMIT 100"  # noqa: S608 - a constant
WAITING = "SELECT lane, count(*) AS number FROM jobs WHERE state = 'waiting' AND not_before <= now() GROUP BY lane"
FORGET_FAILED = (
    "DELETE FROM jobs WHERE state = 'failed' AND kind <> 'remove' AND not_before < now() - interval '7 days'"
)


async def run(pool: asyncpg.Pool, scanner: Scanner) -> None:
    """For as long as this runs."""

    async def turn() -> float:
        await give_up_expired(pool)
        await pool.execute(FORGET_FAILED)
        await _count_waiting(pool)
        await rescans.queue(pool, await scanner.signatures())
        return EVERY

    await repeat(turn, "housekeeping", GONE, Backoff(first=1.0, most=EVERY))


async def prepare(store: Store) -> None:
    """Make the bucket as soon as the store answers."""
    waits = Backoff(first=0.2, most=EVERY)
    while True:
        try:
            await store.prepare()
            return
        except GONE as error:
            log.warning("the bucket cannot be made yet: %r", error)
        await asyncio.sleep(next(waits))


async def give_up_expired(pool: asyncpg.Pool) -> int:
    """Uploads that nobody carries on; how many."""
    given_up = 0
    for row in await pool.fetch(EXPIRED):
        async with pool.acquire(timeout=5) as db, db.transaction():
            given_up += await uploads.give_up_expired(db, row["id"])
    return given_up


async def _count_waiting(pool: asyncpg.Pool) -> None:
    counted = {row["lane"]: row["number"] for row in await pool.fetch(WAITING)}
    for lane in (jobs.QUICK, jobs.SLOW, jobs.QUIET):
        JOBS_WAITING.labels(lane).set(counted.get(lane, 0))

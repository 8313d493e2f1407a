"""Works on imports and exports, one at a time in each process; whichever process of messaging comes first."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from chassis import tasks
from chassis.confined.limits import Busy
from chassis.confined.runner import Runner
from chassis.problems import PART_GONE
from eventbus import repeat

from messaging.sharding.databases import Databases, NotThere
from messaging.transfers import exporting, jobs, uploads
from messaging.transfers.importing import Import
from messaging.transfers.jobs import Job, Lost

log = logging.getLogger(__name__)
# Seconds.
LOOK_EVERY = 1.0
EXPIRE_EVERY = 600.0
RENEW_EVERY = 15.0
# No fault of the job: others' tasks took all places, or a slot that it writes to was just closed.
FAULTLESS = (Busy, asyncpg.CannotConnectNowError)
# What passes by itself.
PASSING: tuple[type[Exception], ...] = (*PART_GONE, Busy)
BROKEN = "It could not be finished. What was done is kept; it can be started again."


async def run(databases: Databases, runner: Runner, per_second: int) -> None:
    """Work on what waits, for as long as this runs; imports store `per_second` messages at the most."""

    async def work() -> float:
        return 0.0 if await work_on_next(databases, runner, per_second) else LOOK_EVERY

    async with asyncio.TaskGroup() as group:
        group.create_task(repeat(work, "imports and exports", PASSING))
        group.create_task(_expire(databases.home))


async def work_on_next(databases: Databases, runner: Runner, per_second: int) -> bool:
    """False if nothing waits."""
    pool = databases.home
    job = await jobs.take(pool)
    if job is None:
        return False
    try:
        if job.attempts > jobs.ATTEMPTS:
            await _fail(pool, job)
        else:
            await _do(databases, runner, job, per_second)
    except NotThere as away:
        await _wait(pool, job, away)
    except Lost:
        log.info("%s %s is another's by now", job.kind, job.id)
    except PASSING as error:
        with suppress(*PART_GONE):
            await pool.execute(jobs.PUT_OFF, job.id, job.token, isinstance(error, FAULTLESS))
        raise
    except Exception:
        # Nobody foresaw it: whoever waits for it is told, and others go on.
        log.exception("%s %s failed", job.kind, job.id)
        await _fail(pool, job)
    return True


async def _wait(pool: asyncpg.Pool, job: Job, away: NotThere) -> None:
    """For a database or slot that is away: as long as the job is kept."""
    log.info("%s %s waits: %s", job.kind, job.id, away.detail)
    if await pool.fetchval(jobs.IS_KEPT, job.id):
        await pool.execute(jobs.PUT_OFF, job.id, job.token, True)
        return
    with suppress(Lost):
        await _fail(pool, job)


async def _do(databases: Databases, runner: Runner, job: Job, per_second: int) -> None:
    pool = databases.home
    async with _renewed(pool, job):
        if job.kind == "export":
            await exporting.run(databases, job)
        elif job.state == "reading":
            await uploads.read(databases, runner, job)
        else:
            await Import(databases, runner, job, per_second).run()


@asynccontextmanager
async def _renewed(pool: asyncpg.Pool, job: Job) -> AsyncIterator[None]:
    """While a step takes long, nobody takes the job for left behind."""
    renewing = asyncio.create_task(_renew(pool, job))
    try:
        yield
    finally:
        await tasks.end(renewing)


async def _renew(pool: asyncpg.Pool, job: Job) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY)
        with suppress(*PART_GONE):
            await pool.execute(jobs.RENEW, job.id, job.token)


async def _fail(pool: asyncpg.Pool, job: Job) -> None:
    async with pool.acquire(timeout=5) as db, db.transaction():
        await jobs.end(db, job, "failed", failure=BROKEN)
        await jobs.forget(db, job.id)


async def _expire(pool: asyncpg.Pool) -> None:
    while True:
        try:
            await jobs.expire(pool)
        except PART_GONE as error:
            log.warning("old imports and exports are looked for later: %r", error)
        await asyncio.sleep(EXPIRE_EVERY)

"""Where jobs are done: what they work with, and the workers that take them."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import asyncpg
from chassis import tasks
from chassis.confined.runner import Runner
from chassis.problems import PART_GONE
from eventbus import Backoff

from files import jobs
from files.bells import Bell
from files.clamd import Scanner
from files.jobs import Job, Kind, Later, Refused
from files.metrics import JOB_SECONDS, JOBS
from files.settings import Settings
from files.store import Store

log = logging.getLogger(__name__)
# Of two that wait for each other the database ends one, which is as if it had been away.
GONE: tuple[type[Exception], ...] = (*PART_GONE, aiohttp.ClientError, asyncpg.DeadlockDetectedError)
LATER: tuple[type[Exception], ...] = (Later, *GONE)
# Seconds: how often a worker looks by itself, and between two tries of one job.
LOOK_EVERY = 1.0
FIRST_WAIT, LONGEST_WAIT = 0.3, 20.0


@dataclass(frozen=True, slots=True)
class Workshop:
    """What jobs work with."""

    pool: asyncpg.Pool
    store: Store
    scanner: Scanner
    settings: Settings
    kinds: Mapping[str, Kind]
    runner: Runner

    async def run(self) -> None:
        """Do what is to be done for as long as this runs."""
        bell = Bell("jobs")
        lanes = {jobs.QUICK: self.settings.quick_jobs, jobs.SLOW: self.settings.slow_jobs, jobs.QUIET: 1}
        async with asyncio.TaskGroup() as group:
            group.create_task(bell.listen(self.pool))
            for lane, workers in lanes.items():
                for _ in range(workers):
                    group.create_task(self._work(lane, bell))

    async def _work(self, lane: str, bell: Bell) -> None:
        with bell.watched() as rung:
            await self._work_at(lane, rung)

    async def _work_at(self, lane: str, rung: asyncio.Event) -> None:
        waits = Backoff(most=LOOK_EVERY)
        while True:
            rung.clear()
            try:
                job = await self._take(lane)
                if job is None:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(rung.wait(), LOOK_EVERY)
                    continue
                await self.do(job)
                waits.reset()
            except GONE as error:
                seconds = next(waits)
                log.warning("the jobs of the %s lane are looked for again in %.1f s: %r", lane, seconds, error)
                await asyncio.sleep(seconds)

    async def _take(self, lane: str) -> Job | None:
        async with self.pool.acquire(timeout=5) as db:
            return await jobs.take(db, lane)

    async def do(self, job: Job) -> None:
        """One turn of a job, and what comes of it."""
        kind = self.kinds[job.kind]
        with JOB_SECONDS.labels(job.kind).time():
            outcome = await self._outcome(job, kind)
        JOBS.labels(job.kind, outcome).inc()

    async def _outcome(self, job: Job, kind: Kind) -> str:
        try:
            await self._leased(job, kind)
        except Refused as refusal:
            return await self._fail(job, kind, refusal.reason)
        except LATER as error:
            return await self._postpone(job, error, 0)
        except Exception as error:
            log.exception("%s of %s failed at attempt %d", job.kind, job.subject, job.attempts)
            if job.errors + 1 >= kind.attempts:
                return await self._fail(job, kind, "internal_error")
            return await self._postpone(job, error, 1)
        async with self.pool.acquire(timeout=5) as db:
            await jobs.finish(db, job)
        return "done"

    async def _leased(self, job: Job, kind: Kind) -> None:
        """Run it while it is ours."""
        async with asyncio.timeout(kind.deadline):
            running = asyncio.ensure_future(kind.run(job, self))
            try:
                while not running.done():
                    await asyncio.wait({running}, timeout=jobs.LEASE / 3)
                    if not running.done() and not await self._renewed(job):
                        raise Later("somebody else has it")
                await running
            finally:
                await tasks.end(running)

    async def _renewed(self, job: Job) -> bool:
        async with self.pool.acquire(timeout=5) as db:
            return await jobs.renew(db, job)

    async def _postpone(self, job: Job, error: BaseException, errors: int) -> str:
        seconds = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(job.attempts - 1, 20)) * random.uniform(0.5, 1.0)
        log.warning("%s of %s is tried again in %.1f s: %r", job.kind, job.subject, seconds, error)
        async with self.pool.acquire(timeout=5) as db:
            await jobs.postpone(db, job, seconds, repr(error), errors)
        return "later"

    async def _fail(self, job: Job, kind: Kind, reason: str) -> str:
        async with self.pool.acquire(timeout=5) as db, db.transaction():
            if await jobs.fail(db, job, reason) and kind.give_up:
                await kind.give_up(db, job, reason)
        return "failed"

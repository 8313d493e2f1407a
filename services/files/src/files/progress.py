"""How far a job is: told to the uploader now and then, never more often than somebody looks."""

import time
from uuid import UUID

import asyncpg

from files import announcements
from files.jobs import Job

# Seconds between two words of the same job; short ones say nothing.
EVERY = 1.0
NOTE = "UPDATE jobs SET progress = $3 WHERE id = $1 AND turn = $2"


class Progress:
    """Of one step of a job, by what of `whole` is done."""

    def __init__(self, pool: asyncpg.Pool, job: Job, user_id: UUID, step: str, whole: float) -> None:
        self._pool, self._job, self._user_id, self._step = pool, job, user_id, step
        self._whole, self._done, self._told_at = whole, 0.0, time.monotonic()

    async def add(self, more: float) -> None:
        """So much more is done."""
        self._done += more
        if time.monotonic() - self._told_at >= EVERY and self._whole > 0:
            self._told_at = time.monotonic()
            await self._tell(min(99, int(100 * self._done / self._whole)))

    async def _tell(self, percent: int) -> None:
        job = self._job
        async with self._pool.acquire(timeout=5) as db, db.transaction():
            if job.file_id is not None and job.version is not None:
                await announcements.progressed(db, job.file_id, job.version, self._user_id, self._step, percent)
            await db.execute(NOTE, job.id, job.turn, percent)

"""Looks at the links of messages, a few at a time; whichever process of messaging comes first."""

import asyncio

import asyncpg
from chassis.confined.runner import Runner
from chassis.problems import PART_GONE
from eventbus import repeat

from messaging.metrics import PREVIEWS
from messaging.outbound.guard import Unreachable
from messaging.previews import jobs, pages
from messaging.previews.fetching import Fetcher
from messaging.previews.jobs import Job, Preview
from messaging.previews.pages import Look
from messaging.previews.reading import Words, words_of

WORKERS = 3
# Seconds.
LOOK_EVERY = 1.0
TRY_AGAIN_AFTER = 10.0
WAIT_FOR_ROOM = 20.0
ATTEMPTS = 3


def looking_with(fetcher: Fetcher, runner: Runner) -> Look:
    """Looks at pages that are fetched."""

    async def look(url: str) -> Words:
        return await words_of(await fetcher.fetch(url), runner)

    return look


async def run(pool: asyncpg.Pool, look: Look | None, per_minute: int) -> None:
    """Look at what waits, for as long as this runs; without `look`, links are let pass.

    `per_minute` is how many pages are asked for on behalf of a workspace.
    """

    async def turn() -> float:
        return 0.0 if await look_at_next(pool, look, per_minute) else LOOK_EVERY

    async with asyncio.TaskGroup() as workers:
        for _ in range(WORKERS):
            workers.create_task(repeat(turn, "link previews", PART_GONE))


async def look_at_next(pool: asyncpg.Pool, look: Look | None, per_minute: int) -> bool:
    """Look at the links of the message that waits longest; False if none waits."""
    async with pool.acquire(timeout=5) as db:
        job = await jobs.take(db)
    if job is None:
        return False
    if look is None or job.attempts > ATTEMPTS:
        await _finish(pool, job, [])
    elif await pages.asked_lately(pool, job.workspace_id) >= per_minute:
        PREVIEWS.labels("put_off").inc()
        await _put_off(pool, job, WAIT_FOR_ROOM, job.attempts - 1)
    else:
        await _look(pool, job, look)
    return True


async def _look(pool: asyncpg.Pool, job: Job, look: Look) -> None:
    is_last = job.attempts >= ATTEMPTS
    answers = await asyncio.gather(
        *(pages.preview_of(pool, job.workspace_id, url, look, is_last) for url in job.urls), return_exceptions=True
    )
    found: list[Preview] = []
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Unreachable):
            raise answer
        if isinstance(answer, dict):
            found.append(answer)
    if not found and any(isinstance(answer, Unreachable) for answer in answers):
        await _put_off(pool, job, TRY_AGAIN_AFTER, job.attempts)
    else:
        await _finish(pool, job, found)


async def _finish(pool: asyncpg.Pool, job: Job, found: list[Preview]) -> None:
    async with pool.acquire(timeout=5) as db, db.transaction():
        await jobs.finish(db, job, found)


async def _put_off(pool: asyncpg.Pool, job: Job, seconds: float, attempts: int) -> None:
    async with pool.acquire(timeout=5) as db:
        await jobs.put_off(db, job, seconds, attempts)

"""An import that was confirmed runs: people, channels, groups and emoji, then each channel's messages.

Every step is a transaction that also removes what it stored from what waits, so whoever is killed goes on where it was.
What is stored in another database is kept there first: a step that was cut off between the two finds it, and what it
came to (steps.py).
"""

import asyncio
from collections.abc import Awaitable, Callable
from copy import deepcopy
from functools import partial
from time import monotonic
from typing import TypeVar
from uuid import UUID

from chassis.confined.runner import Runner
from chassis.database import one
from eventbus import Db
from eventbus.wire import Json

from messaging import audit
from messaging.sharding.databases import Across, Databases
from messaging.transfers import belongings, channels, closing, jobs, people, staging, storing, things
from messaging.transfers.jobs import Cancelled, Job
from messaging.transfers.messages import Source
from messaging.transfers.records import Channel, Message
from messaging.transfers.wording import Names

# Seconds between two tellings of how far it is.
TELL_EVERY = 1.0
STEP_DEADLINE = 60.0
ONE = "SELECT * FROM transfers WHERE id = $1"
T = TypeVar("T")


class Import:
    """One run of an import, at the most so many messages a second."""

    def __init__(self, databases: Databases, runner: Runner, job: Job, per_second: int) -> None:
        self._databases, self._runner, self._job, self._per_second = databases, runner, job, per_second
        self._told = 0.0

    async def run(self) -> None:
        """To its end; `Lost` if it is another's by now."""
        try:
            await self._all()
            state = "done"
        except Cancelled:
            state = "cancelled"
        async with self._databases.home.acquire(timeout=5) as db, db.transaction():
            await jobs.end(db, self._job, state, report=report_of(self._job))
            await jobs.forget(db, self._job.id)
            told = {"id": str(self._job.id), "source": self._job.source, "state": state, **report_of(self._job)}
            await audit.record_of(db, self._job.workspace_id, self._job.created_by, "import.ended", told)

    async def _all(self) -> None:
        job = self._job
        while await self._step(lambda across: people.settle(across.home, job)):
            pass
        await self._step(lambda across: belongings.settle_workspace(across.home, job))
        # Channels elsewhere are made and kept by the copies that are there.
        await self._databases.wait_for_copies()
        names = await self._names()
        while await self._step(lambda across: channels.settle(across, job, names)):
            pass
        names = await self._names()
        await self._step(lambda across: belongings.settle_groups(across.home, job, names))
        await self._emoji(names)
        names = await self._names()
        for channel in await self._step(lambda across: staging.next_of(across.home, job.id, "channel", channels.MOST)):
            if isinstance(channel, Channel):
                await self._channel(channel, names.channels[channel.key], names)

    async def _names(self) -> Names:
        return await self._step(lambda across: things.names(across.home, self._job))

    async def _emoji(self, names: Names) -> None:
        """One after another: an image is decoded between two steps, so that no transaction waits for it."""
        job = self._job
        while told := await self._step(lambda across: belongings.next_emoji(across.home, job)):
            image = await belongings.image_of(told, self._runner)
            settle = partial(belongings.settle_emoji, job=job, told=told, image=image, names=names)
            await self._step(lambda across, settle=settle: settle(across.home))  # type: ignore[misc]

    async def _channel(self, channel: Channel, channel_id: UUID, names: Names) -> None:
        source = Source.of(self._job, channel.key, channel_id, names)
        after = (-1, "")
        try:
            while stored := await self._paced(source, after):
                after = stored[-1].place, stored[-1].key
        except Cancelled:
            async with self._databases.begin() as across:
                await closing.close(across, self._job, channel, channel_id, names)
            raise
        await self._step(lambda across: closing.close(across, self._job, channel, channel_id, names))

    async def _paced(self, source: Source, after: tuple[int, str]) -> list[Message]:
        """Live chat shares the database and the processor."""
        started = monotonic()
        stored = await self._step(lambda across: storing.store(across, self._job, source, after))
        await asyncio.sleep(max(0.0, len(stored) / self._per_second - (monotonic() - started)))
        return stored

    async def _step(self, work: Callable[[Across], Awaitable[T]]) -> T:
        """What a step does and that it is done, together; counts are those of steps that are kept."""
        counts = deepcopy(self._job.counts)
        progress = self._job.progress
        try:
            async with asyncio.timeout(STEP_DEADLINE), self._databases.begin() as across:
                done = await work(across)
                await self._tell(across.home)
        except BaseException:
            self._job.counts, self._job.progress = counts, progress
            raise
        if self._job.is_cancelled:
            raise Cancelled
        return done

    async def _tell(self, db: Db) -> None:
        if monotonic() - self._told >= TELL_EVERY:
            self._told = monotonic()
            await jobs.tell(db, await one(db, ONE, self._job.id))


def report_of(job: Job) -> Json:
    """What became of it."""
    return {name: value for name, value in sorted(job.counts.items())}

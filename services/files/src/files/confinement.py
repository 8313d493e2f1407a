"""Confined tasks as steps of jobs: what each may use, and what its failure means for the job."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis import tasks
from chassis.confined.limits import MIB, Busy, Failed, Limits, Reason
from chassis.confined.runner import Program

from files import derived
from files.jobs import Job, Later, Refused
from files.workshop import Workshop

LOOK = Limits(memory=1_536 * MIB, cpu=20, seconds=60, output=32 * MIB)
PICTURE = Limits(memory=2_048 * MIB, cpu=60, seconds=120, output=128 * MIB)
PAGES = Limits(memory=1_536 * MIB, cpu=90, seconds=180, output=128 * MIB)
TEXT = Limits(memory=768 * MIB, cpu=20, seconds=60, output=32 * MIB)
# LibreOffice maps far more than it uses.
OFFICE = Limits(memory=4_096 * MIB, cpu=120, seconds=240, output=256 * MIB, entries=3_000)
PROBE = Limits(memory=1_024 * MIB, cpu=30, seconds=60)
FRAME = Limits(memory=2_048 * MIB, cpu=60, seconds=120, output=32 * MIB)
FILM = Limits(memory=2_048 * MIB, cpu=7_200, seconds=3_600, output=4_096 * MIB, answer=8 * MIB)
SOUND = Limits(memory=1_024 * MIB, cpu=900, seconds=1_200, output=512 * MIB, answer=4 * MIB)
# What takes no longer than these seconds is tried so many times when its time is over: others may have had it.
SHORT, TRIES = 240.0, 3
# Seconds between two words of progress.
TELL_EVERY = 1.0


class Bench:
    """A folder and what runs in it, on behalf of a job whose progress is told."""

    def __init__(self, shop: Workshop, folder: Path, blob_id: UUID, job: Job) -> None:
        self.folder = folder
        self._shop, self._blob_id, self._step, self._attempt = shop, blob_id, job.kind, job.attempts
        self._base, self._share, self._done = 0.0, 1.0, 0.0

    def expect(self, base: float, share: float) -> None:
        """What runs next is this share of the whole job, which stands at `base`."""
        self._base, self._share, self._done = base, share, 0.0

    async def run(self, task: str | Program, limits: Limits, arguments: Mapping[str, Any] | None = None) -> Any:
        """What the task answers; the job is refused with its reason if nothing comes of it."""
        telling = asyncio.ensure_future(self._tell())
        try:
            return await self._shop.runner.run(
                task, self.folder, arguments, limits=limits, on_progress=self._progressed
            )
        except Failed as failure:
            if failure.reason is Reason.TIME and limits.seconds <= SHORT and self._attempt < TRIES:
                raise Later("it took too long, maybe because much else was done") from None
            raise Refused(f"{failure.reason}: {failure.sentence}") from None
        except Busy as error:
            raise Later(str(error)) from None
        finally:
            await tasks.end(telling)  # progress that was not told holds nothing up

    def _progressed(self, part: float) -> None:
        self._done = part

    async def _tell(self) -> None:
        told = 0
        while True:
            await asyncio.sleep(TELL_EVERY)
            percent = min(99, int(100 * (self._base + self._share * self._done)))
            if percent > told:
                told = percent
                await derived.tell_progress(self._shop, self._blob_id, self._step, percent)


@asynccontextmanager
async def bench(shop: Workshop, blob_id: UUID, job: Job) -> AsyncIterator[Bench]:
    async with shop.runner.folder() as folder:
        yield Bench(shop, folder, blob_id, job)

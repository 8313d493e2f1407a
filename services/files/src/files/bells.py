"""Bells that the database rings, in every process that listens."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from chassis.problems import PART_GONE
from eventbus import Backoff

log = logging.getLogger(__name__)


class Bell:
    """Rings when somebody notifies its channel, in whichever process."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._watching: set[asyncio.Event] = set()

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """Set at each ring meanwhile."""
        rung = asyncio.Event()
        self._watching.add(rung)
        try:
            yield rung
        finally:
            self._watching.discard(rung)

    async def listen(self, pool: asyncpg.Pool) -> None:
        """Until cancelled. While the database is gone nothing rings, and whoever watches looks by themselves."""
        waits = Backoff(most=5.0)
        while True:
            try:
                await self._hear(pool, waits)
            except PART_GONE as error:
                seconds = next(waits)
                log.warning("the bell of %s is listened for again in %.1f s: %r", self._channel, seconds, error)
                await asyncio.sleep(seconds)

    async def _hear(self, pool: asyncpg.Pool, waits: Backoff) -> None:
        lost = asyncio.Event()
        async with pool.acquire(timeout=5) as db:
            db.add_termination_listener(lambda *_: lost.set())
            await db.add_listener(self._channel, self._ring)
            waits.reset()
            self._ring()
            try:
                await lost.wait()
            finally:
                if not db.is_closed():
                    await db.remove_listener(self._channel, self._ring)
        raise ConnectionError("the connection that listens was lost")

    def _ring(self, *_: object) -> None:
        for event in self._watching:
            event.set()

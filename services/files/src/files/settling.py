"""Places that were made or joined a moment ago, which messaging told its user of before it could tell this service."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from files.bells import Bell

# Requests that wait at once: of one person, and in this process. Others are answered by what is known now.
MOST_OF_ONE, MOST = 2, 32


class Settling:
    """Waits until somebody is known to be where they say. Whether there is such a place makes no difference, so nobody
    learns of one by the time that an answer takes."""

    def __init__(self, bell: Bell, seconds: float) -> None:
        self._bell, self._seconds = bell, seconds
        self._waiting: Counter[UUID] = Counter()

    async def wait(self, user_id: UUID, is_known: Callable[[], Awaitable[bool]]) -> None:
        if not self._seconds or self._waiting[user_id] >= MOST_OF_ONE or self._waiting.total() >= MOST:
            return
        self._waiting[user_id] += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._watch(is_known)
        finally:
            self._waiting[user_id] -= 1
            self._waiting += Counter()  # forgets who waits no more

    async def _watch(self, is_known: Callable[[], Awaitable[bool]]) -> None:
        with self._bell.watched() as rung:
            while not await is_known():
                await rung.wait()
                rung.clear()

"""How long to wait before trying again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Backoff:
    """Seconds that double from `first` to `most`, each shortened by up to half at random so that waiters spread."""

    first: float = 0.1
    most: float = 5.0
    tries: int = 0

    def __iter__(self) -> Iterator[float]:
        return self

    def __next__(self) -> float:
        seconds = min(self.most, self.first * float(2 ** min(self.tries, 20)))
        self.tries += 1
        return seconds * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """It worked: the next failure waits shortly again."""
        self.tries = 0


async def repeat(
    turn: Callable[[], Awaitable[float]], what: str, gone: tuple[type[Exception], ...], waits: Backoff | None = None
) -> None:
    """Take turns until cancelled: the next one comes after as many seconds as a turn says, and while what it needs is
    gone with back-off."""
    waits = waits or Backoff(most=10.0)
    while True:
        try:
            seconds = await turn()
            waits.reset()
        except gone as error:
            seconds = next(waits)
            log.warning("%s: again in %.1f s: %r", what, seconds, error)
        await asyncio.sleep(seconds)

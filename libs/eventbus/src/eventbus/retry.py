"""How long to wait before trying again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass


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

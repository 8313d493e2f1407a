"""Deadlines of all sessions under one timer of the event loop."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Timer:
    """One `call_at` for any number of lanes, so that a connection costs no timer and no task."""

    def __init__(self, grain: float = 0.02) -> None:
        self._grain = grain
        self._lanes: list[Lane[object]] = []
        self._handle: asyncio.TimerHandle | None = None

    def lane(self, delay: float, expire: Callable[[T], None]) -> "Lane[T]":
        lane = Lane(self, delay, expire)
        self._lanes.append(lane)  # type: ignore[arg-type]  # the timer only asks lanes to run
        return lane

    def arm(self, at: float) -> None:
        if self._handle is not None:
            if self._handle.when() <= at:
                return
            self._handle.cancel()
        self._handle = asyncio.get_running_loop().call_at(at, self._run)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = None
        now = asyncio.get_running_loop().time()
        for lane in self._lanes:
            lane.run(now)
        heads = [head for lane in self._lanes if (head := lane.head()) is not None]
        if heads:
            self.arm(max(min(heads), now + self._grain))


class Lane(Generic[T]):
    """Items that all wait the same time: the oldest is always the next due."""

    def __init__(self, timer: Timer, delay: float, expire: Callable[[T], None]) -> None:
        self._timer = timer
        self._delay = delay
        self._expire = expire
        self._due: OrderedDict[T, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, item: T) -> bool:
        return item in self._due

    def add(self, item: T) -> None:
        """Begin the item's wait, anew if it already waits."""
        self._due.pop(item, None)
        self._due[item] = due = asyncio.get_running_loop().time() + self._delay
        self._timer.arm(due)

    def discard(self, item: T) -> None:
        self._due.pop(item, None)

    def expire_if_due(self, item: T) -> None:
        """Do not let an item outlive its deadline by the grain of the timer."""
        if self._due.get(item, float("inf")) <= asyncio.get_running_loop().time():
            del self._due[item]
            self._expire(item)

    def expire_all(self) -> None:
        self.run(float("inf"))

    def head(self) -> float | None:
        return next(iter(self._due.values()), None)

    def run(self, now: float) -> None:
        while self._due:
            item, due = next(iter(self._due.items()))
            if due > now:
                return
            del self._due[item]
            self._expire(item)

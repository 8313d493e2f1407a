"""Deadlines that hold whatever the Kafka client does with a cancellation."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
# Calls that did not end when they were told to; kept until they do.
ABANDONED: set[asyncio.Task[Any]] = set()


class CutShort(Exception):
    """The client cancelled its own call: it is broken, and must be replaced."""


async def bounded(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """What the client's coroutine returns; `TimeoutError` after so many seconds.

    aiokafka swallows cancellations in places, so that `asyncio.timeout` would wait for ever; in others it lets the
    cancellation of its own tasks out, which would end the caller without a word: here that is `CutShort`.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            ABANDONED.add(task)
            task.add_done_callback(_forget)
    if not task.done():
        raise TimeoutError(f"no answer within {seconds:g} s")
    if task.cancelled():
        raise CutShort("the client cancelled its own call")
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    ABANDONED.discard(task)
    if not task.cancelled():
        task.exception()  # nobody waits for it any more

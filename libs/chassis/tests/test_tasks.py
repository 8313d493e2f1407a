"""Tasks that are not needed any more end, whatever they are at, and hide nothing from who waits for that."""

import asyncio
from contextlib import suppress

import pytest
from chassis import tasks


async def test_they_have_ended_however_they_end() -> None:
    async def fail() -> None:
        raise LookupError

    async def fail_when_cancelled() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError

    all_tasks = [asyncio.create_task(each) for each in (asyncio.Event().wait(), fail(), fail_when_cancelled())]
    await asyncio.sleep(0)
    await tasks.end(*all_tasks)
    assert all(task.done() for task in all_tasks)


async def test_a_cancellation_of_who_waits_is_not_lost() -> None:
    async def linger() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    lingering = asyncio.create_task(linger())
    ending = asyncio.create_task(tasks.end(lingering))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert ending.cancelled()

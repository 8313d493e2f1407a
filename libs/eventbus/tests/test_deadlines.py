"""Deadlines hold whatever the awaited does."""

import asyncio

import pytest
from eventbus.deadlines import ABANDONED, CutShort, bounded


async def test_an_answer_comes_through() -> None:
    async def answer() -> int:
        return 7

    assert await bounded(answer(), 1) == 7


async def test_an_error_comes_through() -> None:
    async def fail() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await bounded(fail(), 1)


async def test_what_swallows_its_cancellation_is_left_behind() -> None:
    release = asyncio.Event()

    async def deaf() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(TimeoutError):
        await bounded(deaf(), 0.01)
    (left,) = ABANDONED
    release.set()
    await left
    assert not ABANDONED


async def test_a_cancellation_from_inside_does_not_cancel_us() -> None:
    async def cut() -> None:
        raise asyncio.CancelledError

    with pytest.raises(CutShort):
        await bounded(cut(), 1)


async def test_our_own_cancellation_ends_the_work() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(bounded(work(), 10))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ended.wait()

"""Jobs that run beside a test."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def running(job: Coroutine[Any, Any, object]) -> AsyncIterator[asyncio.Task[object]]:
    """The job runs until the block is left; if it fails before, the block fails with it."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(job)
        try:
            yield task
        finally:
            task.cancel()


@asynccontextmanager
async def all_running(jobs: Iterable[Coroutine[Any, Any, object]]) -> AsyncIterator[None]:
    """The same for many side by side."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

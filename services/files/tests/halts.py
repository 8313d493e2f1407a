"""Two things at once, in the order that a test wants: one stops at a step, the other goes as far as it comes."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import asyncpg
import pytest
from testkit import eventually

T = TypeVar("T")
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Halt:
    """A step at which the first who comes waits until it may go on."""

    def __init__(self, patch: pytest.MonkeyPatch, where: Any, name: str) -> None:
        self._step, self._is_first = getattr(where, name), True
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        patch.setattr(where, name, self._taken)

    async def _taken(self, *args: Any, **named: Any) -> Any:
        if self._is_first:
            self._is_first = False
            self.reached.set()
            await asyncio.wait_for(self.go_on.wait(), 30)
        return await self._step(*args, **named)

    async def around(self, pool: asyncpg.Pool, first: Awaitable[T], second: Awaitable[Any]) -> tuple[T, Any]:
        """What comes of the first, which stops here, and of the second, which ends meanwhile or waits for a lock."""
        halted = asyncio.ensure_future(first)
        await asyncio.wait({halted, asyncio.ensure_future(self.reached.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert self.reached.is_set(), "it never came so far"
        other = asyncio.ensure_future(second)

        async def is_as_far_as_it_comes() -> bool:
            return other.done() or bool(await pool.fetchval(WAITING))

        await eventually(is_as_far_as_it_comes, within=20)
        self.go_on.set()
        return await halted, await other

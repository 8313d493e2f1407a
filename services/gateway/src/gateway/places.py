"""Where people belong, as messaging knows it: read for each socket that comes, or once for those that wait together."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.upstreams import Upstream

# Persons who are read at once; when all come back together the others wait for their turn.
READ_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Belongings:
    """A person's channels, each with the number of its last message, and workspaces."""

    channels: tuple[tuple[Mapping[str, Any], int], ...]
    workspace_ids: tuple[str, ...]
    # Those of them in which they are guests.
    guest_in: frozenset[str] = frozenset()
    # Until when they say nothing, in Unix seconds, by channel and workspace.
    silences: Mapping[str, float] = field(default_factory=dict)
    # Messaging's databases that did not say which of their channels are among them.
    missing: tuple[int, ...] = ()


class Places:
    """Asks messaging. A person's devices that wait for their turn together share one answer."""

    def __init__(self, messaging: Upstream) -> None:
        self._messaging = messaging
        self._turns = asyncio.Semaphore(READ_AT_ONCE)
        self._waiting: dict[str, asyncio.Task[Belongings]] = {}

    async def of(self, user_id: str) -> Belongings:
        """As they are at some time after this was asked; `Problem` if messaging does not answer."""
        reading = self._waiting.get(user_id)
        if reading is None:
            reading = self._waiting[user_id] = asyncio.create_task(self._read(user_id))
            reading.add_done_callback(_look)
        return await asyncio.shield(reading)

    async def _read(self, user_id: str) -> Belongings:
        async with self._turns:
            del self._waiting[user_id]  # what changes from here on may be missing in the answer
            told: Any = await self._messaging.get(f"/internal/users/{user_id}/state")
        return Belongings(
            tuple((channel, channel.pop("lastSeq")) for channel in told["channels"]), tuple(told["workspaceIds"]),
            frozenset(told.get("guestIn", ())), told.get("silences", {}),
            tuple(told.get("missing", ())),
        )  # fmt: skip


def _look(reading: asyncio.Task[Belongings]) -> None:
    """Nobody may be left whom its failure would trouble."""
    if not reading.cancelled():
        reading.exception()

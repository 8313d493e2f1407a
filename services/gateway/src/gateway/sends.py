"""Messages on their way to messaging: gathered while others are stored, so that one transaction carries many."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from chassis.problems import Problem, unavailable
from prometheus_client import Histogram

from gateway.packets import Json
from gateway.upstreams import Upstream

LANES = 4
BATCH = 100
WAITING = 2_000
STORED_SECONDS = Histogram("nexus_gateway_store_seconds", "From a message's arrival until it is stored")

Answer = dict[str, Json]


@dataclass(slots=True)
class _Lane:
    """The messages of some channels, in order: one request at a time, each with all that came meanwhile."""

    waiting: deque[tuple[Answer, asyncio.Future[Answer]]] = field(default_factory=deque)
    is_busy: bool = False


class Sends:
    """Stores messages through messaging. One channel goes one lane, so its messages stay in order of arrival."""

    def __init__(self, messaging: Upstream, start: Callable[[Awaitable[None]], None]) -> None:
        self._messaging = messaging
        self._start = start
        self._lanes = [_Lane() for _ in range(LANES)]

    async def store(self, user_id: str, socket_id: str, payload: Json) -> Answer:
        """messaging's answer for one message: `{"message": ...}` or `{"error": ...}`."""
        channel_id = payload.get("channelId") if isinstance(payload, dict) else None
        lane = self._lanes[hash(channel_id) % LANES if isinstance(channel_id, str) else 0]
        if len(lane.waiting) >= WAITING:
            return _refused(unavailable("Too many messages are waiting to be stored; try again shortly."))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        lane.waiting.append(({"userId": user_id, "socketId": socket_id, "payload": payload}, answer))
        if not lane.is_busy:
            lane.is_busy = True
            self._start(self._drain(lane))
        with STORED_SECONDS.time():
            return await answer

    async def _drain(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                batch = [lane.waiting.popleft() for _ in range(min(BATCH, len(lane.waiting)))]
                answers = await self._ask([send for send, _ in batch])
                for (_, waiting), answer in zip(batch, answers, strict=True):
                    if not waiting.done():
                        waiting.set_result(answer)
        finally:
            lane.is_busy = False

    async def _ask(self, sends: list[Answer]) -> list[Answer]:
        try:
            told = await self._messaging.post("/internal/messages", {"sends": sends})
        except Problem as problem:
            return [_refused(problem)] * len(sends)
        results = told.get("results") if isinstance(told, dict) else None
        if not isinstance(results, list) or len(results) != len(sends):
            return [_refused(unavailable())] * len(sends)
        return results  # type: ignore[return-value]


def _refused(problem: Problem) -> Answer:
    return {"error": {"type": problem.type, "message": problem.detail}}

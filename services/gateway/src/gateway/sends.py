"""Messages on their way to messaging: gathered while others are stored, so that one transaction carries many."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import orjson
from chassis.problems import Problem, unavailable
from prometheus_client import Histogram

from gateway.packets import Json
from gateway.upstreams import Upstream, encoded

LANES = 4
# One request's messages and bytes at the most; messaging reads four times as many.
BATCH = 100
BATCH_BYTES = 1_000_000
WAITING = 2_000
STORED_SECONDS = Histogram("nexus_gateway_store_seconds", "From a message's arrival until it is stored")

Answer = dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Send:
    encoded: bytes
    answer: asyncio.Future[Answer]


@dataclass(slots=True)
class _Lane:
    """The messages of some channels, in order: one request at a time, each with all that came meanwhile."""

    waiting: deque[_Send] = field(default_factory=deque)
    is_busy: bool = False

    def take(self) -> list[_Send]:
        """The next batch; whoever gave up waiting is left out, as they were told that it is not stored."""
        batch: list[_Send] = []
        size = 0
        while self.waiting and len(batch) < BATCH and size + len(self.waiting[0].encoded) <= BATCH_BYTES:
            send = self.waiting.popleft()
            if not send.answer.done():
                batch.append(send)
                size += len(send.encoded)
        return batch


class Sends:
    """Stores messages through messaging. One channel goes one lane, so its messages stay in order of arrival."""

    def __init__(self, messaging: Upstream, start: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._messaging = messaging
        self._start = start
        self._lanes = [_Lane() for _ in range(LANES)]

    async def store(self, user_id: str, socket_id: str, payload: Json) -> Answer:
        """messaging's answer for one message: `{"message": ...}` or `{"error": ...}`."""
        channel_id = payload.get("channelId") if isinstance(payload, dict) else None
        lane = self._lanes[hash(channel_id) % LANES if isinstance(channel_id, str) else 0]
        if len(lane.waiting) >= WAITING:
            raise unavailable("Too many messages are waiting to be stored; try again shortly.")
        # Encoded one by one: what cannot be encoded, or is too large, must not spoil the batch of the others.
        send = encoded({"userId": user_id, "socketId": socket_id, "payload": payload})
        if len(send) > BATCH_BYTES:
            raise Problem(413, "too_large", "The message is too large.")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        lane.waiting.append(_Send(send, answer))
        if not lane.is_busy:
            lane.is_busy = True
            self._start(self._drain(lane))
        with STORED_SECONDS.time():
            return await answer

    async def _drain(self, lane: _Lane) -> None:
        try:
            while batch := lane.take():
                await self._store(batch)
        finally:  # whatever happened, nobody waits for what will not come
            lane.is_busy = False
            _tell([*lane.waiting], [_refused(unavailable())] * len(lane.waiting))
            lane.waiting.clear()

    async def _store(self, batch: list[_Send]) -> None:
        answers = [_refused(unavailable())] * len(batch)
        try:
            answers = await self._ask([send.encoded for send in batch])
        finally:
            _tell(batch, answers)

    async def _ask(self, sends: list[bytes]) -> list[Answer]:
        try:
            told = await self._messaging.post("/internal/messages", {"sends": list(map(orjson.Fragment, sends))})
        except Problem as problem:
            return [_refused(problem)] * len(sends)
        results = told.get("results") if isinstance(told, dict) else None
        if not isinstance(results, list) or len(results) != len(sends):
            return [_refused(unavailable())] * len(sends)
        return results  # type: ignore[return-value]


def _tell(sends: list[_Send], answers: list[Answer]) -> None:
    for send, answer in zip(sends, answers, strict=True):
        if not send.answer.done():
            send.answer.set_result(answer)


def _refused(problem: Problem) -> Answer:
    return {"error": {"type": problem.type, "message": problem.detail}}

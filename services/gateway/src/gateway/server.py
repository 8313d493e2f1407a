"""The Socket.IO server (protocol 5): namespaces over an Engine.IO server, and the tasks of their handlers."""

import asyncio
import logging
import random
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, cast

from gateway.connections import Connection
from gateway.endpoints import Receiver
from gateway.engine import EngineServer, EngineSettings
from gateway.namespaces import Namespace
from gateway.sessions import Session
from gateway.sockets import D, SocketLimits
from gateway.traffic import Traffic

# Sockets that are sent to another gateway when this one stops.
DEPARTURES_A_SECOND = 500

logger = logging.getLogger(__name__)


class SocketServer(Generic[D]):
    """Served by `websocket.protocol_class(server.engine)` and `polling.PollingApp(server.engine)` in one uvicorn."""

    def __init__(
        self,
        namespaces: Iterable[Namespace[D]],
        settings: EngineSettings | None = None,
        limits: SocketLimits | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.limits = limits or SocketLimits()
        self.engine = EngineServer(self._accept, settings, traffic)
        self.waiting = self.engine.timer.lane(self.limits.connect_within, Connection[D].give_up)
        self.namespaces = {namespace.name: namespace for namespace in namespaces}
        for namespace in self.namespaces.values():
            namespace.server = self
        self.engine.admits = self._admits
        self._admitting = 0
        self._tasks: set[asyncio.Future[None]] = set()

    def _accept(self, session: Session) -> Receiver:
        connection = Connection(self, session)
        self.waiting.add(connection)
        return connection

    @contextmanager
    def letting_in(self) -> Iterator[None]:
        """While somebody is being let in."""
        self._admitting += 1
        try:
            yield
        finally:
            self._admitting -= 1

    def _admits(self) -> bool:
        return self._admitting < self.limits.admitting

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a handler; its task is kept until it ends, and bounded by the limits of its socket."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            logger.error("a handler failed", exc_info=failure)

    async def drain(self, deadline: float) -> None:
        """Refuse newcomers, send everybody away one after the other, let handlers answer; done within `deadline`.

        Each client is told by `going-away {after}` in how many milliseconds its turn comes, so that not all of them are
        at the other gateways' doors at once. Until then it is served as ever.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + deadline
        self.engine.draining = True
        await self._send_away(deadline / 2)
        await self._finish_tasks(max(0.0, min(deadline / 4, give_up_at - loop.time())))
        await self.engine.drain(max(0.0, give_up_at - loop.time()))
        await self._finish_tasks(max(0.0, give_up_at - loop.time()))
        for task in self._tasks:
            task.cancel()
        await self._finish_tasks(1.0)

    async def _send_away(self, within: float) -> None:
        """Everybody's turn comes in a random order, at the pace of so many a second or faster."""
        leaving = [cast(Connection[D], session.receiver) for session in self.engine.sessions.values()]
        random.shuffle(leaving)
        pace = max(DEPARTURES_A_SECOND, len(leaving) / within) if within else float("inf")
        for number, connection in enumerate(leaving):
            connection.going_away(number / pace)
        begin = asyncio.get_running_loop().time()
        departures = set()
        for number, connection in enumerate(leaving):
            wait = begin + number / pace - asyncio.get_running_loop().time()
            if wait > 0:
                await asyncio.sleep(wait)
            departures.add(asyncio.get_running_loop().create_task(connection.depart(within / 2)))
        if departures:
            await asyncio.wait(departures)

    async def _finish_tasks(self, deadline: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=deadline)

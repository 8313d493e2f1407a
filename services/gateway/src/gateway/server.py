"""The Socket.IO server (protocol 5): namespaces over an Engine.IO server, and the tasks of their handlers."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any, Generic

from gateway.connections import Connection
from gateway.endpoints import Receiver
from gateway.engine import EngineServer, EngineSettings
from gateway.namespaces import Namespace
from gateway.sessions import Session
from gateway.sockets import D, SocketLimits
from gateway.traffic import Traffic

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
        self._tasks: set[asyncio.Future[None]] = set()

    def _accept(self, session: Session) -> Receiver:
        connection = Connection(self, session)
        self.waiting.add(connection)
        return connection

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
        """Refuse newcomers and new events, let handlers answer, send everybody away; done within `deadline`."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + deadline
        self.engine.draining = True
        await self._finish_tasks(deadline / 2)
        await self.engine.drain(max(0.0, give_up_at - loop.time()))
        await self._finish_tasks(max(0.0, give_up_at - loop.time()))
        for task in self._tasks:
            task.cancel()
        await self._finish_tasks(1.0)

    async def _finish_tasks(self, deadline: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=deadline)

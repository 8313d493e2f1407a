"""A transport core behind a real port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import pytest
import uvicorn
from gateway.engine import EngineServer
from gateway.polling import PollingApp
from gateway.websocket import protocol_class
from testkit.eventually import eventually


class QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stay with pytest."""
        yield


@asynccontextmanager
async def listening(engine: EngineServer) -> AsyncIterator[str]:
    config = uvicorn.Config(
        PollingApp(engine), port=0, ws=protocol_class(engine), lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = QuietServer(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        try:
            await eventually(lambda: server.started)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"127.0.0.1:{port}"
        finally:
            server.should_exit = True


@pytest.fixture
def listen() -> Callable[[EngineServer], AbstractAsyncContextManager[str]]:
    """Serves an engine by both transports; gives its host and port."""
    return listening

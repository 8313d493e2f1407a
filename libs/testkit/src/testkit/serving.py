"""An ASGI app of this process behind a real port, so that requests take the way they take in production."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn._types import ASGIApplication

from testkit.eventually import eventually


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stay with pytest."""
        yield

    async def main_loop(self) -> None:
        """As uvicorn's, which looks ten times a second whether it is to stop: too slow for hundreds of tests."""
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 - a plain flag is all that uvicorn has
            await asyncio.sleep(0.005)


@asynccontextmanager
async def served(app: ASGIApplication, **options: Any) -> AsyncIterator[str]:
    """The app's base URL for as long as the block lasts. `options` are uvicorn's."""
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, **options
    )  # fmt: skip
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        try:
            await eventually(lambda: server.started)
            host, port = server.servers[0].sockets[0].getsockname()[:2]
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True

"""The second listener of this process: another port is another origin, where the page's rights do not reach."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from files.settings import Settings

# Requests that are answered at once; more are refused with 503.
MOST_AT_ONCE = 500


class _Beside(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the service's own listener's, which ends first."""
        yield


async def listen(app: ASGIApp, settings: Settings) -> None:
    """Answer until cancelled; requests under way then get up to `stop_deadline` seconds to finish."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=round(settings.stop_deadline), timeout_keep_alive=65, limit_concurrency=MOST_AT_ONCE,
    )  # fmt: skip
    server = _Beside(config)
    # uvicorn would end the process by itself if the port is taken.
    with socket.create_server((settings.content_host, settings.port_content)) as taken:
        serving = asyncio.ensure_future(server.serve(sockets=[taken]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving

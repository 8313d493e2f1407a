"""How a service answers HTTP: the app with what all share, and a server that finishes what it accepted."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from chassis import health, problems
from chassis.bodies import DEFAULT_LIMIT, BodyLimitMiddleware, Limit
from chassis.health import Check
from chassis.settings import ServiceSettings
from chassis.tokens import TokenVerifier
from chassis.tracing import TraceMiddleware

log = logging.getLogger(__name__)
JOBS_STOP_DEADLINE = 10.0


def create_app(
    name: str,
    settings: ServiceSettings,
    routers: tuple[APIRouter, ...],
    checks: Mapping[str, Check],
    *,
    body_limit: Limit = DEFAULT_LIMIT,
) -> FastAPI:
    """A service's HTTP app: its routes, health, problem documents, size limits and traces."""
    app = FastAPI(title=name, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.verifier = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
    app.state.internal_secret = settings.internal_secret.get_secret_value()
    problems.install(app)
    app.add_middleware(BodyLimitMiddleware, limit=body_limit)
    app.add_middleware(TraceMiddleware)
    app.include_router(health.router(checks))
    for router in routers:
        app.include_router(router)
    return app


class Server(uvicorn.Server):
    """uvicorn's server, which lets long-lived connections end well before it closes them."""

    before_closing: Callable[[], Awaitable[None]] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but without raising the signal once more in the end: that would kill the process before
        its jobs have stopped, and leave Kafka waiting for a consumer that said no goodbye."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.before_closing is not None:
            await self.before_closing()
        await super().shutdown(sockets)


async def serve(
    app: ASGIApp,
    settings: ServiceSettings,
    before_closing: Callable[[], Awaitable[None]] | None = None,
    **options: Any,
) -> None:
    """Answer until SIGTERM or SIGINT; requests under way get up to `stop_deadline` seconds to finish."""
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, lifespan="off",
        timeout_graceful_shutdown=round(settings.stop_deadline), server_header=False, timeout_keep_alive=65,
        **options,
    )  # fmt: skip
    server = Server(config)
    server.before_closing = before_closing
    await server.serve()


@asynccontextmanager
async def background(*jobs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run jobs beside the body. They stop with it; a job that fails stops the process, so that it is seen."""
    # No task group: it would cancel the body, and with it the requests that are to be finished.
    tasks = [asyncio.create_task(_failing_stops_us(job)) for job in jobs]
    try:
        yield
    finally:
        failures = await _stopped(tasks)
    if failures:
        raise ExceptionGroup("background jobs failed", failures)


async def _stopped(tasks: Sequence[asyncio.Task[None]]) -> list[Exception]:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=JOBS_STOP_DEADLINE)
    ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    return [error for error in ended if isinstance(error, Exception)]


async def _failing_stops_us(job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except (Exception, asyncio.CancelledError):  # a library can let out a cancellation that nobody asked for
        task = asyncio.current_task()
        if task is None or not task.cancelling():
            log.critical("a background job failed: this process stops", exc_info=True)
            signal.raise_signal(signal.SIGTERM)  # the server finishes what it accepted and returns
        raise

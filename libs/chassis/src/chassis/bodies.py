"""Requests larger than allowed are refused before they are read, and while they are read."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Problem

DEFAULT_LIMIT = 1_000_000
# Bytes, or what says how many for a request: routes that pass a body on as a stream may take more than others.
Limit = int | Callable[[Scope], int]


class BodyLimitMiddleware:
    """Answers 413 to a request with more than `limit` bytes, whether it declares its size or not."""

    def __init__(self, app: ASGIApp, limit: Limit = DEFAULT_LIMIT) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limit if isinstance(self.limit, int) else self.limit(scope)
        if _declared(scope) > limit:
            await Problem(413, "too_large", _detail(limit)).response()(scope, receive, send)
        else:
            await self.app(scope, self._counted(receive, limit), send)

    def _counted(self, receive: Receive, limit: int) -> Receive:
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                # The one exception that FastAPI lets through while it reads a body.
                raise HTTPException(413, _detail(limit))
            return message

        return receive_counted


def _detail(limit: int) -> str:
    return f"A request may have {limit:,} bytes at the most."


def _declared(scope: Scope) -> float:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 19 else float("inf")

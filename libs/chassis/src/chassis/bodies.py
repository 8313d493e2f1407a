"""Requests larger than allowed are refused before they are read, and while they are read."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import Problem

DEFAULT_LIMIT = 1_000_000


class BodyLimitMiddleware:
    """Answers 413 to a request with more than `limit` bytes, whether it declares its size or not."""

    def __init__(self, app: ASGIApp, limit: int = DEFAULT_LIMIT) -> None:
        self.app, self.limit = app, limit
        self.detail = f"A request may have {limit:,} bytes at the most."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _declared(scope) > self.limit:
            await Problem(413, "too_large", self.detail).response()(scope, receive, send)
        else:
            await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.limit:
                # The one exception that FastAPI lets through while it reads a body.
                raise HTTPException(413, self.detail)
            return message

        return receive_counted


def _declared(scope: Scope) -> float:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 19 else float("inf")

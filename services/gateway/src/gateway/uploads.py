"""Requests that carry a file: which they are, how large they may be, and how they are let through as they come."""

import asyncio
import re
from collections.abc import AsyncIterator
from time import monotonic

from fastapi import Request
from starlette.types import Scope

# Everything else is small and read as a whole by its owner.
PATHS = re.compile(r"/api/files(/tus(/[^/]+)?|/[^/]+/versions)?/?")
METHODS = frozenset({"POST", "PUT", "PATCH"})


def is_upload(scope: Scope) -> bool:
    return scope["method"] in METHODS and PATHS.fullmatch(scope["path"]) is not None


class Upload:
    """The body of a request on its way through, a piece at a time: the next is asked for when the last was taken.
    What carries a file may take as long as it likes, if only something moves; all else is to be here in time."""

    def __init__(self, request: Request) -> None:
        self._request, self._may_be_long = request, is_upload(request.scope)
        self._moved_at = monotonic()
        self.waits_for_client = False
        self.through = asyncio.Event()
        if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
            self.through.set()

    @property
    def pause(self) -> float:
        """Seconds since something last moved."""
        return monotonic() - self._moved_at

    def chunks(self) -> AsyncIterator[bytes] | None:
        """What to pass on; nothing for a request without a body."""
        return None if self.through.is_set() else self._chunks()

    async def _chunks(self) -> AsyncIterator[bytes]:
        stream = self._request.stream()
        while (chunk := await self._next(stream)) is not None:
            if chunk:
                yield chunk
                self._moved()
        self.through.set()

    async def _next(self, stream: AsyncIterator[bytes]) -> bytes | None:
        self.waits_for_client = True
        chunk = await anext(stream, None)
        self.waits_for_client = False
        self._moved()
        return chunk

    def _moved(self) -> None:
        if self._may_be_long:
            self._moved_at = monotonic()

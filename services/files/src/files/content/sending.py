"""Bytes on their way from the store to whoever asked for them, for as long as those listen and may have them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from chassis import tasks
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from files.metrics import SENT_BYTES
from files.store import Reading

# Seconds that a client may take for a chunk, and after which its right is asked again.
CHUNK_DEADLINE, ASKED_AGAIN = 60.0, 15.0

Open = Callable[[], AbstractAsyncContextManager[Reading]]


class Sending(Response):
    """An answer whose head follows once the store has begun to answer, so that its faults can still be told.

    `admit` is asked then, and may refuse; `holds` every quarter of a minute; `settle` is told what was sent.
    """

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        opened: Open,
        *,
        admit: Callable[[], Awaitable[None]],
        holds: Callable[[], Awaitable[bool]],
        settle: Callable[[int], Awaitable[None]],
    ) -> None:
        super().__init__(None, status, dict(headers))
        self._opened, self._admit, self._holds, self._settle = opened, admit, holds, settle
        self.sent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        looked_at = time.monotonic()
        async with self._opened() as reading:
            await self._admit()
            sending = asyncio.ensure_future(self._send(reading.chunks(), send, looked_at))
            leaving = asyncio.ensure_future(_left(receive))
            try:
                await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            finally:
                await tasks.end(sending, leaving)
                SENT_BYTES.inc(self.sent)
                await self._settle(self.sent)

    async def _send(self, chunks: AsyncIterator[bytes], send: Send, asked_at: float) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in chunks:
            if time.monotonic() - asked_at > ASKED_AGAIN:
                if not await self._holds():
                    return  # the connection breaks: the client has less than it was promised
                asked_at = time.monotonic()
            async with asyncio.timeout(CHUNK_DEADLINE):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            self.sent += len(chunk)
        await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

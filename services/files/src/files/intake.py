"""Bytes into quarantine, part by part: memory for a few parts, whatever the size of the file."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from chassis import tasks

from files.objects import Part
from files.store import PART, Store

# Parts that are on their way to the store while the next one fills.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Taken:
    """What came, all of it in the store."""

    size: int
    sha256: bytes


class Intake:
    """Takes the bytes of one object. Hashing and putting go on while more bytes come, and hold them up when the store
    is slower than they are."""

    def __init__(self, store: Store, key: str, begun: Callable[[str], Awaitable[None]]) -> None:
        """`begun` is told the id of an upload in parts before its first part."""
        self._store, self._key, self._begun = store, key, begun
        # As they came: a growing buffer that loses its beginning again and again scatters the heap.
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._hashed = hashlib.sha256()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._putting: list[asyncio.Task[Part]] = []
        self._multipart_id: str | None = None
        self.size = 0

    async def write(self, chunk: bytes) -> None:
        self._waiting.append(chunk)
        self._waiting_size += len(chunk)
        self.size += len(chunk)
        while self._waiting_size >= PART:
            await self._room.acquire()
            await self._put(self._part())

    async def close(self) -> Taken:
        """Once all bytes are there."""
        last = b"".join(self._waiting)
        self._waiting.clear()
        if self._multipart_id is None:
            await asyncio.to_thread(self._hashed.update, last)
            await self._store.put(self._key, last)
        else:
            if last:
                await self._room.acquire()
                await self._put(last)
            parts = await asyncio.gather(*self._putting)
            await self._store.complete(self._key, self._multipart_id, parts)
        return Taken(self.size, self._hashed.digest())

    async def stop(self) -> None:
        """Leave it: nothing more goes to the store."""
        await tasks.end(*self._putting)

    def _part(self) -> bytes:
        """The next one, once there is room for it."""
        whole = b"".join(self._waiting)
        self._waiting = [whole[PART:]]
        self._waiting_size = len(whole) - PART
        return whole[:PART]

    async def _put(self, part: bytes) -> None:
        if self._multipart_id is None:
            self._multipart_id = await self._store.begin(self._key)
            await self._begun(self._multipart_id)
        self._fail_early()
        sending = self._send(self._multipart_id, len(self._putting) + 1, part)
        self._putting.append(asyncio.create_task(sending))
        await asyncio.to_thread(self._hashed.update, part)

    async def _send(self, multipart_id: str, number: int, part: bytes) -> Part:
        try:
            return await self._store.put_part(self._key, multipart_id, number, part)
        finally:
            self._room.release()

    def _fail_early(self) -> None:
        for task in self._putting:
            if task.done():
                task.result()

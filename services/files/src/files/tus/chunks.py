"""A chunk into the store: what is told to have arrived is there, and comes back the same however often it is cut off.

Whole parts go to the store as they fill, and are noted one by one, so that little is lost when a process dies. What is
left is too small for a part of S3: it is an object of its own, with which the next chunk begins. Bytes that are in the
store without being noted are put again, to the same place. With a checksum nothing is noted before it was found right.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import asyncpg
from chassis.problems import Problem
from starlette.requests import ClientDisconnect

from files import keys, uploads
from files.store import Missing, Store
from files.tus.headers import Checksum
from files.tus.progress import Progress, note, over

# Bytes of a part, and what S3 takes for one that is not the last.
PART, LEAST = 6 * 1024 * 1024, 5 * 1024 * 1024
# Seconds without a byte after which the client is taken for gone.
SILENCE = 20.0


class Chunk:
    """Writes one chunk, in a turn that was taken."""

    def __init__(self, pool: asyncpg.Pool, store: Store, progress: Progress, turn: UUID) -> None:
        self._pool, self._store, self._turn = pool, store, turn
        self.progress = progress
        self._key, self._multipart_id = keys.incoming(progress.id), progress.multipart_id
        self._etags, self._in_parts = list(progress.etags), progress.arrived - progress.tail
        self._buffer = bytearray()

    async def write(self, body: AsyncIterator[bytes], checksum: Checksum | None) -> Progress:
        """How far the upload is then; what came before the client left is kept, too. `Problem` 460 if the bytes are
        not what the checksum says, 413 for more than the upload is to have."""
        if self.progress.tail:
            self._buffer += await self._read_tail()
        try:
            await self._take(body, checksum)
        except (ClientDisconnect, TimeoutError):
            if checksum is None:
                await self._close()
            raise Problem(408, "too_slow", "The rest of the chunk did not come.") from None
        await self._close()
        return self.progress

    async def _take(self, body: AsyncIterator[bytes], checksum: Checksum | None) -> None:
        hashed = checksum.start() if checksum else None
        async for piece in _in_time(body):
            if self._in_parts + len(self._buffer) + len(piece) > self.progress.length:
                raise Problem(413, "too_large", "The chunk has more bytes than the upload was to have.")
            self._buffer += piece
            if hashed:
                hashed.update(piece)
            while len(self._buffer) >= PART:
                await self._put_part(bytes(memoryview(self._buffer)[:PART]))
                del self._buffer[:PART]
                if not hashed:
                    await self._note(tail=0)
        if checksum and hashed and hashed.digest() != checksum.digest:
            raise Problem(460, "checksum_mismatch", "The chunk is not what its checksum says: send it again.")

    async def _close(self) -> None:
        """Everything that is in memory goes to the store."""
        rest, tail = bytes(self._buffer), 0
        is_last = self._in_parts + len(rest) == self.progress.length
        if is_last and not self._etags:
            await self._store.put(self._key, rest)
            self._in_parts += len(rest)
        elif len(rest) >= LEAST or (is_last and rest):
            await self._put_part(rest)
        elif len(rest) > self.progress.tail or not rest:
            await self._write_tail(rest)
            tail = len(rest)
        else:
            return
        await self._note(tail)

    async def _put_part(self, part: bytes) -> None:
        if self._multipart_id is None:
            self._multipart_id = await self._begin()
        try:
            put = await self._store.put_part(self._key, self._multipart_id, len(self._etags) + 1, part)
        except Missing:
            raise over() from None
        self._etags.append(put.etag)
        self._in_parts += len(part)

    async def _begin(self) -> str:
        multipart_id = await self._store.begin(self._key)
        async with self._pool.acquire(timeout=5) as db:
            if not await uploads.name_parts(db, self.progress.id, multipart_id):
                await self._store.abort(self._key, multipart_id)
                raise over()
        return multipart_id

    async def _note(self, tail: int) -> None:
        arrived = self._in_parts + tail
        progress = replace(self.progress, arrived=arrived, etags=tuple(self._etags), tail=tail)
        async with self._pool.acquire(timeout=5) as db, db.transaction():
            await note(db, progress, self._turn)
        self.progress = progress

    async def _read_tail(self) -> bytes:
        """The object may be longer than what was noted of it, which is how it begins."""
        async with self._store.get(f"{self._key}.tail", 0, self.progress.tail - 1) as reading:
            return b"".join([chunk async for chunk in reading.chunks()])

    async def _write_tail(self, rest: bytes) -> None:
        if rest:
            await self._store.put(f"{self._key}.tail", rest)


async def _in_time(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(SILENCE):
            piece = await anext(body, None)
        if piece is None:
            return
        yield piece

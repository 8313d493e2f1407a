"""Asks clamd whether bytes are known to be malicious, by its INSTREAM command."""

import asyncio
import re
from collections.abc import AsyncIterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

# Bytes that go to clamd at once, and seconds: to connect, to take a chunk, and for its verdict after the last one.
CHUNK = 256 * 1024
CONNECT_DEADLINE, CHUNK_DEADLINE, VERDICT_DEADLINE = 3.0, 30.0, 300.0
ANSWER_LIMIT = 4_096
FOUND = re.compile(r"stream: (?P<name>.{1,200}) FOUND")


class ScannerGone(OSError):
    """clamd does not answer, or says neither that bytes are clean nor that they are not: worth another try."""


class TooLarge(Exception):
    """clamd takes no stream of this size."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` names what the bytes are known as; None: nothing was found."""

    found: str | None

    @property
    def is_clean(self) -> bool:
        return self.found is None


class Scanner:
    """One clamd, asked over TCP: `tcp://host:port`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "tcp" or not parts.hostname or not parts.port:
            raise ValueError("the scanner's URL must be tcp://host:port")
        self._host, self._port = parts.hostname, parts.port

    async def scan(self, chunks: AsyncIterable[bytes]) -> Verdict:
        """Only a clear answer is a verdict: `ScannerGone` for everything else, so that nothing passes by accident."""
        reader, writer = await self._connect()
        try:
            await self._send(reader, writer, chunks)
            async with asyncio.timeout(VERDICT_DEADLINE):
                return _verdict(await self._answer(reader))
        except TimeoutError as error:
            raise ScannerGone("clamd does not answer in time") from error
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            # clamd says why before it hangs up: a stream that is too large, say.
            with suppress(ConnectionError, TimeoutError, ScannerGone):
                async with asyncio.timeout(CONNECT_DEADLINE):
                    return _verdict(await self._answer(reader))
            raise ScannerGone(f"clamd hung up: {error!r}") from error
        finally:
            writer.close()

    async def signatures(self) -> str:
        """What names the signatures that are asked: another text after each update."""
        reader, writer = await self._connect()
        try:
            async with asyncio.timeout(CHUNK_DEADLINE):
                writer.write(b"zVERSION\0")
                await writer.drain()
                return await self._answer(reader)
        except (TimeoutError, ConnectionError) as error:
            raise ScannerGone(f"clamd does not say its version: {error!r}") from error
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(CONNECT_DEADLINE):
                return await asyncio.open_connection(self._host, self._port, limit=ANSWER_LIMIT)
        except (OSError, TimeoutError) as error:
            raise ScannerGone(f"clamd cannot be reached: {error!r}") from error

    async def _send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chunks: AsyncIterable[bytes]
    ) -> None:
        writer.write(b"zINSTREAM\0")
        async for chunk in chunks:
            for start in range(0, len(chunk), CHUNK):
                piece = chunk[start : start + CHUNK]
                writer.write(len(piece).to_bytes(4, "big"))
                writer.write(piece)
                async with asyncio.timeout(CHUNK_DEADLINE):
                    await writer.drain()
        writer.write(bytes(4))
        async with asyncio.timeout(CHUNK_DEADLINE):
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader) -> str:
        try:
            said = await reader.readuntil(b"\0")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError) as error:
            raise ScannerGone(f"clamd's answer has no end: {error!r}") from error
        return said[:-1].decode(errors="replace").strip()


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict(None)
    if found := FOUND.fullmatch(answer):
        return Verdict(found["name"])
    if "size limit exceeded" in answer:
        raise TooLarge(answer)
    raise ScannerGone(f"clamd says {answer[:200]!r}")

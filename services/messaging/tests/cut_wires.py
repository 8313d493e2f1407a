"""A way to a PostgreSQL server that is cut after so many of a client's messages, as when the client is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass(slots=True)
class Wire:
    """Everything that goes to the server is counted; what is sent last arrives, and is not answered."""

    host: str
    port: int
    most: int | None = None
    sent: int = 0
    listening: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def through(self, url: str) -> str:
        """The URL of a database by this way."""
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self.listening}"))

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self.host, self.port)
        self._open |= {writer, to_server}
        back = asyncio.create_task(_pipe(server, writer))
        try:
            while not self._is_cut and (piece := await reader.read(65_536)):
                to_server.write(piece)
                await to_server.drain()
                self.sent += 1
                if self._is_cut:
                    self._cut()
        except OSError:
            pass
        finally:
            back.cancel()
            await asyncio.wait([back])
            writer.close()
            to_server.close()

    @property
    def _is_cut(self) -> bool:
        return self.most is not None and self.sent >= self.most

    def _cut(self) -> None:
        """The server gets what was sent and then the end; the client nothing more."""
        for writer in self._open:
            writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def wire_to(url: str, most: int | None = None) -> AsyncIterator[Wire]:
    parts = urlsplit(url)
    wire = Wire(str(parts.hostname), int(parts.port or 5432), most)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.listening = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        wire._cut()

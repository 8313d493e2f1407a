"""Web servers of strangers, who answer previews in every way they like."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

from messaging.outbound.guard import Guard
from messaging.previews.fetching import Fetcher

PAGE = b"<!doctype html><html><head><title>A page</title></head><body>words</body></html>"
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = PAGE, status: str = "200 OK", type_: str = "text/html; charset=utf-8", *more: str) -> Answer:
    """Says all of it at once and hangs up."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {type_}", "Connection: close", *more, "", ""])

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + body)
        await writer.drain()

    return say


async def silent(_: asyncio.StreamWriter) -> None:
    """Says nothing, and does not hang up."""
    await asyncio.Event().wait()


def elsewhere(location: str, status: str = "302 Found") -> Answer:
    return answer(b"", status, "text/html", f"Location: {location}", "Set-Cookie: seen=1")


@dataclass(slots=True)
class Stranger:
    """A server at `place` that keeps the requests it was sent; `names` are those it was asked for by TLS."""

    port: int
    requests: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    visits: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/", name: str = "a.example") -> str:
        return f"http://{name}:{self.port}{path}"

    def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self.visits.add(task)
        task.add_done_callback(self.visits.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(request)
            await self.answers.get(request.split(" ")[1], answer())(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def stranger(context: SSLContext | None = None) -> AsyncIterator[Stranger]:
    made = Stranger(0)
    server = await asyncio.start_server(made.visit, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for visit in made.visits:
            visit.cancel()
        await asyncio.gather(*made.visits, return_exceptions=True)


@dataclass(slots=True)
class Names:
    """Resolves every name to the next of its addresses, and the last one from then on."""

    addresses: list[str]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return [self.addresses[min(len(self.asked), len(self.addresses)) - 1]]


def fetcher(
    *places: str, names: Names | None = None, context: SSLContext | None = None, deadline: float = 20.0
) -> Fetcher:
    """Fetches from these places alone, whatever the name; patient, as the machine may be busy."""
    return Fetcher(Guard(names or Names(["127.0.0.1"]), frozenset(places)), context, deadline)

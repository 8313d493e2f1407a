"""A load of many sockets in one process, lean enough not to be what is measured: frames are counted, few are read."""

import asyncio
import base64
import os
import re
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from struct import pack
from urllib.parse import urlsplit

import orjson

PING = b"\x81\x012"
RECEIVED = b'42["message:receive"'
STAMP = re.compile(rb'"content":"t(\d+) ')
TAIL = 40


def masked_frame(payload: bytes) -> bytes:
    """A client's text frame, masked with zeros."""
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else pack("!BBH", 0x81, 0x80 | 126, size)
    return head + b"\0\0\0\0" + payload


class Listener(asyncio.Protocol):
    """One Socket.IO client over a websocket that answers heartbeats and counts the events of one name that it gets."""

    transport: asyncio.Transport

    def __init__(self, auth: Mapping[str, object]) -> None:
        self.auth = auth
        self.ready = asyncio.get_running_loop().create_future()
        self.received = 0
        self.received_bytes = 0
        self.heard: Callable[[int], None] | None = None
        self._mark = self._tail = b""
        self._opening: bytes | None = b""
        self._asked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self._opening is not None:
            self._open(self._opening + data)
            return
        self.received_bytes += len(data)
        if PING in data:
            self.write(b"3")
        if self._mark and (found := self._count(data)):
            self.received += found
            if self.heard is not None:
                self.heard(found)

    def expect(self, event: str) -> None:
        """Count events of this name from now on."""
        self._mark, self._tail = b'42["%s"' % event.encode(), b""

    def _count(self, data: bytes) -> int:
        """How many marks end in what came, the one that began in what came before among them."""
        mark, tail = self._mark, self._tail
        reach = len(mark) - 1
        self._tail = data[-reach:] if len(data) >= reach else (tail + data)[-reach:]
        return data.count(mark) + (tail + data[:reach]).count(mark)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server closed the connection"))

    def write(self, payload: bytes) -> None:
        self.transport.write(masked_frame(payload))

    def _open(self, data: bytes) -> None:
        self._opening = data
        if b'40{"sid"' in data:
            self._opening = None
            self.ready.set_result(None)
        elif b"44{" in data:
            self.ready.set_exception(ConnectionError(data[-200:].decode(errors="replace")))
        elif not self._asked and b'0{"sid"' in data:
            self._asked = True
            self.write(b"40" + orjson.dumps(self.auth))


@dataclass(slots=True)
class Tally:
    """What all sockets have seen together. Latencies in milliseconds, from send to receive."""

    acknowledged: int = 0
    refused: int = 0
    received: int = 0
    latencies: list[float] = field(default_factory=list)


class Client(Listener):
    """One that sends messages and counts answers. `samples` says whether it reads what it receives."""

    def __init__(self, token: str, channel_id: str, tally: Tally, samples: bool) -> None:
        super().__init__({"token": token})
        self.channel_id, self.tally, self.samples = channel_id, tally, samples
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.sent = 0
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.tally.received += data.count(RECEIVED)
        if self.waiting and (answered := data.count(b'[{"ok":')):
            self._acknowledge(answered, data.count(b'[{"ok":false'))
        if self.samples:
            self._sample(data)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        for waiting in self.waiting:
            waiting.cancel()

    def send(self) -> "asyncio.Future[None]":
        """Send one message of 100 characters; the future is done with its acknowledgement."""
        self.sent += 1
        content = f"t{time.perf_counter_ns()} ".ljust(100, "x")
        body = {"channelId": self.channel_id, "content": content, "clientMessageId": f"{id(self)}-{self.sent}"}
        self.write(b"42" + str(self.sent).encode() + orjson.dumps(["message:send", body]))
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        return answer

    def _acknowledge(self, answered: int, refused: int) -> None:
        self.tally.acknowledged += answered - refused
        self.tally.refused += refused
        for _ in range(min(answered, len(self.waiting))):
            waiting = self.waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)

    def _sample(self, data: bytes) -> None:
        now = time.perf_counter_ns()
        data = self._rest + data
        last = 0
        for found in STAMP.finditer(data):
            self.tally.latencies.append((now - int(found[1])) / 1e6)
            last = found.end()
        self._rest = data[max(last, len(data) - TAIL) :]


async def connect(url: str, clients: Sequence[Listener], at_once: int = 20) -> None:
    """Connect them all, some at a time."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    for start in range(0, len(clients), at_once):
        some = clients[start : start + at_once]
        await asyncio.gather(*(loop.create_connection(lambda c=c: c, address.hostname, address.port) for c in some))  # type: ignore[misc]
        await asyncio.wait_for(asyncio.gather(*(client.ready for client in some)), 30)

"""A load of many sockets in one process, lean enough not to be what is measured: frames are counted, few are read."""

import asyncio
import base64
import os
import re
import time
from collections import deque
from dataclasses import dataclass, field
from struct import pack
from urllib.parse import urlsplit

import orjson

RECEIVED = b'42["message:receive"'
STAMP = re.compile(rb'"content":"t(\d+) ')
TAIL = 40


@dataclass(slots=True)
class Tally:
    """What all sockets have seen together. Latencies in milliseconds, from send to receive."""

    acknowledged: int = 0
    refused: int = 0
    received: int = 0
    latencies: list[float] = field(default_factory=list)


class Client(asyncio.Protocol):
    """One logged-in Socket.IO client over a websocket. `samples` says whether it reads what it receives."""

    def __init__(self, token: str, channel_id: str, tally: Tally, samples: bool) -> None:
        self.token, self.channel_id, self.tally, self.samples = token, channel_id, tally, samples
        self.ready = asyncio.get_running_loop().create_future()
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.sent = 0
        self._rest = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(  # type: ignore[attr-defined]
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self._is_open:
            self._open(data)
            return
        if b"\x012" in data[:3]:
            self._write(b"3")  # the heartbeat
        self.tally.received += data.count(RECEIVED)
        if self.waiting and (answered := data.count(b'[{"ok":')):
            self._acknowledge(answered, data.count(b'[{"ok":false'))
        if self.samples:
            self._sample(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the gateway closed the connection"))
        for waiting in self.waiting:
            waiting.cancel()

    def send(self) -> "asyncio.Future[None]":
        """Send one message of 100 characters; the future is done with its acknowledgement."""
        self.sent += 1
        content = f"t{time.perf_counter_ns()} ".ljust(100, "x")
        body = {"channelId": self.channel_id, "content": content, "clientMessageId": f"{id(self)}-{self.sent}"}
        self._write(b"42" + str(self.sent).encode() + orjson.dumps(["message:send", body]))
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        return answer

    def _open(self, data: bytes) -> None:
        self._rest += data
        if b"\r\n\r\n" in self._rest and b'0{"sid"' in self._rest and not self._rest.endswith(b"!"):
            if b'40{"sid"' in self._rest:
                self._is_open, self._rest = True, b""
                self.ready.set_result(None)
            elif b"44{" in self._rest:
                self.ready.set_exception(ConnectionError(self._rest[-200:].decode(errors="replace")))
            elif not self.sent:
                self.sent = 1
                self._write(b"40" + orjson.dumps({"token": self.token}))

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

    def _write(self, payload: bytes) -> None:
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < 126 else pack("!BBH", 0x81, 0x80 | 126, size)
        self.transport.write(head + b"\0\0\0\0" + payload)  # type: ignore[attr-defined]


async def connect(url: str, clients: list[Client], at_once: int = 20) -> None:
    """Connect them all, some at a time."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    for start in range(0, len(clients), at_once):
        some = clients[start : start + at_once]
        await asyncio.gather(*(loop.create_connection(lambda c=c: c, address.hostname, address.port) for c in some))  # type: ignore[misc]
        await asyncio.wait_for(asyncio.gather(*(client.ready for client in some)), 30)

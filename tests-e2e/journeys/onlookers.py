"""Clients that only listen, cheap enough to have thousands of them: what socket.io-client does by websocket (its
back-off, connection state recovery) and what a program on it does (`sync` where it was not recovered)."""

import asyncio
import base64
import os
import random
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from struct import pack
from typing import Any
from urllib.parse import urlsplit

import orjson

# Seconds, as socket.io-client waits by default: doubling, half as long again at the most or half of it.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
OPEN_WITHIN = 20.0
RETRY_AFTER = re.compile(rb"(?i)\r\nretry-after: *(\d+)")
TEXT, CLOSE = 0x81, 0x88


@dataclass(slots=True)
class Holding:
    """What an onlooker holds of a channel: everything up to a number, known by one number for all their ids."""

    seq: int = 0
    digest: int = 0
    # Messages that came live before the answer to `sync`.
    early: list[tuple[int, str]] = field(default_factory=list)
    # When something was last heard of it.
    heard_at: float = 0.0

    def add(self, seq: int, message_id: str) -> bool:
        """False if it is not the next."""
        if seq != self.seq + 1:
            return False
        self.seq, self.digest = seq, hash((self.digest, message_id))
        return True


@dataclass(slots=True, eq=False)
class Onlooker:
    """Somebody's client, which comes back by itself: each time to the next of its gateways."""

    token: str
    urls: list[str]
    holds: dict[str, Holding]
    connections: int = 0
    recovered: int = 0
    synced: int = 0
    reset: int = 0
    # When it was last let in, told that its gateway goes away, and told anything at all.
    connected_at: float = 0.0
    told_to_go_at: float = 0.0
    heard_at: float = 0.0
    is_connected: bool = False
    is_behind: bool = True
    faults: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    url: str = ""
    _pid: str | None = None
    _offset: str | None = None
    _wire: "Wire | None" = None
    _asked: int = 0
    _attempt: int = 0
    _not_before: float = 0.0

    async def run(self, after: float = 0.0) -> None:
        """Be connected, again and again, until cancelled; the first time after so many seconds."""
        await asyncio.sleep(after)
        while True:
            self.url = self.urls[0]
            wire = self._wire = Wire(self)
            with suppress(OSError, TimeoutError):
                await wire.last()
            self.is_connected = False
            self.urls.append(self.urls.pop(0))
            self._not_before = max(self._not_before, wire.retry_after)
            await asyncio.sleep(max(self._not_before, self._pause()))
            self._not_before = 0.0

    def _pause(self) -> float:
        pause: float = FIRST_PAUSE * 2 ** min(self._attempt, 10) * random.uniform(0.5, 1.5)
        self._attempt += 1
        return min(pause, LONGEST_PAUSE)

    def cut(self) -> None:
        """The network fails it."""
        if self._wire:
            self._wire.transport.abort()

    def holds_until(self, seqs: dict[str, int]) -> bool:
        """Whether it is connected and holds its channels up to these numbers at least."""
        return self.is_connected and not self.is_behind and all(
            holding.seq >= seqs[channel_id] for channel_id, holding in self.holds.items()
        )  # fmt: skip

    def opened(self) -> None:
        """The engine is open: ask to be let in, as who it was before."""
        auth: dict[str, Any] = {"token": self.token}
        if self._pid:
            auth |= {"pid": self._pid} | ({"offset": self._offset} if self._offset else {})
        self._emit(b"40" + orjson.dumps(auth))

    def take(self, payload: bytes) -> None:
        """One packet from the server."""
        if payload.startswith(b"42"):
            self._hear(payload)
        elif payload == b"2":
            self._emit(b"3")
        elif payload.startswith(b"40"):
            self._connected(orjson.loads(payload[2:]))
        elif payload.startswith(b"43"):
            self._answered(orjson.loads(payload[payload.index(b"[") :])[0])
        elif payload.startswith(b"44"):
            self._refused(orjson.loads(payload[2:]))
        elif payload.startswith(b"41"):
            self.is_connected = False
            self._hang_up()

    def _connected(self, told: dict[str, str]) -> None:
        pid = told.get("pid")
        is_recovered = pid is not None and pid == self._pid
        self._pid, self._attempt = pid, 0
        self.connections += 1
        self.connected_at, self.is_connected = time.monotonic(), True
        if is_recovered:
            self.recovered += 1
        else:
            self.is_behind = True
            for holding in self.holds.values():
                holding.early.clear()
        if self.is_behind:
            self._sync()

    def _refused(self, told: dict[str, Any]) -> None:
        self.refusals.append(told["message"])
        data = told.get("data")
        if isinstance(data, dict):
            self._not_before = float(data.get("retryAfter") or 0)
        self._hang_up()

    def _hear(self, payload: bytes) -> None:
        name, channel_id, seq, message_id, offset = _read(payload)
        if name != "offset":
            self.heard_at = time.monotonic()
        if name == "message:receive" and channel_id in self.holds:
            self._receive(self.holds[channel_id], channel_id, seq, message_id)
        elif name == "going-away":
            self.told_to_go_at = self.heard_at
        elif name == "channel:left" and channel_id in self.holds:
            self.left.add(channel_id)
        if self._pid and offset:
            self._offset = offset

    def _receive(self, holding: Holding, channel_id: str, seq: int, message_id: str) -> None:
        holding.heard_at = self.heard_at
        if channel_id in self.left:
            self.faults.append(f"{seq} was told after it had left")
        if self.is_behind:
            holding.early.append((seq, message_id))
        elif not holding.add(seq, message_id):
            self.faults.append(f"{seq} follows {holding.seq}")

    def _sync(self) -> None:
        self._asked += 1
        held = {channel_id: holding.seq for channel_id, holding in self.holds.items()}
        self._emit(b"42" + str(self._asked).encode() + orjson.dumps(["sync", {"channels": held}]))

    def _answered(self, answer: dict[str, Any]) -> None:
        if not answer["ok"]:
            self.refusals.append(answer["error"]["type"])
            asyncio.get_running_loop().call_later(random.uniform(0.5, 1.5), self._sync_again)
            return
        for channel_id, holding in self.holds.items():
            self._catch_up(channel_id, holding, answer["channels"].get(channel_id, {"reset": True}))
        self.synced += 1
        self.is_behind = False

    def _sync_again(self) -> None:
        if self.is_connected and self.is_behind:
            self._sync()

    def _catch_up(self, channel_id: str, holding: Holding, told: dict[str, Any]) -> None:
        if told.get("reset"):
            self.reset += 1
            self.left.add(channel_id)
            return
        missed = [(message["seq"], message["id"]) for message in told["messages"]]
        early, holding.early = holding.early, []
        for seq, message_id in missed + [(seq, id_) for seq, id_ in early if seq > told["lastSeq"]]:
            if not holding.add(seq, message_id):
                self.faults.append(f"{seq} follows {holding.seq}")

    def _emit(self, payload: bytes) -> None:
        if self._wire:
            self._wire.send(payload)

    def _hang_up(self) -> None:
        if self._wire:
            self._wire.transport.close()


@lru_cache(2048)
def _read(payload: bytes) -> tuple[str, str, int, str, str]:
    """Name, channel, number, message and offset of an event. Many sockets are told the same bytes."""
    name, *args = orjson.loads(payload[2:])
    body = args[0] if args and isinstance(args[0], dict) else {}
    message = body.get("message") if name == "message:receive" else None
    offset = args[-1] if args and isinstance(args[-1], str) else ""
    if message is None:
        return name, str(body.get("channelId", "")), 0, "", offset
    return name, message["channelId"], message["seq"], message["id"], offset


class Wire(asyncio.Protocol):
    """One websocket of an onlooker: its handshake and frames."""

    transport: asyncio.Transport

    def __init__(self, onlooker: Onlooker) -> None:
        self._onlooker = onlooker
        self._closed = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._is_open = False
        # Seconds that the server asked to be left alone.
        self.retry_after = 0.0

    async def last(self) -> None:
        """Connect, and stay until the connection is gone."""
        address = urlsplit(self._onlooker.url)
        host, port = address.hostname or "", address.port or 80
        async with asyncio.timeout(OPEN_WITHIN):
            await asyncio.get_running_loop().create_connection(lambda: self, host, port)
        try:
            await self._closed
        finally:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: onlooker\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, error: Exception | None) -> None:
        if not self._closed.done():
            self._closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._shake_hands(head)
        self._rest = b""
        for opcode, payload in self._frames(data):
            if opcode == TEXT and payload.startswith(b"0{"):
                self._onlooker.opened()
            elif opcode == TEXT:
                self._onlooker.take(payload)
            elif opcode == CLOSE:
                self.transport.close()

    def _shake_hands(self, head: bytes) -> None:
        self._is_open = True
        if not head.startswith(b"HTTP/1.1 101"):
            found = RETRY_AFTER.search(head)
            self.retry_after = float(found[1]) if found else 0.0
            self._onlooker.refusals.append(head[9:12].decode())
            self.transport.close()

    def _frames(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        start, end = 0, len(data)
        while end - start >= 2:
            size, head = data[start + 1], 2
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(data[start + 2 : start + head])
            if end - start < head + size:
                break
            yield data[start], data[start + head : start + head + size]
            start += head + size
        self._rest = data[start:]

    def send(self, payload: bytes) -> None:
        """A text frame, masked with zeros."""
        size = len(payload)
        head = bytes((TEXT, 0x80 | size)) if size < 126 else pack("!BBH", TEXT, 0x80 | 126, size)
        self.transport.write(head + b"\0\0\0\0" + payload)


def onlooker(token: str, urls: Iterable[str], channel_ids: Iterable[str]) -> Onlooker:
    return Onlooker(token, [*urls], {channel_id: Holding() for channel_id in channel_ids})

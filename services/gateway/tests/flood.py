"""More is said in a channel than a client that has stopped reading can take, beside others who read."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from eventbus import Producer, Record
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, Message, MessagePosted
from testkit import Process
from testkit.jobs import running
from uuid_utils.compat import uuid7
from websockets.asyncio.client import ClientConnection, connect

MB = 1_000_000
CONTENT = 10_000
AT_ONCE = 10
STAMP = re.compile(r'"content":"(\d+) (\d+) ')
SLOW = 'nexus_gateway_closed_total{reason="slow-consumer"} '
ESTABLISHED = "01"
LOOK_EVERY = 0.05


@asynccontextmanager
async def connected(url: str, token: str) -> AsyncIterator[ClientConnection]:
    """Somebody's WebSocket; when nobody takes what came, it soon reads no more, and the kernel's buffers fill up."""
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    async with connect(address, compression=None, max_size=None, close_timeout=0.1) as client:
        assert str(await client.recv()).startswith("0{")
        await client.send(f'40{{"token":"{token}"}}')
        assert str(await client.recv()).startswith("40{")
        yield client


@dataclass
class Reader:
    """Takes everything: the numbers of the messages that came, and the seconds that each was on its way."""

    client: ClientConnection
    seqs: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    async def read(self) -> None:
        """Until the connection is closed."""
        async for packet in self.client:
            if packet == "2":
                await self.client.send("3")
            elif found := STAMP.search(str(packet)):
                self.seqs.append(int(found[1]))
                self.delays.append((time.perf_counter_ns() - int(found[2])) / 1e9)


@dataclass
class Flood:
    """Messages as messaging's relay puts them on Kafka, one channel's, numbered from 1."""

    producer: Producer
    channel_id: str
    seq: int = 0
    filler: str = field(default_factory=lambda: secrets.token_hex(CONTENT // 2))

    async def pour(self, size: int, a_second: float = float("inf")) -> None:
        """Say so many bytes, so many of them a second at the most."""
        began = time.perf_counter()
        for number in range(size // (CONTENT * AT_ONCE)):
            await asyncio.sleep(began + number * AT_ONCE * CONTENT / a_second - time.perf_counter())
            await self.producer.publish([self._record() for _ in range(AT_ONCE)])

    def _record(self) -> Record:
        self.seq += 1
        content = f"{self.seq} {time.perf_counter_ns()} {self.filler}"
        message = Message(
            id=str(uuid7()), channel_id=self.channel_id, seq=self.seq, content=content, attachments="[]", reactions="{}"
        )
        event = ChannelEvent(channel_id=self.channel_id, message_posted=MessagePosted(message=message))
        event.meta.id = message.id
        message.created_at.GetCurrentTime()
        return Record("messaging.channels", self.channel_id.encode(), event.SerializeToString())


@dataclass
class Watch:
    """What becomes of a gateway and of the client that has stopped reading.

    `closed_at` is when the gateway counted it as a slow consumer, `gone_at` when its connection was there no more.
    """

    gateway: Process
    stopped: ClientConnection
    began_mib: float = 0.0
    most_mib: float = 0.0
    closed_at: float | None = None
    gone_at: float | None = None

    @property
    def growth_mib(self) -> float:
        return self.most_mib - self.began_mib

    async def run(self) -> None:
        self.began_mib = self._resident_mib()
        async with aiohttp.ClientSession(self.gateway.url) as http:
            while True:
                self.most_mib = max(self.most_mib, self._resident_mib())
                if self.closed_at is None and await _slow_consumers(http):
                    self.closed_at = time.perf_counter()
                if self.gone_at is None and not _is_established(self.stopped):
                    self.gone_at = time.perf_counter()
                await asyncio.sleep(LOOK_EVERY)

    def _resident_mib(self) -> float:
        lines = Path(f"/proc/{self.gateway.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def _slow_consumers(http: aiohttp.ClientSession) -> int:
    async with http.get("/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next((int(float(line.removeprefix(SLOW))) for line in lines if line.startswith(SLOW)), 0)


def _is_established(client: ClientConnection) -> bool:
    """Whether the other end of a connection, which is on this machine, holds it still."""
    ours, theirs = f":{client.local_address[1]:04X}", f":{client.remote_address[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(theirs) and row[2].endswith(ours) and row[3] == ESTABLISHED for row in rows)


@asynccontextmanager
async def reading(url: str, tokens: Sequence[str]) -> AsyncIterator[list[Reader]]:
    """Members who take everything."""
    async with AsyncExitStack() as at_end:
        readers = [Reader(await at_end.enter_async_context(connected(url, token))) for token in tokens]
        for reader in readers:
            await at_end.enter_async_context(running(reader.read()))
        yield readers

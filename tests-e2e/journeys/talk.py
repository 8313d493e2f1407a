"""People who go on talking and listening whatever happens: they do what the web client does when things break."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from testkit.jobs import running

from journeys.people import Json, Person
from journeys.sockets import Client, NoAnswer

PASSING = ("unavailable", "too_many_requests", "not connected")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0


async def pause(attempt: int) -> None:
    """Ever longer, and never in step with others."""
    await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1))


@dataclass(slots=True)
class Speaker:
    """Writes so many messages a second and sends them one after another, each until it is acknowledged."""

    client: Client
    channel_id: str
    written: list[str] = field(default_factory=list)
    acknowledged: dict[str, Json] = field(default_factory=dict)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, a_second: float) -> None:
        """Write until cancelled."""
        while True:
            self.written.append(str(uuid4()))
            self._more.set()
            await asyncio.sleep(1 / a_second)

    async def send(self) -> None:
        """Send what is written until cancelled."""
        while True:
            self._more.clear()
            for client_id in self.written[len(self.acknowledged) :]:
                self.acknowledged[client_id] = await self._deliver(client_id)
            await self._more.wait()

    async def _deliver(self, client_id: str) -> Json:
        draft = {"channelId": self.channel_id, "content": f"message {client_id}", "clientMessageId": client_id}
        attempt = 0
        while True:
            try:
                answer = await self.client.ask("message:send", draft)
            except NoAnswer:
                answer = {"ok": False, "error": {"type": "not connected"}}
            if answer["ok"]:
                message: Json = answer["message"]
                return message
            assert answer["error"]["type"] in PASSING, answer
            await pause(attempt)
            attempt += 1


@dataclass(slots=True)
class Listener:
    """Takes in a channel: live messages, and after each connection what was missed until then."""

    client: Client
    channel_id: str
    view: dict[int, Json] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    live_ids: list[str] = field(default_factory=list)
    _taken: int = 0
    _synced: int = 0

    async def listen(self) -> None:
        """Listen until cancelled."""
        attempt = 0
        while True:
            self._take_in()
            connects = self.client.count("connect")
            if connects > self._synced and self.client.is_connected:
                if await self._catch_up():
                    self._synced, attempt = connects, 0
                else:
                    await pause(attempt)
                    attempt += 1
            await asyncio.sleep(0.02)

    async def _catch_up(self) -> bool:
        try:
            answer = await self.client.ask("sync", {"channels": {self.channel_id: self.complete_until}})
        except NoAnswer:
            return False
        assert answer["ok"] or answer["error"]["type"] in PASSING, answer
        return bool(answer["ok"])

    def _take_in(self) -> None:
        heard, self._taken = self.client.heard[self._taken :], len(self.client.heard)
        for event, (told, *_) in heard:
            if event == "message:receive":
                self.live_ids.append(told["message"]["id"])
                self._hold(told["message"])
            elif event == "sync answered" and told["ok"]:
                for message in told["channels"][self.channel_id]["messages"]:
                    self._hold(message)

    def _hold(self, message: Json) -> None:
        before = self.view.setdefault(message["seq"], message)
        assert before == message, f"two messages of one number: {before}, {message}"
        self.known.add(message["clientMessageId"])

    @property
    def complete_until(self) -> int:
        """The last number before the first gap."""
        number = 0
        while number + 1 in self.view:
            number += 1
        return number

    @property
    def messages(self) -> list[Json]:
        return [self.view[seq] for seq in sorted(self.view)]


@asynccontextmanager
async def listening(person: Person, channel_id: str, transport: str) -> AsyncIterator[Listener]:
    listener = Listener(await person.connect(transport, reopen=True), channel_id)
    async with running(listener.listen()):
        yield listener

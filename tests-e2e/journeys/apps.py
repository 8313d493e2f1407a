"""Programs on a stock socket.io-client that keep channels whole: where a connection was recovered they simply go on,
otherwise they ask for what they missed. What no such program should meet is noted."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from journeys.people import Json, Person
from journeys.sockets import Client, NoAnswer
from journeys.talk import PASSING, pause


@dataclass(slots=True)
class View:
    """A channel as the program shows it."""

    messages: list[Json] = field(default_factory=list)
    # What is missing is yet to be told; what is heard meanwhile waits.
    is_behind: bool = True
    early: list[Json] = field(default_factory=list)
    # The newest number that came live since the last connection that was not recovered.
    live_seq: int = 0
    faults: list[str] = field(default_factory=list)

    def begin_anew(self) -> None:
        self.is_behind, self.live_seq = True, 0

    def hear(self, message: Json) -> None:
        """A message comes live."""
        if message["seq"] <= self.live_seq:
            self.faults.append(f"{message['seq']} was told after {self.live_seq}")
        self.live_seq = max(self.live_seq, message["seq"])
        if self.is_behind:
            self.early.append(message)
        else:
            self._append(message)

    def catch_up(self, missed: Iterable[Json]) -> None:
        """What was missed is told; of what came early it may hold some already."""
        for message in missed:
            self._append(message)
        early, self.early = self.early, []
        for message in early:
            if message["seq"] > self.last_seq:
                self._append(message)
        self.is_behind = False

    def load(self, messages: list[Json]) -> None:
        """Everything is read anew."""
        self.messages = []
        self.catch_up(messages)

    def _append(self, message: Json) -> None:
        if message["seq"] != self.last_seq + 1:
            self.faults.append(f"{message['seq']} follows {self.last_seq}")
        if message["seq"] > self.last_seq:
            self.messages.append(message)

    @property
    def last_seq(self) -> int:
        return int(self.messages[-1]["seq"]) if self.messages else 0


@dataclass(slots=True)
class App:
    """One program of somebody's, and what became of its connections."""

    name: str
    person: Person
    client: Client
    views: dict[str, View]
    # How often it came back, by `recovered`, `synced` and `reset`.
    returns: Counter[str] = field(default_factory=Counter)
    # The gateway that it is connected to.
    url: str = ""
    # Seconds from the kill of its gateway until it heard something again.
    silences: list[float] = field(default_factory=list)
    _silent_since: float | None = None
    _is_back: bool = True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def faults(self) -> list[str]:
        return [f"{self.name}: {fault}" for view in self.views.values() for fault in view.faults]

    def holds(self, histories: Mapping[str, list[Json]]) -> bool:
        """Whether it shows exactly these messages."""
        return {channel_id: view.messages for channel_id, view in self.views.items()} == histories

    def orphaned(self) -> None:
        """Its gateway is killed just now."""
        self._silent_since, self._is_back = self._silent_since or time.monotonic(), False

    def hear(self, event: str, args: list[Any]) -> None:
        if event == "connect":
            _, _, recovered, self.url = args
            self._connected(recovered)
        elif event == "message:receive" and (view := self.views.get(args[0]["message"]["channelId"])):
            view.hear(args[0]["message"])
            self._end_silence()
        elif event == "sync answered" and args[0]["ok"]:
            self._caught_up(args[0]["channels"])
            self._end_silence()

    def _connected(self, recovered: bool) -> None:
        is_first, self._is_back = not self.client.count("disconnect"), True
        if not recovered:
            for view in self.views.values():
                view.begin_anew()
        if not is_first:
            self.returns["recovered" if recovered else "synced"] += 1
        self._wake.set()

    def _caught_up(self, told: Json) -> None:
        for channel_id, view in self.views.items():
            if view.is_behind and "messages" in told[channel_id]:
                view.catch_up(told[channel_id]["messages"])

    def _end_silence(self) -> None:
        if self._silent_since is not None and self._is_back:
            self.silences.append(time.monotonic() - self._silent_since)
            self._silent_since = None

    async def run(self) -> None:
        """Ask for what is missing, whenever something is, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            attempt = 0
            while self.client.is_connected and self._behind:
                if not await self._sync():
                    await pause(attempt)
                    attempt += 1

    @property
    def _behind(self) -> bool:
        return any(view.is_behind for view in self.views.values())

    async def _sync(self) -> bool:
        held = {channel_id: view.last_seq for channel_id, view in self.views.items()}
        try:
            answer = await self.client.ask("sync", {"channels": held})
        except NoAnswer:
            return False
        if not answer["ok"]:
            assert answer["error"]["type"] in PASSING, answer
            return False
        for channel_id, told in answer["channels"].items():
            if told.get("reset") and channel_id in self.views:
                self.returns["reset"] += 1
                self.views[channel_id].load(await self.person.everything(channel_id))
        return True


async def use(person: Person, channel_ids: Iterable[str], transport: str, urls: Sequence[str]) -> App:
    """A connected program of theirs that is to keep these channels whole."""
    client = await person.bridge.open(person.token, transport, reopen=True, urls=urls)
    app = App(f"{client.name} by {transport}", person, client, {channel_id: View() for channel_id in channel_ids})
    client.listener = app.hear
    await client.connected()
    return app

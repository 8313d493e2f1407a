"""What product tests talk with: people, a bare Socket.IO client, and services that do as they are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from testkit import Process, eventually, process

ANSWER_WITHIN = 20.0


@dataclass
class Talker:
    """One socket: what it heard, in order, and the answers to what it asked. Nothing is reconnected or repeated."""

    ws: aiohttp.ClientWebSocketResponse
    greeting: str = ""
    heard: list[tuple[str, Any]] = field(default_factory=list)
    # As a stock client keeps it: the last argument of the last event, if that is a text.
    offset: str | None = None
    acks: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for message in self.ws:
            await self._take(message.data)
        self.closed.set()

    async def _take(self, packet: str) -> None:
        if packet == "2":
            await self.ws.send_str("3")
        elif packet.startswith("42"):
            name, *args = json.loads(packet[2:])
            self.heard.append((name, args[0] if args else None))
            self.offset = args[-1] if args and isinstance(args[-1], str) else self.offset
        elif packet.startswith("43"):
            start = packet.index("[")
            self.acks.pop(int(packet[2:start])).set_result(json.loads(packet[start:])[0])
        elif packet.startswith(("40", "41", "44")):
            self.greeting = packet

    async def say(self, packet: str) -> None:
        await self.ws.send_str(packet)

    async def emit(self, name: str, *args: object) -> None:
        await self.say("42" + json.dumps([name, *args]))

    async def begin(self, name: str, *args: object) -> asyncio.Future[Any]:
        """Ask, and go on; the answer comes to the future."""
        number = len(self.heard) * 1000 + len(self.acks) + 1
        while number in self.acks:
            number += 1
        answer = self.acks[number] = asyncio.get_running_loop().create_future()
        await self.say(f"42{number}" + json.dumps([name, *args]))
        return answer

    async def ask(self, name: str, *args: object) -> Any:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await (await self.begin(name, *args))

    async def do(self, name: str, *args: object) -> Any:
        answer = await self.ask(name, *args)
        assert answer["ok"] is True, answer
        return answer

    def told(self, name: str) -> list[Any]:
        return [body for event, body in self.heard if event == name]

    async def hears(self, name: str, count: int = 1, within: float = ANSWER_WITHIN) -> Any:
        """The newest event of that name, once there are so many."""
        await eventually(lambda: len(self.told(name)) >= count, within)
        return self.told(name)[-1]

    async def caught_up(self) -> None:
        """Everything that the gateway told this socket until now is in `heard`."""
        await self.ask("nothing", {})

    @property
    def socket(self) -> dict[str, str]:
        """What it was let in with: its id, and its private id to come back with."""
        told: dict[str, str] = json.loads(self.greeting[2:])
        return told

    def going_on(self, token: str) -> str:
        """The CONNECT of a client that was this socket."""
        return "40" + json.dumps({"token": token, "pid": self.socket["pid"], "offset": self.offset})


@asynccontextmanager
async def talking(url: str, token: object, connect: str | None = None) -> AsyncIterator[Talker]:
    """A socket that was let in or refused, as its `greeting` says."""
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as http, http.ws_connect(address) as ws, asyncio.TaskGroup() as group:
        talker = Talker(ws)
        listening = group.create_task(talker.listen())
        await talker.say(connect or "40" + json.dumps({"token": token}))
        await eventually(lambda: talker.greeting or talker.closed.is_set(), ANSWER_WITHIN)
        try:
            yield talker
        finally:
            await ws.close()
            listening.cancel()


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody signed in. `await alice.ask("POST", "/api/workspaces", {...})` is (status, JSON)."""

    http: aiohttp.ClientSession
    url: str
    user_id: str
    email: str
    token: str

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, self.url + path, json=body, headers=headers) as answer:
            text = await answer.read()
            return answer.status, json.loads(text) if text else None

    async def made(self, method: str, path: str, body: Any = None) -> Any:
        status, told = await self.ask(method, path, body)
        assert status in (200, 201, 204), (status, told)
        return told


@dataclass(frozen=True, slots=True)
class House:
    """The running services behind one gateway."""

    gateway: Process
    messaging: Process
    presence: Process
    # What another gateway is told to be one of these.
    settings: Mapping[str, str]
    told: Mapping[str, str]
    # Where identity, which only listens here, was told that requests come from.
    forwarded: list[str]

    @asynccontextmanager
    async def another_gateway(self, **settings: str) -> AsyncIterator[Process]:
        async with process("gateway", settings={**self.settings, **settings}, **self.told) as gateway:
            yield gateway


@dataclass(frozen=True, slots=True)
class Team:
    """Two people of a workspace, a channel of both, and a stranger."""

    alice: Human
    bob: Human
    eve: Human
    workspace_id: str
    channel_id: str

    async def acquainted(self) -> None:
        """Returns once presence has heard that Alice, who is connected, and Bob share a workspace."""

        async def sees() -> bool:
            seen = await self.bob.made("GET", f"/api/presence?userIds={self.alice.user_id}")
            return bool(seen["presence"][0]["status"] == "online")

        await eventually(sees)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler, port: int = 0) -> AsyncIterator[str]:
    """A service that answers everything with `handler`; its base URL."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app = web.Application(client_max_size=0)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

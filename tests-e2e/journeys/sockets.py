"""Real socket.io clients of Node, one process for all of them, driven over its standard input and output."""

import asyncio
import itertools
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testkit import eventually

FOLDER = Path(__file__).parents[1] / "clients"
LONGEST_LINE = 16 * 1024 * 1024
TRANSPORTS = ("websocket", "polling")
# Beside these two a client can begin with polling and change to a websocket.
UPGRADE = "upgrade"
Payload = dict[str, Any]


class NoAnswer(Exception):
    """The client was not connected, or its question was not answered in time."""


@dataclass(slots=True)
class Client:
    """One socket.io client and everything it heard, in order."""

    name: str
    bridge: "Bridge"
    heard: list[tuple[str, list[Any]]] = field(default_factory=list)
    # Whoever wants to know at once is told of each event, too.
    listener: Callable[[str, list[Any]], None] | None = None

    async def ask(self, event: str, payload: object, within: float = 10) -> Payload:
        """Emit and wait for the acknowledgement, whatever it says; `NoAnswer` if none comes."""
        answer = await self.bridge.request("emit", client=self.name, event=event, args=[payload], within=within)
        assert isinstance(answer, dict), answer
        return answer

    async def do(self, event: str, payload: object) -> Payload:
        """Emit what must be done."""
        answer = await self.ask(event, payload)
        assert answer["ok"] is True, answer
        return answer

    async def say(self, channel_id: str, content: str, **more: object) -> Payload:
        """Send a message; the message as it was stored."""
        answer = await self.do("message:send", {"channelId": channel_id, "content": content, **more})
        message: Payload = answer["message"]
        return message

    def hear(self, event: str, args: list[Any]) -> None:
        self.heard.append((event, args))
        if self.listener:
            self.listener(event, args)

    def told(self, event: str) -> list[Payload]:
        """What came with each event of that name."""
        return [args[0] for name, args in self.heard if name == event]

    def joined(self, channel_id: str) -> list[Payload]:
        """The channel, as often as it was told that it is in it now."""
        return [told["channel"] for told in self.told("channel:joined") if told["channel"]["id"] == channel_id]

    def messages(self, channel_id: str) -> list[Payload]:
        """The channel's messages that it received, in order of their arrival."""
        received = [told["message"] for told in self.told("message:receive")]
        return [message for message in received if message["channelId"] == channel_id]

    def contents(self, channel_id: str) -> list[str]:
        return [message["content"] for message in self.messages(channel_id)]

    def count(self, event: str) -> int:
        return sum(name == event for name, _ in self.heard)

    @property
    def is_connected(self) -> bool:
        turns = [name for name, _ in self.heard if name in ("connect", "disconnect")]
        return bool(turns) and turns[-1] == "connect"

    async def connected(self, within: float = 30) -> "Client":
        """Itself, once it is let in."""
        await eventually(lambda: self.is_connected, within)
        return self

    async def refused(self) -> Payload:
        """Why it was not let in."""
        await eventually(lambda: self.count("connect_error"))
        message, data = next(args for name, args in reversed(self.heard) if name == "connect_error")
        assert not self.is_connected
        return {"message": message, "data": data}

    async def wire(self) -> tuple[str, int]:
        """What its WebSocket agreed on about frames, and the bytes it received so far."""
        answer = await self.bridge.request("wire", client=self.name)
        assert isinstance(answer, dict), answer
        return answer["extensions"], answer["received"]

    async def cut(self) -> None:
        """Break the connection without a word."""
        await self.bridge.request("cut", client=self.name)

    async def leave(self) -> None:
        """The same, and stay away until `connect`."""
        await self.bridge.request("leave", client=self.name)
        await eventually(lambda: not self.is_connected)

    async def disconnect(self) -> None:
        await self.bridge.request("disconnect", client=self.name)
        await eventually(lambda: not self.is_connected)

    async def connect(self) -> None:
        """Come back after `disconnect` or `leave`."""
        await self.bridge.request("connect", client=self.name)
        await self.connected()

    async def use(self, token: str) -> None:
        """Show another access token from the next connection on."""
        await self.bridge.request("token", client=self.name, token=token)

    async def close(self) -> None:
        await self.bridge.request("close", client=self.name)
        self.bridge.clients.pop(self.name, None)


@dataclass(slots=True)
class Bridge:
    """The Node process in which the clients live."""

    process: Process
    url: str
    clients: dict[str, Client] = field(default_factory=dict)
    _waiting: dict[int, asyncio.Future[object]] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    async def open(
        self, token: str | None, transport: str = "websocket", reopen: bool = False, urls: Sequence[str] = ()
    ) -> Client:
        """A client that connects; `reopen` makes it come back by itself, as the web client does.

        Of several gateways (`urls`) it takes the first, and each time it has to come back the next.
        """
        client = Client(f"client {next(self._ids)}", self)
        self.clients[client.name] = client
        transports = ["polling", "websocket"] if transport == UPGRADE else [transport]
        await self.request(
            "open", client=client.name, urls=[*urls] or [self.url], token=token, transports=transports, reopen=reopen
        )  # fmt: skip
        return client

    async def request(self, request: str, **rest: object) -> object:
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": number, "request": request, **rest}).encode() + b"\n")
        async with asyncio.timeout(30):
            return await answer

    async def listen(self) -> None:
        """Take in what the clients answer and hear, until the process ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self._hear(json.loads(line))

    def _hear(self, line: Mapping[str, Any]) -> None:
        client = self.clients.get(line.get("client", ""))
        if "id" not in line:
            if client:
                client.hear(line["event"], line["args"])
            return
        if client:
            client.hear(f"{line['event']} answered", [line["answer"]])
        waiting = self._waiting.pop(line["id"])
        if waiting.done():
            return
        if "error" in line:
            waiting.set_exception(NoAnswer(line["error"]))
        else:
            waiting.set_result(line["answer"])


async def install() -> None:
    """Fetch the clients' packages unless they are there."""
    if all((FOLDER / "node_modules" / name).exists() for name in ("socket.io-client", "tus-js-client")):
        return
    process = await asyncio.create_subprocess_exec("npm", "ci", cwd=FOLDER, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(120):
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


@asynccontextmanager
async def bridge(url: str) -> AsyncIterator[Bridge]:
    """A process for clients of the product at this address; they are all gone when the block is left."""
    await install()
    process = await asyncio.create_subprocess_exec(
        "node", "client.mjs", cwd=FOLDER, stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE
    )  # fmt: skip
    made = Bridge(process, url)
    async with asyncio.TaskGroup() as group:
        group.create_task(made.listen())
        try:
            yield made
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with suppress(ProcessLookupError):
                async with asyncio.timeout(10):
                    await process.wait()

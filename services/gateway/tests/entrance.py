"""The gateway's way in, with a messaging that answers when and what a test wants, and events as topics bring them."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiokafka import TopicPartition
from chassis.tokens import TokenVerifier
from eventbus import Event, Seen, Tombstone, topic_of
from gateway.arrivals import Arrivals, Revocations
from gateway.channels import Channels
from gateway.endpoints import Peer
from gateway.handlers import REPLAYED, Feed
from gateway.namespaces import Namespace
from gateway.packets import Json
from gateway.passes import Passes
from gateway.people import Client, Person
from gateway.places import Places
from gateway.recent import Recent
from gateway.server import SocketServer
from gateway.sessions import Reason, Session
from gateway.sockets import Ack, SocketLimits
from gateway.upstreams import Upstream
from nexus.messaging.v1.channel_event_pb2 import Channel, ChannelEvent, MemberJoined, MemberLeft, Message, MessagePosted
from talking import answering
from testkit import Issuer, eventually
from uuid_utils.compat import uuid7

SECRET = "between-us"


@dataclass
class Hall:
    """The gateway's entrance, with a messaging whose answer a test may hold back."""

    tokens: Issuer
    server: SocketServer[Person]
    clients: Namespace[Person]
    channels: Channels
    arrivals: Arrivals
    feed: Feed
    state: dict[str, Any] = field(default_factory=lambda: {"channels": [], "workspaceIds": []})
    status: int = 200
    asked: list[str] = field(default_factory=list)
    offsets: Counter[TopicPartition] = field(default_factory=Counter)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.headers["Authorization"] != f"Internal {SECRET}":
            return web.json_response({"type": "unauthenticated"}, status=401)
        told = self.state
        await self.may_answer.wait()
        return web.json_response(told, status=self.status)

    def knock(self, token: object, **auth: object) -> "Guest":
        session = self.server.engine.open(Peer("127.0.0.1", "tests"))
        session.next_payload()
        guest = Guest(session)
        guest.say("40" + json.dumps({"token": token, **auth}))
        return guest

    async def admitted(self, token: str, **auth: object) -> "Guest":
        guest = self.knock(token, **auth)
        assert (await guest.told()).startswith("40{"), guest.heard
        return guest

    async def tell(self, *events: Any) -> None:
        await self.feed.take([self._seen(type(event), event, event.SerializeToString()) for event in events])

    async def tell_gone(self, event_type: type[Event], *keys: str) -> None:
        await self.feed.take([self._seen(event_type, Tombstone(key), b"") for key in keys])

    def _seen(self, event_type: type[Event], event: Event | Tombstone, value: bytes) -> Seen:
        """As the next record of its topic, all of which are in one partition here."""
        place = TopicPartition(topic_of(event_type).name, 0)
        self.offsets[place] += 1
        return Seen(event_type, event, (), place, self.offsets[place] - 1, value)


@dataclass
class Guest:
    """A client of the entrance, by polling."""

    session: Session
    heard: list[str] = field(default_factory=list)

    def say(self, packet: str) -> None:
        self.session.receive(packet)

    def listen(self) -> list[str]:
        self.heard += [each for each in (self.session.next_payload() or b"").decode().split("\x1e") if each]
        return self.heard

    async def told(self) -> str:
        """The answer to CONNECT."""
        await eventually(lambda: any(each[:2] in ("40", "44") for each in self.listen()))
        return next(each for each in self.heard if each[:2] in ("40", "44"))

    async def refusal(self) -> dict[str, Any]:
        answer = await self.told()
        assert answer.startswith("44"), answer
        refused: dict[str, Any] = json.loads(answer[2:])
        return refused

    def events(self) -> list[str]:
        """Names of what it heard, beside how far the stream is."""
        names = [json.loads(each[2:])[0] for each in self.listen() if each.startswith("42")]
        return [name for name in names if name != "offset"]


@asynccontextmanager
async def open_hall(tokens: Issuer) -> AsyncIterator[Hall]:
    async def connect(socket: Client, auth: dict[str, Json]) -> Person:
        return await arrivals.admit(socket, auth)

    async def ignore(socket: Client, name: str, args: list[Json], ack: Ack[Person] | None) -> None:
        """These clients only come."""

    async def disconnect(socket: Client, reason: Reason) -> None:
        channels.forget(socket)

    clients: Namespace[Person] = Namespace("/", on_connect=connect, on_event=ignore, on_disconnect=disconnect)
    server = SocketServer([clients], limits=SocketLimits(handler_deadline=5.0))
    channels, revocations = Channels(), Revocations()
    verifier = TokenVerifier(tokens.jwks_url, tokens.issuer, tokens.audience)
    async with aiohttp.ClientSession() as http:
        found: list[Hall] = []
        async with answering(lambda request: found[0].answer(request)) as url:
            recent = Recent(REPLAYED)
            arrivals = Arrivals(
                verifier, Places(Upstream(http, url, SECRET)), channels, revocations, recent, Passes(SECRET),
                sockets_per_user=3,
            )  # fmt: skip
            feed = Feed(clients, channels, recent, arrivals, revocations)
            found.append(made := Hall(tokens, server, clients, channels, arrivals, feed))
            made.may_answer.set()
            yield made
            await server.drain(0.1)
    assert len(channels) == 0
    assert arrivals.settling == ()


def a_channel(channel_id: str, last_seq: int = 0) -> dict[str, Any]:
    return {"id": channel_id, "name": "plans", "lastSeq": last_seq}


def somebody() -> str:
    return str(uuid7())


def posted(channel_id: str, seq: int) -> ChannelEvent:
    message = Message(id=somebody(), channel_id=channel_id, seq=seq, content="hello", attachments="[]", reactions="{}")
    return ChannelEvent(channel_id=channel_id, message_posted=MessagePosted(message=message))


def left(channel_id: str, user_id: str) -> ChannelEvent:
    return ChannelEvent(channel_id=channel_id, member_left=MemberLeft(user_id=user_id))


def joined(channel_id: str, user_id: str, last_seq: int = 0) -> ChannelEvent:
    channel = Channel(id=channel_id, name="plans", type="public")
    return ChannelEvent(
        channel_id=channel_id, member_joined=MemberJoined(user_id=user_id, channel=channel, last_seq=last_seq)
    )

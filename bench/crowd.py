"""Rooms full of sockets, the ways a message gets into one, and a load that keeps some under way."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import orjson
from eventbus import Producer, Record
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from sockets import Listener, masked_frame
from testkit import eventually
from uuid_utils.compat import uuid7

CONTENT = "x" * 200
# All numbers have as many digits, so that all messages have the same size.
FIRST_SEQ = 1_000_000


@dataclass(slots=True)
class Room:
    """A channel with its members' sockets on one server. The first only listens; the others take turns to send."""

    channel_id: str
    members: list[Listener]
    senders: Iterator[Listener] = field(init=False)

    def __post_init__(self) -> None:
        self.senders = cycle(self.members[1:])


@dataclass(frozen=True, slots=True)
class Way:
    """One way for a message into a room; what the event is called by which its members get it, and how many do."""

    event: str
    send: Callable[[Room], None]
    audience: Callable[[Room], int]


def everybody(room: Room) -> int:
    return len(room.members)


def others(room: Room) -> int:
    return len(room.members) - 1


def by_socket(event: str, **body: str) -> Callable[[Room], None]:
    """A member says it on its own socket."""
    frames: dict[str, bytes] = {}

    def send(room: Room) -> None:
        frame = frames.get(room.channel_id)
        if frame is None:
            said = orjson.dumps([event, {"channelId": room.channel_id, **body}])
            frame = frames[room.channel_id] = masked_frame(b"42" + said)
        next(room.senders).transport.write(frame)

    return send


class Publisher:
    """Puts messages on Kafka as messaging's outbox relay does: what has gathered, in order, confirmed."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._waiting: list[Record] = []
        self._woken = asyncio.Event()
        self._seq = FIRST_SEQ

    def post(self, room: Room) -> None:
        self._seq += 1
        event = ChannelEvent(channel_id=room.channel_id)
        event.meta.id = str(uuid7())
        message = event.message_posted.message
        message.id, message.channel_id, message.user_id = event.meta.id, room.channel_id, event.meta.id
        message.content, message.content_type, message.seq = CONTENT, "text", self._seq
        message.attachments, message.reactions = "[]", "{}"
        message.created_at.GetCurrentTime()
        message.updated_at.CopyFrom(message.created_at)
        self._waiting.append(Record("messaging.channels", room.channel_id.encode(), event.SerializeToString()))
        self._woken.set()

    async def run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            records, self._waiting = self._waiting, []
            await self._producer.publish(records)


class Load:
    """Keeps some messages under way in a room: whenever its first member hears one, another is sent."""

    def __init__(self, room: Room, way: Way, under_way: int) -> None:
        self._room, self._way, self._under_way = room, way, under_way
        self._is_on = True
        self._sent = 0

    @property
    def deliveries(self) -> int:
        return self._sent * self._way.audience(self._room)

    def start(self) -> None:
        self._room.members[0].heard = self._heard
        self._send(self._under_way)

    def stop(self) -> None:
        self._is_on = False

    def _send(self, number: int) -> None:
        self._sent += number
        for _ in range(number):
            self._way.send(self._room)

    def _heard(self, messages: int) -> None:
        if self._is_on:
            self._send(messages)


def received(rooms: Sequence[Room]) -> int:
    """Messages that came to all members so far, of the kind that is expected."""
    return sum(member.received for room in rooms for member in room.members)


async def message_size(room: Room, way: Way) -> int:
    """Bytes of one message on the wire to one member."""
    member = room.members[0]
    before = member.received_bytes
    way.send(room)
    await asyncio.sleep(0.5)
    return member.received_bytes - before


def expect(rooms: Sequence[Room], way: Way) -> None:
    for room in rooms:
        for member in room.members:
            member.expect(way.event)


async def deliver(rooms: Sequence[Room], way: Way, under_way: int, seconds: float) -> int:
    """Load all rooms for a while; how many deliveries were made. Every message must come, and not one more."""
    expect(rooms, way)
    loads = [Load(room, way, under_way) for room in rooms]
    before = received(rooms)
    for load in loads:
        load.start()
    await asyncio.sleep(seconds)
    for load in loads:
        load.stop()
    deliveries = sum(load.deliveries for load in loads)
    await eventually(lambda: received(rooms) >= before + deliveries, within=20)
    if received(rooms) != before + deliveries:
        raise RuntimeError("more came than was sent")
    return deliveries

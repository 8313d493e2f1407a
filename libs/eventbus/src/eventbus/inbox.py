"""What a service has already heard: an event takes effect once, however often Kafka delivers it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Event

from eventbus.errors import InvalidEvent
from eventbus.outbox import ID_HEADER, Db

CLAIM = "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
# An event can come again as long as its record, its dead letter and then the replayed record are kept: 7 + 28 + 7 days.
FORGET = "DELETE FROM inbox WHERE claimed_at < now() - interval '45 days'"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A key of a compacted topic is no more. Handle it by listing `Tombstone` among a topic's handlers."""

    key: str
    id: str = ""


Handler = Callable[[Any, Db], Awaitable[None]]
# Payload type (or Tombstone) -> what to do; the handler gets the whole event and the transaction it runs in.
Handlers = Mapping[type, Handler]
# What one service listens to: its handlers per event type.
Consumes = Mapping[type[Event], Handlers]


def read(
    event_type: type[Event], key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
) -> Event | Tombstone:
    """What a record says; `InvalidEvent` if it says nothing."""
    if value is not None:
        return decode(event_type, value)
    try:
        return Tombstone((key or b"").decode(), (dict(headers).get(ID_HEADER) or b"").decode())
    except UnicodeDecodeError as error:
        raise InvalidEvent(f"a tombstone of no key: {error}") from error


def decode(event_type: type[Event], value: bytes) -> Event:
    """The event in a record; `InvalidEvent` if the bytes are none or it lacks its id."""
    try:
        event = event_type.FromString(value)
    except DecodeError as error:
        raise InvalidEvent(f"not a {event_type.DESCRIPTOR.full_name}: {error}") from error
    if not event.meta.id:  # type: ignore[attr-defined]
        raise InvalidEvent("the event has no id")
    return event


async def deliver(event: Event | Tombstone, handlers: Handlers, pool: asyncpg.Pool, consumer: str) -> bool:
    """Give the event to its handler; True if it took effect now, False if nobody cares or it had been handled."""
    handler = handlers.get(_kind(event))
    if handler is None:
        return False
    async with pool.acquire(timeout=10) as db, db.transaction():
        event_id = _id(event)
        if event_id and not await db.fetchval(CLAIM, consumer, event_id):
            return False
        await handler(event, db)
        return True


async def forget_old(pool: asyncpg.Pool) -> None:
    """Drop claims older than any record Kafka still keeps."""
    await pool.execute(FORGET)


def _id(event: Event | Tombstone) -> str:
    return event.id if isinstance(event, Tombstone) else str(event.meta.id)  # type: ignore[attr-defined]


def _kind(event: Event | Tombstone) -> type:
    if isinstance(event, Tombstone):
        return Tombstone
    payload = event.WhichOneof("payload")
    return type(getattr(event, payload)) if payload else type(None)

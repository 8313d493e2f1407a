"""What a service has already heard: an event takes effect once, however often Kafka delivers it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Event

from eventbus.errors import InvalidEvent
from eventbus.outbox import Db

CLAIM = "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
FORGET = "DELETE FROM inbox WHERE claimed_at < now() - interval '14 days'"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A key of a compacted topic is no more. Handle it by listing `Tombstone` among a topic's handlers."""

    key: str


Handler = Callable[[Any, Db], Awaitable[None]]
# Payload type (or Tombstone) -> what to do; the handler gets the whole event and the transaction it runs in.
Handlers = Mapping[type, Handler]
# What one service listens to: its handlers per event type.
Consumes = Mapping[type[Event], Handlers]


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
        if isinstance(event, Event) and not await db.fetchval(CLAIM, consumer, event.meta.id):  # type: ignore[attr-defined]
            return False
        await handler(event, db)
        return True


async def forget_old(pool: asyncpg.Pool) -> None:
    """Drop claims older than any record Kafka still keeps."""
    await pool.execute(FORGET)


def _kind(event: Event | Tombstone) -> type:
    if isinstance(event, Tombstone):
        return Tombstone
    payload = event.WhichOneof("payload")
    return type(getattr(event, payload)) if payload else type(None)

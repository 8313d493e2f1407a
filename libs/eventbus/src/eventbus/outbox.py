"""What a service will say: rows written with the change they announce, published by one relay at a time."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import orjson
from google.protobuf.message import Message as Event
from opentelemetry import propagate
from uuid_utils import uuid7

from eventbus.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_PUBLISHED, RELAY_FAILURES
from eventbus.producer import Producer, PublishFailed, Record
from eventbus.retry import Backoff
from eventbus.topics import topic_of

log = logging.getLogger(__name__)
Db = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

BATCH = 1_000
# What a database that stops, starts or is killed in the middle of a command looks like from here.
DATABASE_GONE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# Where a tombstone, which has no body, carries its id.
ID_HEADER = "nexus-event-id"
# A wake-up can be lost with its connection, so the relay looks by itself this often, in seconds.
POLL = 0.5

INSERT = """
    INSERT INTO outbox (topic, key, value, headers)
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::jsonb[])
"""
SELECT = "SELECT id, topic, key, value, headers, created_at FROM outbox WHERE id > $2 ORDER BY id LIMIT $1"
# How far behind the newest published row commits that come late are looked for at every turn.
OVERLAP = 5_000
# Held until the end of the transaction: one relay at a time per database, and none after its connection is gone.
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('outbox relay'))"


async def append(db: Db, *events: Event, actor_id: str = "") -> None:
    """Record events; the relay publishes them once this transaction commits, in the order of these calls.

    For one key to be one order, append while holding the lock of the aggregate (its row `FOR UPDATE`).
    """
    headers = trace_headers()
    await _insert(db, [(*_record(event, actor_id), headers) for event in events])


async def tombstone(db: Db, event_type: type[Event], key: str) -> None:
    """Record that a key of a compacted topic is no more."""
    topic = topic_of(event_type)
    if not topic.compacted:
        raise ValueError(f"{topic.name} is not compacted: a tombstone says nothing there")
    # Without an id a tombstone that is delivered again would undo what came after it.
    await _insert(db, [(topic.name, key.encode(), None, trace_headers({ID_HEADER: str(uuid7())}))])


def trace_headers(more: Mapping[str, str] | None = None) -> str:
    carrier = dict(more or {})
    propagate.inject(carrier)
    return orjson.dumps(carrier).decode()


def _record(event: Event, actor_id: str) -> tuple[str, bytes, bytes]:
    topic = topic_of(type(event))
    meta = event.meta  # type: ignore[attr-defined]
    meta.id = str(uuid7())
    meta.occurred_at.GetCurrentTime()
    meta.actor_id = meta.actor_id or actor_id
    return topic.name, getattr(event, topic.key).encode(), event.SerializeToString()


async def _insert(db: Db, rows: Sequence[tuple[str, bytes, bytes | None, str]]) -> None:
    if not db.is_in_transaction():
        raise RuntimeError("an event belongs in the transaction of the change it announces")
    if rows:
        await db.execute(INSERT, *(list(column) for column in zip(*rows, strict=True)))


@dataclass(slots=True)
class Place:
    """Where a relay looks on.

    Removed rows stay in the index until PostgreSQL tidies up, and to pass over all of them at every turn costs more
    than to publish. So it looks from a little behind its last row, and at everything twice a second.
    """

    published: int = 0
    looked_at_all: float = 0.0

    def above(self) -> int:
        """The id above which to look now."""
        if time.monotonic() - self.looked_at_all < POLL:
            return self.published - OVERLAP
        self.looked_at_all = time.monotonic()
        return 0


async def relay(pool: asyncpg.Pool, producer: Producer) -> None:
    """Publish the outbox for as long as this runs; failures wait with back-off and are retried for ever."""
    waits = Backoff(most=1.0)
    while True:
        try:
            async with pool.acquire(timeout=10) as listener:
                await _relay_with(listener, pool, producer, waits)
        except (*DATABASE_GONE, PublishFailed) as error:
            RELAY_FAILURES.inc()
            seconds = next(waits)
            log.warning("the outbox relay tries again in %.1f s: %r", seconds, error)
            await asyncio.sleep(seconds)


async def _relay_with(listener: Db, pool: asyncpg.Pool, producer: Producer, waits: Backoff) -> None:
    woken = asyncio.Event()
    lost = asyncio.Event()
    wake, place = _setter(woken), Place()
    await listener.add_listener("outbox", wake)
    listener.add_termination_listener(_setter(lost, woken))
    try:
        while not lost.is_set():
            woken.clear()
            while await publish_batch(pool, producer, place):
                waits.reset()
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), POLL)
        raise ConnectionError("the connection that listens for new events was lost")
    finally:
        if not listener.is_closed():
            await listener.remove_listener("outbox", wake)


def _setter(*flags: asyncio.Event) -> Callable[..., None]:
    def set_all(*_: object) -> None:
        for flag in flags:
            flag.set()

    return set_all


async def publish_batch(pool: asyncpg.Pool, producer: Producer, place: Place | None = None) -> int:
    """Publish the oldest waiting events and remove them; the number published, 0 if none wait or another relays.

    No row is ever passed for good: one that commits late is found among those just behind, or when all are looked at.
    """
    async with pool.acquire(timeout=10) as db, db.transaction():
        if not await db.fetchval(TAKE_TURN):
            return 0
        rows = await db.fetch(SELECT, BATCH, place.above() if place else 0)
        OUTBOX_OLDEST_SECONDS.set((datetime.now(UTC) - rows[0]["created_at"]).total_seconds() if rows else 0)
        if not rows:
            return 0
        await producer.publish([_as_record(row) for row in rows])
        await db.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [row["id"] for row in rows])
    if place:
        place.published = max(place.published, rows[-1]["id"])
    for row in rows:
        OUTBOX_PUBLISHED.labels(row["topic"]).inc()
    return len(rows)


def _as_record(row: asyncpg.Record) -> Record:
    headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"]).items()]
    return Record(row["topic"], row["key"], row["value"], headers)

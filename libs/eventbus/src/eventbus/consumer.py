"""The consumer loop of a service: one group, the offset committed only after the work."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from eventbus import dead_letters, tracing
from eventbus.deadlines import CutShort, bounded
from eventbus.errors import InvalidEvent
from eventbus.inbox import Consumes, deliver, forget_old, read
from eventbus.metrics import CONSUMED, CONSUMER_RESTARTS, CONSUMER_RETRIES, HANDLING_SECONDS
from eventbus.outbox import DATABASE_GONE
from eventbus.producer import Producer, PublishFailed
from eventbus.reading import POLL_DEADLINE, ReaderSilent, Watch, reader
from eventbus.retry import Backoff
from eventbus.topics import event_type_of, topic_of

log = logging.getLogger(__name__)
BATCH = 200
FORGET_EVERY = 3600.0


@dataclass(slots=True)
class Waiting:
    """A partition whose next event failed: it waits, the others go on."""

    backoff: Backoff = field(default_factory=Backoff)
    until: float = 0.0


@dataclass(slots=True)
class Consumer:
    """Gives the events of some topics to their handlers, for ever.

    Two outcomes only: `InvalidEvent` goes to the dead letters and the partition goes on; anything else is tried
    again with back-off while that partition waits.
    """

    kafka_url: str
    consumes: Consumes
    pool: asyncpg.Pool
    producer: Producer
    group: str
    # The name of this process among those of its group, the same after a restart: then it takes its own place again at
    # once, rather than wait until the group has given up on its former self. Empty: it has none.
    member: str = ""
    waiting: dict[TopicPartition, Waiting] = field(default_factory=dict)
    forgot_at: float = 0.0

    async def run(self) -> None:
        """Read until cancelled; a client that breaks or goes silent is replaced with back-off."""
        waits = Backoff(most=1.0)
        while True:
            try:
                async with reader(self._client()) as client:
                    await self._read(client, waits)
            except (KafkaError, OSError, TimeoutError, ReaderSilent, CutShort, PublishFailed) as error:
                CONSUMER_RESTARTS.labels(self.group).inc()
                seconds = next(waits)
                log.warning("consumer %s starts anew in %.1f s: %r", self.group, seconds, error)
                await asyncio.sleep(seconds)

    def _client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            *(topic_of(event_type).name for event_type in self.consumes),
            bootstrap_servers=self.kafka_url,
            group_id=self.group,
            group_instance_id=self.member or None,
            client_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            request_timeout_ms=10_000,
            retry_backoff_ms=100,
            fetch_max_wait_ms=500,
            metadata_max_age_ms=30_000,
        )

    async def _read(self, client: AIOKafkaConsumer, waits: Backoff) -> None:
        self.waiting.clear()
        watch = Watch(self.group)
        while True:
            self._resume(client)
            batches = await bounded(client.getmany(timeout_ms=200, max_records=BATCH), POLL_DEADLINE)
            for partition, records in batches.items():
                await self._handle_in_order(client, partition, records)
            if batches:
                waits.reset()
            await watch.look(client, bool(batches), self.waiting)
            await self._forget_sometimes()

    async def _handle_in_order(
        self, client: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        done = None
        for record in records:
            if not await self._handled(record):
                self._wait(client, partition, record.offset)
                break
            done = record.offset + 1
            self.waiting.pop(partition, None)
        if done is not None and partition in client.assignment():
            await bounded(client.commit({partition: done}), POLL_DEADLINE)

    async def _handled(self, record: ConsumerRecord) -> bool:
        with tracing.continued(record.headers), HANDLING_SECONDS.labels(self.group, record.topic).time():
            try:
                await self._deliver(record)
            except InvalidEvent as error:
                await dead_letters.bury(self.producer, record, self.group, str(error))
            except Exception:
                # Not yet: whatever failed (the database, a bug) is tried again, and the partition keeps its order.
                CONSUMER_RETRIES.labels(self.group, record.topic).inc()
                log.exception("%s will try %s/%s@%s again", self.group, record.topic, record.partition, record.offset)
                return False
        CONSUMED.labels(self.group, record.topic).inc()
        return True

    async def _deliver(self, record: ConsumerRecord) -> None:
        event_type = event_type_of(record.topic)
        handlers = self.consumes[event_type]
        event = read(event_type, record.key, record.value, record.headers)
        await deliver(event, handlers, self.pool, self.group)

    def _wait(self, client: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        if partition not in client.assignment():
            return
        waiting = self.waiting.setdefault(partition, Waiting())
        waiting.until = time.monotonic() + next(waiting.backoff)
        client.seek(partition, offset)
        client.pause(partition)

    def _resume(self, client: AIOKafkaConsumer) -> None:
        now = time.monotonic()
        due = [p for p in client.paused() if p not in self.waiting or self.waiting[p].until <= now]
        if due:
            client.resume(*due)

    async def _forget_sometimes(self) -> None:
        if time.monotonic() - self.forgot_at > FORGET_EVERY:
            self.forgot_at = time.monotonic()
            with suppress(*DATABASE_GONE):  # the next hour will do
                await forget_old(self.pool)

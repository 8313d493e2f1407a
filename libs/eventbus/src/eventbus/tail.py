"""Reading whole topics from now on, without a group: for gateways, each of which must see everything."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from eventbus.deadlines import CutShort, bounded
from eventbus.errors import InvalidEvent
from eventbus.inbox import Tombstone, read
from eventbus.metrics import CONSUMED, CONSUMER_RESTARTS, DEAD_LETTERS
from eventbus.reading import LOOK_DEADLINE, POLL_DEADLINE, ReaderSilent, Watch, reader
from eventbus.retry import Backoff
from eventbus.topics import Event, event_type_of, topic_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as a tail passes it on; `event_type` is what its topic carries, also when it is a tombstone."""

    event_type: type[Event]
    event: Event | Tombstone
    headers: Sequence[tuple[str, bytes]]
    place: TopicPartition
    offset: int
    value: bytes = b""


@dataclass(frozen=True, slots=True)
class Lookback:
    """From where a new tail reads a topic: so many seconds ago, but at most the newest `records` of each partition."""

    seconds: float
    records: int | None = None


@dataclass(slots=True)
class Tail:
    """Passes on every event of some topics that is published after it is `ready`, and what `lookback` asks for before.

    `on_events` gets them per partition, in order. `on_gap` is called when records were lost to it (Kafka's data is gone
    or was wiped): whoever relies on the stream must then read its state anew. `on_start` is told from which offset on
    each partition is passed on: in the beginning, and after a gap.
    """

    kafka_url: str
    event_types: Sequence[type[Event]]
    on_events: Callable[[Sequence[Seen]], Awaitable[None]]
    on_gap: Callable[[], Awaitable[None]]
    name: str = "tail"
    # Topics of which what happened lately still matters to a new tail.
    lookback: Mapping[type[Event], Lookback] = field(default_factory=dict)
    on_start: Callable[[Mapping[TopicPartition, int]], None] | None = None
    # Set once everything that was there when it came has been passed on.
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    # Partitions whose past is still being read, and where it ends.
    _past: dict[TopicPartition, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Read until cancelled; a client that breaks or goes silent is replaced, and goes on where the last stood."""
        waits = Backoff(most=1.0)
        while True:
            try:
                async with reader(self._client()) as client:
                    await self._take_place(client)
                    await self._read(client, waits)
            except (KafkaError, OSError, TimeoutError, ReaderSilent, CutShort) as error:
                CONSUMER_RESTARTS.labels(self.name).inc()
                seconds = next(waits)
                log.warning("%s starts anew in %.1f s: %r", self.name, seconds, error)
                await asyncio.sleep(seconds)

    def _client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self.kafka_url,
            client_id=self.name,
            enable_auto_commit=False,
            auto_offset_reset="none",  # a place that is gone is a gap, not a reason to go on elsewhere
            request_timeout_ms=5_000,
            retry_backoff_ms=100,
            fetch_max_wait_ms=500,
            metadata_max_age_ms=30_000,
        )

    async def _take_place(self, client: AIOKafkaConsumer) -> None:
        partitions = [
            TopicPartition(topic.name, number)
            for topic in map(topic_of, self.event_types)
            for number in range(topic.partitions)
        ]
        client.assign(partitions)
        begins = await bounded(client.beginning_offsets(partitions), LOOK_DEADLINE)
        ends = await bounded(client.end_offsets(partitions), LOOK_DEADLINE)
        starts = await bounded(self._lately(client, ends), LOOK_DEADLINE)
        known = {partition: self.positions.get(partition, starts[partition]) for partition in partitions}
        lost = {partition for partition in partitions if not begins[partition] <= known[partition] <= ends[partition]}
        known |= {partition: ends[partition] for partition in lost}
        for partition in partitions:
            client.seek(partition, known[partition])
        if lost:
            log.error("%s: records were lost between two connections to Kafka", self.name)
            await self.on_gap()
        if self.on_start is not None and (lost or not self.positions):
            self.on_start(known)
        self.positions = known  # only now: a gap that could not be told is found again
        if not self.ready.is_set():
            self._past = ends
            self._look_whether_ready()

    async def _lately(self, client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Where to begin in each partition."""
        wanted = {topic_of(event_type).name: lookback for event_type, lookback in self.lookback.items()}
        now = time.time()
        times = {
            partition: round((now - wanted[partition.topic].seconds) * 1000)
            for partition in ends
            if partition.topic in wanted
        }
        found = await client.offsets_for_times(times) if times else {}
        starts = dict(ends)
        for partition, place in found.items():
            if place is not None:
                most = wanted[partition.topic].records
                starts[partition] = place.offset if most is None else max(place.offset, ends[partition] - most)
        return starts

    def _look_whether_ready(self) -> None:
        self._past = {partition: end for partition, end in self._past.items() if self.positions[partition] < end}
        if not self._past:
            self.ready.set()

    async def _read(self, client: AIOKafkaConsumer, waits: Backoff) -> None:
        watch = Watch(self.name)
        while True:
            batches = await bounded(client.getmany(timeout_ms=500, max_records=2_000), POLL_DEADLINE)
            for partition, records in batches.items():
                await self.on_events([seen for record in records if (seen := self._decoded(record, partition))])
                self.positions[partition] = records[-1].offset + 1
                CONSUMED.labels(self.name, partition.topic).inc(len(records))
            if batches:
                waits.reset()
                if self._past:
                    self._look_whether_ready()
            await watch.look(client, bool(batches))

    def _decoded(self, record: ConsumerRecord, place: TopicPartition) -> Seen | None:
        try:
            event_type = event_type_of(record.topic)
            event = read(event_type, record.key, record.value, record.headers)
            return Seen(event_type, event, record.headers, place, record.offset, record.value or b"")
        except InvalidEvent as error:
            # Its owner's consumers bury it; a tail only passes on what can be shown.
            DEAD_LETTERS.labels(self.name, record.topic).inc()
            log.error("%s skips %s/%s@%s: %s", self.name, record.topic, record.partition, record.offset, error)
            return None

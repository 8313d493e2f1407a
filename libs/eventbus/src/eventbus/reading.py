"""What every reader of topics needs: a fresh client, and the watch that notices when one has gone silent."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from eventbus.deadlines import CutShort, bounded
from eventbus.metrics import CONSUMER_LAG

# Longer than a group waits for a member that died, since a start waits for its group.
START_DEADLINE = 10.0
STOP_DEADLINE = 3.0
POLL_DEADLINE = 15.0
LOOK_DEADLINE = 5.0
WATCH_EVERY = 1.5
STRIKES = 2


class ReaderSilent(Exception):
    """The topic grows but the client returns nothing (aiokafka issue 703): replace it."""


@asynccontextmanager
async def reader(client: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    """A started client that is stopped in the end, both within deadlines."""
    try:
        await bounded(client.start(), START_DEADLINE)
        yield client
    finally:
        with suppress(KafkaError, OSError, TimeoutError, CutShort):
            await bounded(client.stop(), STOP_DEADLINE)


@dataclass(slots=True)
class Watch:
    """Compares where a reader stands with where its topics end."""

    consumer: str
    strikes: int = 0
    looked_at: float = field(default_factory=time.monotonic)

    async def look(self, client: AIOKafkaConsumer, got_records: bool, waiting: Iterable[TopicPartition] = ()) -> None:
        """Call after each poll; `ReaderSilent` when records exist but two looks in a row brought none."""
        if got_records:
            self.strikes = 0
        if time.monotonic() - self.looked_at < WATCH_EVERY:
            return
        self.looked_at = time.monotonic()
        behind = await self._behind(client)
        if got_records or not behind - set(waiting):
            self.strikes = 0
            return
        self.strikes += 1
        if self.strikes > STRIKES:
            raise ReaderSilent(f"{self.consumer} gets nothing from {sorted(behind)}")

    async def _behind(self, client: AIOKafkaConsumer) -> set[TopicPartition]:
        partitions = client.assignment()
        if not partitions:
            return set()
        lags = await bounded(_lags(client, partitions), LOOK_DEADLINE)
        for partition, lag in lags.items():
            CONSUMER_LAG.labels(self.consumer, partition.topic, partition.partition).set(max(0, lag))
        return {partition for partition, lag in lags.items() if lag > 0}


async def _lags(client: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
    ends = await client.end_offsets(partitions)
    return {partition: end - await client.position(partition) for partition, end in ends.items()}

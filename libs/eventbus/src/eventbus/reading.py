"""What every reader of topics needs: a fresh client, and the watch that notices when one has gone silent."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from eventbus.metrics import CONSUMER_LAG

STOP_DEADLINE = 3.0
WATCH_EVERY = 1.5
STRIKES = 2


class ReaderSilent(Exception):
    """The topic grows but the client returns nothing (aiokafka issue 703): replace it."""


@asynccontextmanager
async def reader(client: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    """A started client that is stopped in the end, both within deadlines."""
    try:
        async with asyncio.timeout(10):
            await client.start()
        yield client
    finally:
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_DEADLINE):
                await client.stop()


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
        behind = set()
        async with asyncio.timeout(5):
            ends = await client.end_offsets(partitions)
            for partition, end in ends.items():
                lag = end - await client.position(partition)
                CONSUMER_LAG.labels(self.consumer, partition.topic, partition.partition).set(max(0, lag))
                if lag > 0:
                    behind.add(partition)
        return behind

"""Events that can never be handled: kept with their reason, and played again by one command."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from eventbus.metrics import DEAD_LETTERS
from eventbus.producer import Producer, Record
from eventbus.reading import reader
from eventbus.topics import event_type_of, topic_of

ORIGIN = "nexus-origin-"


async def bury(producer: Producer, record: ConsumerRecord, consumer: str, reason: str) -> None:
    """Put a record among the dead letters of its topic, with where it was and why it cannot be handled."""
    facts = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "consumer": consumer,
        "reason": reason[:1000],
    }
    headers = [*record.headers, *((ORIGIN + name, value.encode(errors="replace")) for name, value in facts.items())]
    letters = topic_of(event_type_of(record.topic)).dead_letters
    await producer.publish([Record(letters, record.key or b"", record.value, headers)])
    DEAD_LETTERS.labels(consumer, record.topic).inc()


async def replay(kafka_url: str, topic_name: str, consumer: str | None = None, idle_ms: int = 3_000) -> int:
    """Publish a topic's dead letters on it again; how many. Each is replayed once, and takes effect once at most:
    consumers that had handled it drop it by its id. `consumer` limits this to the letters of one consumer."""
    letters = topic_of(event_type_of(topic_name)).dead_letters
    client = AIOKafkaConsumer(
        letters,
        bootstrap_servers=kafka_url,
        group_id=f"replay.{letters}.{consumer or 'all'}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    replayed = 0
    async with Producer(kafka_url, "replay") as producer, reader(client):
        # Letters that come after this moment may be the replayed ones, invalid once more: they are for the next time.
        ends = await client.end_offsets(client.assignment())
        while await _is_before(client, ends) and (batches := await client.getmany(timeout_ms=idle_ms, max_records=100)):
            records = [
                record for partition, batch in batches.items() for record in batch if record.offset < ends[partition]
            ]
            chosen = [_as_it_was(record) for record in records if _is_of(record, consumer)]
            await producer.publish(chosen)
            await client.commit(
                {partition: min(batch[-1].offset + 1, ends[partition]) for partition, batch in batches.items()}
            )
            replayed += len(chosen)
    return replayed


async def _is_before(client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return any([await client.position(partition) < end for partition, end in ends.items()])


def _is_of(record: ConsumerRecord, consumer: str | None) -> bool:
    return consumer is None or dict(record.headers).get(ORIGIN + "consumer") == consumer.encode()


def _as_it_was(record: ConsumerRecord) -> Record:
    headers = [(name, value) for name, value in record.headers if not name.startswith(ORIGIN)]
    return Record(dict(record.headers)[ORIGIN + "topic"].decode(), record.key, record.value, headers)

"""Topics from the outside: what is on them."""

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from eventbus.reading import reader


async def records(kafka_url: str, topic: str, partitions: int = 1) -> list[ConsumerRecord]:
    """Everything on a topic now: partition by partition, each in order."""
    places = [TopicPartition(topic, number) for number in range(partitions)]
    client = AIOKafkaConsumer(bootstrap_servers=kafka_url, enable_auto_commit=False, auto_offset_reset="none")
    client.assign(places)
    found: list[ConsumerRecord] = []
    async with reader(client):
        ends = await client.end_offsets(places)
        for place, begin in (await client.beginning_offsets(places)).items():
            client.seek(place, begin)
        while any([await client.position(place) < end for place, end in ends.items()]):
            for batch in (await client.getmany(timeout_ms=500)).values():
                found += batch
    return sorted(found, key=lambda record: (record.partition, record.offset))

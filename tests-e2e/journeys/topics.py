"""What is on the product's topics."""

from eventbus.topics import topic_of
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from testkit.kafka import records


async def headers_of(kafka_url: str, channel_id: str) -> list[dict[str, str]]:
    """The headers of what was published of a channel, in order."""
    topic = topic_of(ChannelEvent)
    published = await records(kafka_url, topic.name, topic.partitions)
    mine = [record for record in published if record.key == channel_id.encode()]
    return [{name: value.decode() for name, value in record.headers} for record in mine]

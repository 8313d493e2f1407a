"""How events are carried: topics, producer, consumer, outbox, inbox, dead letters."""

from eventbus.consumer import Consumer
from eventbus.errors import InvalidEvent
from eventbus.inbox import Consumes, Handlers, Tombstone
from eventbus.outbox import Db
from eventbus.producer import Producer, PublishFailed, Record
from eventbus.retry import Backoff, repeat
from eventbus.tail import Lookback, Seen, Tail
from eventbus.topics import Event, Topic, event_types, topic_of

__all__ = [
    "Backoff", "Consumer", "Consumes", "Db", "Event", "Handlers", "InvalidEvent", "Lookback", "Producer",
    "PublishFailed", "Record", "Seen", "Tail", "Tombstone", "Topic", "event_types", "repeat", "topic_of",
]  # fmt: skip

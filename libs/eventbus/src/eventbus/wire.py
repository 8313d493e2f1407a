"""Contract messages as the camelCase JSON that clients get, the same through every door.

Differs from protobuf's own JSON mapping where clients are better served: 64-bit numbers are numbers, fields that are
unset but optional are null, fields marked `json` appear as the value they hold.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from nexus.options.v1 import options_pb2

Json = dict[str, object]


def to_wire(message: Message) -> Json:
    """The message as a JSON-ready dict; times are ISO-8601 in UTC with milliseconds."""
    return {name: read(message) for name, read in _plan(message.DESCRIPTOR)}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _plan(descriptor: Descriptor) -> tuple[tuple[str, Callable[[Message], object]], ...]:
    return tuple((field.json_name, _reader(field)) for field in descriptor.fields)


def _reader(field: FieldDescriptor) -> Callable[[Message], object]:
    name, convert = field.name, _converter(field)
    if field.is_repeated:
        return lambda message: [convert(item) for item in getattr(message, name)]
    if field.has_presence:
        return lambda message: convert(getattr(message, name)) if message.HasField(name) else None
    return lambda message: convert(getattr(message, name))


def _converter(field: FieldDescriptor) -> Callable[[object], object]:
    if field.message_type is not None:
        return _timestamp if field.message_type is Timestamp.DESCRIPTOR else to_wire  # type: ignore[return-value]
    if field.GetOptions().Extensions[options_pb2.json]:
        return lambda text: orjson.loads(text) if text else None  # type: ignore[arg-type]
    return lambda value: value


def _timestamp(moment: Timestamp) -> str:
    seconds, millis = moment.seconds, moment.nanos // 1_000_000
    return f"{_second(seconds)}.{millis:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")

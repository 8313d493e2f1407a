"""Contract messages as the camelCase JSON that clients get, the same through every door.

Differs from protobuf's own JSON mapping where clients are better served: 64-bit numbers are numbers, fields that are
unset but optional are null, fields marked `json` appear as the value they hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from nexus.options.v1 import options_pb2

Json = dict[str, object]
Convert = Callable[[Any], object]


def to_wire(message: Message) -> Json:
    """The message as a JSON-ready dict; times are ISO-8601 in UTC with milliseconds."""
    plan = _plan(message.DESCRIPTOR)
    wire = plan.unset.copy()
    for name in plan.lists:
        wire[name] = []
    for field, value in message.ListFields():  # only what is set, of the many fields that most messages go without
        name, convert = plan.fields[field.number]
        wire[name] = value if convert is None else convert(value)
    return wire


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a kind of message is read: what unset fields are, which are lists, and each field's name and conversion."""

    unset: Json
    lists: tuple[str, ...]
    fields: Mapping[int, tuple[str, Convert | None]]


@cache
def _plan(descriptor: Descriptor) -> _Plan:
    fields = descriptor.fields
    return _Plan(
        {field.json_name: None if field.has_presence or _is_json(field) else field.default_value for field in fields},
        tuple(field.json_name for field in fields if field.is_repeated),
        {field.number: (field.json_name, _converter(field)) for field in fields},
    )


def _is_json(field: FieldDescriptor) -> bool:
    return bool(field.GetOptions().Extensions[options_pb2.json])


def _converter(field: FieldDescriptor) -> Convert | None:
    convert: Convert | None = orjson.loads if _is_json(field) else None
    if field.message_type is not None:
        convert = _timestamp if field.message_type is Timestamp.DESCRIPTOR else to_wire
    if not field.is_repeated:
        return convert
    return list if convert is None else lambda items: [convert(item) for item in items]


def _timestamp(moment: Timestamp) -> str:
    seconds, millis = moment.seconds, moment.nanos // 1_000_000
    return f"{_second(seconds)}.{millis:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")

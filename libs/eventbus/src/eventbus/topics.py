"""Which topic an event travels on, read from the options compiled into its schema."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nexus
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from nexus.options.v1 import options_pb2

Event = Message
DEAD_LETTERS = ".dlt"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as its message declares it. `key` names the field that orders the records."""

    name: str
    key: str
    partitions: int
    compacted: bool

    @property
    def dead_letters(self) -> str:
        return self.name + DEAD_LETTERS


def topic_of(event_type: type[Event]) -> Topic:
    """The topic of an event; `LookupError` if the message declares none."""
    return _topic_of(event_type.DESCRIPTOR)


@cache
def _topic_of(descriptor: Descriptor) -> Topic:
    declared = descriptor.GetOptions().Extensions[options_pb2.topic]
    if not declared.name:
        raise LookupError(f"{descriptor.full_name} travels on no topic")
    return Topic(declared.name, declared.key, declared.partitions, declared.compacted)


@cache
def event_types() -> tuple[type[Event], ...]:
    """Every message of the contracts that travels on a topic, by topic name."""
    found = [message for module in _contract_modules() for message in _messages(module) if _declares_topic(message)]
    return tuple(sorted(found, key=lambda event_type: topic_of(event_type).name))


@cache
def event_type_of(topic_name: str) -> type[Event]:
    """The message that travels on a topic; `LookupError` for a topic no contract declares."""
    for event_type in event_types():
        if topic_of(event_type).name == topic_name:
            return event_type
    raise LookupError(f"no contract declares the topic {topic_name}")


def _contract_modules() -> Iterator[object]:
    # Generated folders have no __init__.py, and pkgutil does not look into such.
    for root in map(Path, nexus.__path__):
        for path in sorted(root.rglob("*_pb2.py")):
            yield importlib.import_module(".".join(("nexus", *path.relative_to(root).with_suffix("").parts)))


def _messages(module: object) -> Iterator[type[Event]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Event) and value.__module__ == getattr(module, "__name__", ""):
            yield value


def _declares_topic(message: type[Event]) -> bool:
    return bool(message.DESCRIPTOR.GetOptions().Extensions[options_pb2.topic].name)

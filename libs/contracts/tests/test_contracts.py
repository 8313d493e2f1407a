"""Rules of the contracts that buf does not know: topics, keys, examples, and that somebody speaks and listens."""

import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from eventbus.topics import Event, event_types, topic_of
from eventbus.topology import Flow, flows
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from nexus.event.v1 import meta_pb2

# <service>.<plural noun>: what Kafka allows, without the dots and underscores that its metrics cannot tell apart.
TOPIC_NAME = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(_[a-z]+)*")
PAYLOADS = [
    (event, payload) for event in event_types() for payload in event.DESCRIPTOR.oneofs_by_name["payload"].fields
]
SAYS_NOTHING = ("google.protobuf.Timestamp",)


def topic_name(value: object) -> str | None:
    return topic_of(value).name if isinstance(value, type) else getattr(value, "name", None)


each_event = pytest.mark.parametrize("event", event_types(), ids=topic_name)
each_payload = pytest.mark.parametrize(("event", "payload"), PAYLOADS, ids=topic_name)


@pytest.fixture(scope="session")
def examples(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath / "proto" / "examples"


def test_there_are_contracts() -> None:
    assert len(event_types()) >= 5


def test_no_two_contracts_share_a_topic() -> None:
    names = [topic_of(event).name for event in event_types()]
    assert len(names) == len(set(names))


def test_no_two_topics_are_the_same_to_kafkas_metrics() -> None:
    names = [topic_of(event).name.replace("_", ".") for event in event_types()]
    assert len(names) == len(set(names))


@each_event
def test_a_topic_is_named_by_its_service_and_a_noun(event: type[Event]) -> None:
    name = topic_of(event).name
    assert TOPIC_NAME.fullmatch(name)
    assert len(topic_of(event).dead_letters) <= 249
    assert event.DESCRIPTOR.full_name.startswith(f"nexus.{name.partition('.')[0]}.v")


@each_event
def test_the_key_is_a_text_field_of_the_event(event: type[Event]) -> None:
    field = event.DESCRIPTOR.fields_by_name[topic_of(event).key]
    assert field.type == FieldDescriptor.TYPE_STRING
    assert not field.is_repeated
    assert field.containing_oneof is None


@each_event
def test_every_event_says_which_it_is_and_when_it_happened(event: type[Event]) -> None:
    meta = event.DESCRIPTOR.fields_by_name["meta"]
    assert (meta.number, meta.message_type) == (1, meta_pb2.Meta.DESCRIPTOR)


@each_event
def test_a_topic_has_partitions(event: type[Event]) -> None:
    assert 1 <= topic_of(event).partitions <= 64


@each_payload
def test_a_payload_is_a_message_named_after_its_field(event: type[Event], payload: FieldDescriptor) -> None:
    assert payload.message_type is not None
    assert payload.message_type.name.lower() == payload.name.replace("_", "")


@each_payload
def test_every_payload_has_an_example_that_decodes_strictly(
    event: type[Event], payload: FieldDescriptor, examples: Path
) -> None:
    example = json_format.Parse(_example(examples, event, payload).read_text(), event())
    assert example.WhichOneof("payload") == payload.name
    assert UUID(example.meta.id).version == 7
    assert example.meta.occurred_at.seconds
    assert getattr(example, topic_of(event).key)
    assert event.FromString(example.SerializeToString()) == example


@each_payload
def test_an_example_shows_every_field_of_its_payload(
    event: type[Event], payload: FieldDescriptor, examples: Path
) -> None:
    written = json.loads(_example(examples, event, payload).read_text())[payload.json_name]
    required = {field.json_name for field in payload.message_type.fields if not field.has_presence or _is_event(field)}
    assert required <= set(written)


def test_every_example_belongs_to_a_payload(examples: Path) -> None:
    expected = {_example(examples, event, payload) for event, payload in PAYLOADS}
    assert {path for path in examples.rglob("*") if path.is_file()} == expected


def _example(examples: Path, event: type[Event], payload: FieldDescriptor) -> Path:
    return examples / topic_of(event).name / f"{payload.message_type.name}.json"


def _is_event(field: FieldDescriptor) -> bool:
    described: Descriptor | None = field.message_type
    return described is not None and described.full_name not in SAYS_NOTHING


@pytest.mark.parametrize("topic", [topic_of(event).name for event in event_types()])
def test_every_topic_has_one_producer_and_somebody_who_listens(topic: str) -> None:
    [flow] = [flow for flow in flows() if flow.topic == topic]
    assert len(flow.producers) == 1, f"{topic} is published by {flow.producers or 'nobody'}"
    assert flow.consumers, f"nobody listens to {topic}"
    assert _owner(flow) == flow.producers[0]


def _owner(flow: Flow) -> str:
    return flow.topic.partition(".")[0]

"""Topics are what the contracts declare."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from eventbus import administration, event_types, topic_of
from eventbus.topics import event_type_of
from nexus.event.v1 import meta_pb2
from nexus.identity.v1 import user_event_pb2
from testkit import eventually


def test_every_contract_is_found() -> None:
    assert "identity.users" in {topic_of(event_type).name for event_type in event_types()}
    assert event_type_of("identity.users") is user_event_pb2.UserEvent


def test_a_message_without_a_topic_is_refused() -> None:
    with pytest.raises(LookupError, match="travels on no topic"):
        topic_of(meta_pb2.Meta)


async def test_topics_are_made_as_declared_each_with_its_dead_letters(notes) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=notes.kafka_url)
    await admin.start()
    try:

        async def are_described() -> bool:
            """A broker tells of topics a moment after they were made."""
            told = await admin.describe_topics([notes.topic.name, notes.topic.dead_letters])
            described = {topic["topic"]: len(topic["partitions"]) for topic in told}
            return described == {notes.topic.name: 3, notes.topic.dead_letters: 1}

        await eventually(are_described)
        assert await policy(admin, notes.topic.name) == "compact"
        assert await policy(admin, notes.topic.dead_letters) == "delete"
    finally:
        await admin.close()


async def policy(admin: AIOKafkaAdminClient, topic: str) -> str:
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}["cleanup.policy"]


async def test_processes_that_make_topics_at_once_do_not_disturb_each_other(note_types, kafka_url) -> None:
    made = await asyncio.gather(*(administration.ensure_topics(kafka_url) for _ in range(4)))
    topic = topic_of(note_types["NoteEvent"])
    assert sorted(name for names in made for name in names) == [topic.name, topic.dead_letters]
    assert await administration.ensure_topics(kafka_url) == []

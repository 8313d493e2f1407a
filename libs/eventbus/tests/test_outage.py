"""Kafka of our own that is killed, stopped and continued: nothing is lost, doubled or out of order."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from eventbus import Producer, PublishFailed, Tail
from eventbus import producer as producing
from eventbus.outbox import relay
from localstack import Parts, start_parts
from localstack.processes import tail
from testkit import eventually
from testkit.jobs import running

WITHIN = 60  # Kafka itself takes 2 s to come back, and many times that on a busy machine


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[Parts]:
    """One that these tests may break, even if another is given by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NEXUS_KAFKA_URL", raising=False)
        with start_parts(("kafka",)) as parts:
            yield parts


@pytest.fixture(autouse=True)
def _what_kafka_said(own_kafka: Parts) -> Iterator[None]:
    """Beside a failure: when Kafka was started, and how that went."""
    yield
    print(tail(own_kafka.data / "launcher.log", 40), tail(own_kafka.data / "logs" / "kafka.log", 40), sep="\n")


@pytest.fixture
async def kafka_url(own_kafka: Parts) -> str:
    """In the place of the run's own."""
    return own_kafka.urls["kafka"]


async def test_relay_consumer_and_tail_survive_the_death_of_kafka(
    own_kafka, pool, notes, producer, effects, append
) -> None:
    heard: list[int] = []

    async def listen(batch) -> None:
        heard.extend(seen.event.written.number for seen in batch)

    async def gap() -> None:
        pytest.fail("nothing was lost")

    tail = Tail(notes.kafka_url, [notes.event_type], listen, gap)
    async with running(relay(pool, producer)), running(effects.consumer(producer).run()), running(tail.run()):
        await asyncio.wait_for(tail.ready.wait(), 30)
        await append(*(notes.written("a", number) for number in range(3)))
        await eventually(lambda: noted(effects, range(3)))
        own_kafka.kill("kafka")
        for number in range(3, 20):
            await append(notes.written("a", number))
        await eventually(lambda: noted(effects, range(20)), WITHIN)
        await append(notes.written("a", 20))
        await eventually(lambda: noted(effects, range(21)), WITHIN)
        await eventually(lambda: list(dict.fromkeys(heard)) == list(range(21)), WITHIN)


async def noted(effects, numbers: range) -> bool:
    return await effects.numbers("a") == list(numbers)


async def test_what_a_halted_kafka_did_not_confirm_never_arrives_behind_newer_records(
    own_kafka, notes, producer, monkeypatch
) -> None:
    await producer.publish([notes.record(notes.written("a", 0))])
    records = [notes.record(notes.written("a", number)) for number in range(1, 6)]
    before = producer._client
    os.kill(own_kafka.pid("kafka"), signal.SIGSTOP)
    try:
        monkeypatch.setattr(producing, "PUBLISH_DEADLINE", 0.5)
        monkeypatch.setattr(producing, "STOP_DEADLINE", 0.5)
        with pytest.raises(PublishFailed):
            await producer.publish(records)
        with pytest.raises(PublishFailed):
            await producer.publish(records)
    finally:
        os.kill(own_kafka.pid("kafka"), signal.SIGCONT)
    monkeypatch.setattr(producing, "PUBLISH_DEADLINE", 8.0)
    await producer.publish([*records, notes.record(notes.written("a", 6))])
    assert producer._client is not before
    assert before._sender.sender_task.done()
    await producer.publish([notes.record(notes.written("a", 7))])
    published = (await notes.numbers())["a"]
    assert published[-7:] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_producer_that_cannot_reach_kafka_leaves_no_task_behind(notes, monkeypatch) -> None:
    monkeypatch.setattr(producing, "PUBLISH_DEADLINE", 1.0)
    tasks = asyncio.all_tasks()
    async with Producer("127.0.0.1:1", "nobody") as lonely:
        with pytest.raises(PublishFailed):
            await lonely.publish([notes.record(notes.written("a", 1))])
    await eventually(lambda: asyncio.all_tasks() <= tasks)


async def test_a_wedged_client_is_replaced_by_one_that_works(notes, producer, monkeypatch) -> None:
    await producer.publish([notes.record(notes.written("a", 1))])
    wedged = producer._client

    async def never(*_: object, **__: object) -> None:
        await asyncio.Future()

    monkeypatch.setattr(producing, "PUBLISH_DEADLINE", 0.2)
    monkeypatch.setattr(wedged, "send", never)
    with pytest.raises(PublishFailed):
        await producer.publish([notes.record(notes.written("a", 2))])
    monkeypatch.setattr(producing, "PUBLISH_DEADLINE", 8.0)
    await producer.publish([notes.record(notes.written("a", 3))])
    assert await notes.numbers() == {"a": [1, 3]}

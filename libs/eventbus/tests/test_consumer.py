"""The consumer loop: the offset is committed after the work, and a failing event holds up its partition alone."""

import asyncio
from itertools import pairwise
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from eventbus import Record, Tombstone
from eventbus.reading import ReaderSilent, reader
from opentelemetry import propagate, trace
from testkit import eventually
from testkit.jobs import running


async def committed(notes, group: str) -> dict[int, int | None]:
    client = AIOKafkaConsumer(bootstrap_servers=notes.kafka_url, group_id=group, enable_auto_commit=False)
    client.assign(places := [TopicPartition(notes.topic.name, number) for number in range(notes.topic.partitions)])
    async with reader(client):
        return {place.partition: await client.committed(place) for place in places}


async def test_events_take_effect_in_the_order_of_their_key(notes, producer, effects) -> None:
    await producer.publish([notes.record(notes.written(key, number)) for number in range(20) for key in "abc"])
    async with running(effects.consumer(producer).run()):
        await eventually(lambda: saw(effects, 60))
    assert [await effects.numbers(key) for key in "abc"] == [list(range(20))] * 3


async def saw(effects, number: int) -> bool:
    return len(await effects.seen()) == number


async def test_an_event_delivered_again_has_no_second_effect(notes, producer, effects) -> None:
    event = notes.record(notes.written("a", 1))
    await producer.publish([event, event, notes.record(notes.written("a", 2)), event])
    group = f"tests.{uuid4().hex}"
    async with running(effects.consumer(producer, group).run()):
        await eventually(lambda: has_committed(notes, group, 4))
    assert await effects.numbers("a") == [1, 2]


async def has_committed(notes, group: str, number: int) -> bool:
    return sum(offset or 0 for offset in (await committed(notes, group)).values()) == number


async def test_a_consumer_that_dies_before_its_commit_repeats_the_work_without_effect(notes, producer, effects) -> None:
    await producer.publish([notes.record(notes.written("a", number)) for number in range(3)])
    group, done = f"tests.{uuid4().hex}", asyncio.Event()

    async def note_then_hang(event, db) -> None:
        await effects.note(event, db)
        if event.written.number == 1:
            done.set()
            await asyncio.Future()

    async with running(effects.consumer(producer, group, note_then_hang).run()):
        await asyncio.wait_for(done.wait(), 30)
    assert await effects.numbers("a") == [0]
    assert not any((await committed(notes, group)).values())
    async with running(effects.consumer(producer, group).run()):
        await eventually(lambda: saw(effects, 3))
    assert await effects.numbers("a") == [0, 1, 2]


async def test_a_handler_that_fails_is_tried_again_while_other_partitions_go_on(notes, producer, effects) -> None:
    stuck, other, _ = notes.on_each_partition()
    tries: list[float] = []
    let_go = asyncio.Event()

    async def fail_until_let_go(event, db) -> None:
        if event.note_id == stuck and event.written.number == 1:
            tries.append(asyncio.get_running_loop().time())
            if not let_go.is_set():
                raise ValueError("not yet")
        await effects.note(event, db)

    await producer.publish([notes.record(notes.written(key, number)) for number in range(3) for key in (stuck, other)])
    group = f"tests.{uuid4().hex}"
    async with running(effects.consumer(producer, group, fail_until_let_go).run()):
        await eventually(lambda: len(tries) >= 4)
        await eventually(lambda: has_committed(notes, group, 4))
        assert await effects.numbers(other) == [0, 1, 2]
        assert await effects.numbers(stuck) == [0]
        assert await committed(notes, group) == {0: 1, 1: 3, 2: None}
        let_go.set()
        await eventually(lambda: saw(effects, 6))
    assert await effects.numbers(stuck) == [0, 1, 2]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert all(pause >= 0.05 * 2**number for number, pause in enumerate(pauses[:3]))


async def test_an_event_that_can_never_be_handled_does_not_hold_up_its_partition(notes, producer, effects) -> None:
    poison = notes.record(notes.written("a", 2, "poison"))
    garbage = Record(notes.topic.name, b"a", b"\xff\xff")
    nameless = Record(notes.topic.name, b"a", notes.written("a", 3).SerializeToString())
    no_key = Record(notes.topic.name, b"\xff", None)
    await producer.publish(
        [notes.record(notes.written("a", 1)), poison, garbage, nameless, no_key, notes.record(notes.written("a", 4))]
    )
    group = f"tests.{uuid4().hex}"
    async with running(effects.consumer(producer, group).run()):
        await eventually(lambda: has_committed(notes, group, 6))
    assert await effects.numbers("a") == [1, 4]
    letters = {letter.value: dict(letter.headers) for letter in await notes.letters()}
    assert set(letters) == {poison.value, garbage.value, nameless.value, None}
    told = letters[poison.value]
    assert told["nexus-origin-reason"] == b"it is poison?"
    assert told["nexus-origin-topic"] == notes.topic.name.encode()
    assert told["nexus-origin-consumer"] == group.encode()
    assert told["nexus-origin-offset"] == b"1"
    assert int(told["nexus-origin-partition"]) in range(3)
    assert b"note" in letters[garbage.value]["nexus-origin-reason"].lower()
    assert letters[nameless.value]["nexus-origin-reason"] == b"the event has no id"


async def test_a_tombstone_reaches_its_handler(notes, producer, effects) -> None:
    await producer.publish([notes.record(notes.written("a", 1)), notes.record(notes.written("b", 1))])
    async with running(effects.consumer(producer).run()):
        await eventually(lambda: saw(effects, 2))
        await producer.publish([Record(notes.topic.name, b"a", None)])
        await eventually(lambda: saw(effects, 1))
    assert await effects.seen() == [("b", 1)]


async def test_payloads_and_tombstones_that_nobody_asked_for_are_passed_over(notes, producer, effects) -> None:
    erased = notes.event_type(note_id="a", erased=notes.erased_type())
    unknown = notes.event_type(note_id="a")
    await producer.publish([notes.record(erased), notes.record(unknown), Record(notes.topic.name, b"a", None)])
    consumer = effects.consumer(producer)
    consumer.consumes = {notes.event_type: {notes.written_type: effects.note}}
    async with running(consumer.run()):
        await producer.publish([notes.record(notes.written("a", 1))])
        await eventually(lambda: saw(effects, 1))
    assert await notes.letters() == []


async def test_the_trace_of_the_one_who_spoke_goes_on_in_the_handler(notes, producer, effects) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    heard: list[str] = []

    async def listen(event, db) -> None:
        heard.append(trace.format_trace_id(trace.get_current_span().get_span_context().trace_id))

    record = notes.record(notes.written("a"))
    headers = [("traceparent", f"00-{trace_id}-00f067aa0ba902b7-01".encode()), ("empty", None)]
    await producer.publish([Record(record.topic, record.key, record.value, headers)])
    async with running(effects.consumer(producer, written=listen).run()):
        await eventually(lambda: heard)
    assert heard == [trace_id]
    assert not trace.get_current_span(propagate.extract({})).get_span_context().is_valid


@pytest.mark.parametrize("error", [ReaderSilent("quiet"), TimeoutError(), OSError("gone")])
async def test_a_client_that_breaks_is_replaced(notes, producer, effects, monkeypatch, error) -> None:
    consumer = effects.consumer(producer)
    clients: list[object] = []
    make = type(consumer)._client

    def breaking(self) -> AIOKafkaConsumer:
        client = make(self)
        clients.append(client)
        if len(clients) == 1:

            async def fail(**_: object) -> None:
                raise error

            client.getmany = fail
        return client

    monkeypatch.setattr(type(consumer), "_client", breaking)
    await producer.publish([notes.record(notes.written("a", 1))])
    async with running(consumer.run()):
        await eventually(lambda: saw(effects, 1))
    assert len(clients) == 2


async def test_a_database_that_does_not_answer_does_not_end_the_consumer(notes, producer, effects, monkeypatch) -> None:
    asked: list[bool] = []

    async def gone(_: object) -> None:
        asked.append(True)
        raise ConnectionRefusedError

    monkeypatch.setattr("eventbus.consumer.forget_old", gone)
    consumer = effects.consumer(producer)
    consumer.forgot_at = -1e9
    await producer.publish([notes.record(notes.written("a", 1))])
    async with running(consumer.run()):
        await eventually(lambda: saw(effects, 1))
        await eventually(lambda: asked)


async def test_two_consumers_of_one_group_share_the_work(notes, producer, effects) -> None:
    group = f"tests.{uuid4().hex}"
    async with running(effects.consumer(producer, group).run()), running(effects.consumer(producer, group).run()):
        for number in range(10):
            await producer.publish([notes.record(notes.written(key, number)) for key in "abcd"])
        await eventually(lambda: saw(effects, 40))
    assert [await effects.numbers(key) for key in "abcd"] == [list(range(10))] * 4


def test_a_tombstone_may_be_made_of_its_key_alone() -> None:
    assert Tombstone("a") == Tombstone("a", "")

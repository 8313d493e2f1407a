"""Tails: nothing published after `ready` is missed, and a gap is told."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from eventbus import Lookback, Record, Tail, Tombstone, administration
from eventbus.reading import ReaderSilent
from testkit import eventually
from testkit.jobs import running


class Ears:
    """What a tail passed on."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.gaps = 0
        self.deaf = False

    async def listen(self, batch) -> None:
        self.heard += [(seen.event.key, -1) if isinstance(seen.event, Tombstone) else
                       (seen.event.note_id, seen.event.written.number) for seen in batch]  # fmt: skip

    async def gap(self) -> None:
        self.gaps += 1

    def tail(self, notes) -> Tail:
        return Tail(notes.kafka_url, [notes.event_type], self.listen, self.gap)


@pytest.fixture
def ears() -> Ears:
    return Ears()


async def ready(tail: Tail) -> None:
    await asyncio.wait_for(tail.ready.wait(), 30)


async def test_everything_after_ready_is_passed_on_in_order_and_nothing_before(notes, producer, ears) -> None:
    await producer.publish([notes.record(notes.written("a", 0))])
    async with running((tail := ears.tail(notes)).run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written(key, number)) for number in range(1, 20) for key in "abc"])
        await eventually(lambda: len(ears.heard) == 57)
    assert [number for key, number in ears.heard if key == "a"] == list(range(1, 20))
    assert ears.gaps == 0


@pytest.mark.parametrize(
    ("lookback", "heard"), [(Lookback(60), [0, 1, 2]), (Lookback(60, 2), [1, 2]), (Lookback(-60), [])]
)
async def test_a_new_tail_hears_what_happened_lately_before_it_is_ready(notes, producer, ears, lookback, heard) -> None:
    await producer.publish([notes.record(notes.written("a", number)) for number in range(3)])
    starts: list[int] = []
    tail = ears.tail(notes)
    tail.lookback = {notes.event_type: lookback}
    tail.on_start = lambda positions: starts.append(sum(positions.values()))
    async with running(tail.run()):
        await ready(tail)
        assert [number for _, number in ears.heard] == heard
        await producer.publish([notes.record(notes.written("a", 3))])
        await eventually(lambda: [number for _, number in ears.heard] == [*heard, 3])
    assert starts == [3 - len(heard)]


async def test_tombstones_are_passed_on_and_what_cannot_be_read_is_passed_over(notes, producer, ears) -> None:
    async with running((tail := ears.tail(notes)).run()):
        await ready(tail)
        topic = notes.topic.name
        garbage = [Record(topic, b"a", b"\xff\xff"), Record(topic, b"\xff", None)]
        await producer.publish([*garbage, Record(topic, b"a", None), notes.record(notes.written("a", 1))])
        await eventually(lambda: ears.heard == [("a", -1), ("a", 1)])


async def test_a_tail_whose_client_breaks_goes_on_where_it_stood(notes, producer, ears, monkeypatch) -> None:
    tail = ears.tail(notes)
    cut = breaking(monkeypatch, tail)
    async with running(tail.run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written("a", 1))])
        await eventually(lambda: ears.heard == [("a", 1)])
        cut(ReaderSilent("quiet"))
        await producer.publish([notes.record(notes.written("a", number)) for number in (2, 3)])
        await eventually(lambda: ears.heard == [("a", 1), ("a", 2), ("a", 3)])
    assert ears.gaps == 0


async def test_a_log_that_was_wiped_between_two_clients_is_a_gap(notes, producer, ears, monkeypatch) -> None:
    tail = ears.tail(notes)
    async with running(tail.run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written("a", number)) for number in range(5)])
        await eventually(lambda: len(ears.heard) == 5)
    await wipe(notes)
    async with running(tail.run()):
        await eventually(lambda: ears.gaps == 1)
        await producer.publish([notes.record(notes.written("a", 9))])
        await eventually(lambda: ears.heard[5:] == [("a", 9)])
    assert ears.gaps == 1


async def test_records_that_are_deleted_under_a_tail_are_a_gap(notes, producer, ears) -> None:
    tail = ears.tail(notes)
    async with running(tail.run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written("a", number)) for number in range(5)])
        await eventually(lambda: len(ears.heard) == 5)
        await wipe(notes)
        await eventually(lambda: ears.gaps >= 1, within=15)
        await eventually(lambda: speaks_again(notes, producer, ears), within=10)


async def speaks_again(notes, producer, ears) -> bool:
    await producer.publish([notes.record(notes.written("a", 9))])
    return ("a", 9) in ears.heard


async def test_a_gap_that_cannot_be_told_is_told_again(notes, producer, ears) -> None:
    refused: list[bool] = []

    async def refuse_once() -> None:
        if not refused:
            refused.append(True)
            raise ConnectionRefusedError
        await ears.gap()

    tail = ears.tail(notes)
    tail.on_gap = refuse_once
    async with running(tail.run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written("a", 1))])
        await eventually(lambda: ears.heard)
    await wipe(notes)
    async with running(tail.run()):
        await eventually(lambda: ears.gaps == 1)
    assert refused


async def test_a_batch_that_could_not_be_passed_on_comes_again(notes, producer, ears) -> None:
    tail, refused = ears.tail(notes), []

    async def refuse_once(batch) -> None:
        if not refused:
            refused.append(True)
            raise TimeoutError
        await ears.listen(batch)

    tail.on_events = refuse_once
    async with running(tail.run()):
        await ready(tail)
        await producer.publish([notes.record(notes.written("a", 1))])
        await eventually(lambda: ears.heard == [("a", 1)])


def breaking(monkeypatch: pytest.MonkeyPatch, tail: Tail) -> Callable[[Exception], None]:
    """A switch that makes the tail's present client fail at its next poll."""
    clients = []
    make = Tail._client

    def noted(self: Tail):
        clients.append(make(self))
        return clients[-1]

    monkeypatch.setattr(Tail, "_client", noted)

    def cut(error: Exception) -> None:
        async def fail(**_: object) -> None:
            raise error

        clients[-1].getmany = fail

    return cut


async def wipe(notes) -> None:
    """Delete the topic and make it anew, as after a loss of Kafka's data."""
    admin = AIOKafkaAdminClient(bootstrap_servers=notes.kafka_url)
    await admin.start()
    try:
        await admin.delete_topics([notes.topic.name])
        await eventually(lambda: is_gone(admin, notes))
    finally:
        await admin.close()
    await eventually(lambda: administration.ensure_topics(notes.kafka_url))


async def is_gone(admin: AIOKafkaAdminClient, notes) -> bool:
    return notes.topic.name not in await admin.list_topics()

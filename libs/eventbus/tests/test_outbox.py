"""The outbox: an event is said exactly when its change happened, in its key's order, and never lost."""

import asyncio
from collections import Counter

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from eventbus import Producer, PublishFailed, Record, outbox
from eventbus.outbox import publish_batch, relay, tombstone
from nexus.messaging.v1 import channel_event_pb2
from testkit import eventually
from testkit.jobs import running


async def waiting(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM outbox"))


async def is_empty(pool: asyncpg.Pool) -> bool:
    return await waiting(pool) == 0


async def test_an_event_outside_of_a_transaction_is_refused(pool, notes) -> None:
    async with pool.acquire() as db:
        with pytest.raises(RuntimeError, match="transaction"):
            await outbox.append(db, notes.written("a"))
        with pytest.raises(RuntimeError, match="transaction"):
            await tombstone(db, notes.event_type, "a")
    assert await is_empty(pool)


async def test_an_event_is_gone_with_its_transaction(pool, notes) -> None:
    async with pool.acquire() as db:
        transaction = db.transaction()
        await transaction.start()
        await outbox.append(db, notes.written("a"))
        await transaction.rollback()
    assert await is_empty(pool)


async def test_a_tombstone_on_a_topic_that_keeps_everything_is_refused(pool) -> None:
    async with pool.acquire() as db, db.transaction():
        with pytest.raises(ValueError, match="not compacted"):
            await tombstone(db, channel_event_pb2.ChannelEvent, "a")


async def test_an_event_says_when_it_happened_who_did_it_and_which_it_is(pool, notes, producer) -> None:
    async with pool.acquire() as db, db.transaction():
        await outbox.append(db, notes.written("a"), notes.written("a"), actor_id="ann")
    assert await publish_batch(pool, producer) == 2
    first, second = await notes.events()
    assert first.meta.actor_id == "ann"
    assert first.meta.id < second.meta.id
    assert first.meta.occurred_at.seconds > 1_700_000_000


async def test_the_relay_publishes_each_key_in_order_and_leaves_nothing(pool, notes, producer, append) -> None:
    async with running(relay(pool, producer)):
        for number in range(40):
            await append(notes.written("a", number), notes.written("b", number))
        await eventually(lambda: is_empty(pool))
    assert await notes.numbers() == {"a": list(range(40)), "b": list(range(40))}


async def test_an_event_that_commits_late_is_never_skipped(pool, notes, producer, append) -> None:
    async with running(relay(pool, producer)), pool.acquire() as slow:
        late = slow.transaction()
        await late.start()
        await outbox.append(slow, notes.written("a", 1))
        await append(notes.written("b", 2))
        await eventually(lambda: is_published(notes, {"b": [2]}))
        await late.commit()
        await eventually(lambda: is_published(notes, {"a": [1], "b": [2]}))


async def is_published(notes, expected) -> bool:
    return await notes.numbers() == expected


async def test_several_relays_publish_each_event_once_and_in_order(pool, notes, kafka_url, append) -> None:
    async with (
        Producer(kafka_url, "one") as one, Producer(kafka_url, "two") as two, Producer(kafka_url, "three") as three,
        running(relay(pool, one)), running(relay(pool, two)), running(relay(pool, three)),
    ):  # fmt: skip

        async def write(note_id: str) -> None:
            for number in range(30):
                await append(notes.written(note_id, number))

        await asyncio.gather(*(write(note_id) for note_id in "abcde"))
        await eventually(lambda: is_empty(pool))
    assert await notes.numbers() == {note_id: list(range(30)) for note_id in "abcde"}


async def test_a_relay_that_dies_between_publishing_and_removing_causes_one_effect(
    pool, notes, producer, effects, append
) -> None:
    class Dying:
        published = asyncio.Event()

        async def publish(self, records: list[Record]) -> None:
            await producer.publish(records)
            self.published.set()
            await asyncio.Future()

    await append(*(notes.written("a", number) for number in range(5)))
    async with running(relay(pool, Dying())):
        await asyncio.wait_for(Dying.published.wait(), 5)
    assert await waiting(pool) == 5
    async with running(relay(pool, producer)), running(effects.consumer(producer).run()):
        await eventually(lambda: is_empty(pool))
        await append(notes.written("a", 99))
        await eventually(lambda: saw_last(effects))
    assert Counter((await notes.numbers())["a"])[0] == 2
    assert await effects.numbers("a") == [0, 1, 2, 3, 4, 99]


async def saw_last(effects) -> bool:
    return (await effects.numbers("a"))[-1:] == [99]


async def test_what_kafka_did_not_confirm_stays_and_is_published_when_it_is_back(pool, notes, producer, append) -> None:
    class Failing:
        times = 0

        async def publish(self, records: list[Record]) -> None:
            self.times += 1
            if self.times <= 2:
                raise PublishFailed(repr(KafkaConnectionError()))
            await producer.publish(records)

    await append(notes.written("a", 1))
    failing = Failing()
    async with running(relay(pool, failing)):
        await eventually(lambda: is_empty(pool))
    assert failing.times == 3
    assert await notes.numbers() == {"a": [1]}


async def test_a_relay_goes_on_after_its_database_connections_are_cut(pool, notes, producer, append) -> None:
    async with running(relay(pool, producer)):
        await append(notes.written("a", 1))
        await eventually(lambda: is_empty(pool))
        await pool.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await eventually(lambda: append_done(append, notes))
        await eventually(lambda: is_empty(pool))
    assert (await notes.numbers())["a"] == [1, 2]


async def append_done(append, notes) -> bool:
    await append(notes.written("a", 2))
    return True


def test_a_relay_looks_a_little_behind_and_sometimes_at_everything(monkeypatch) -> None:
    now = 1000.0
    monkeypatch.setattr(outbox.time, "monotonic", lambda: now)
    place = outbox.Place(published=20_000)
    assert [place.above() for _ in range(3)] == [0, 15_000, 15_000]
    now += outbox.POLL
    assert place.above() == 0


async def test_an_event_that_commits_very_late_is_found_when_all_are_looked_at(pool, notes, producer, append) -> None:
    place = outbox.Place()
    await append(notes.written("a", 1))
    assert await outbox.publish_batch(pool, producer, place) == 1
    place.published += 2 * outbox.OVERLAP
    await append(notes.written("b", 2))
    await eventually(lambda: outbox.publish_batch(pool, producer, place))

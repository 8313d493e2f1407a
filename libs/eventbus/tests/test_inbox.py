"""The inbox: whatever is delivered again, and from wherever, the state is as if each event had come once."""

from datetime import timedelta

import asyncpg
import orjson
import pytest
from eventbus import InvalidEvent, Tombstone, outbox
from eventbus.inbox import deliver, forget_old, read
from eventbus.outbox import publish_batch, tombstone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nexus.identity.v1 import user_event_pb2

Steps = list[tuple[str, int | None]]


async def applied(pool: asyncpg.Pool, records, types, group: str) -> dict[str, int]:
    """The state that a read model has after these records."""
    state: dict[str, int] = {}

    async def save(event, _: object) -> None:
        state[event.note_id] = event.written.number

    async def drop(gone: Tombstone, _: object) -> None:
        state.pop(gone.key, None)

    handlers = {types["Written"]: save, Tombstone: drop}
    for record in records:
        event = read(types["NoteEvent"], record["key"], record["value"], _headers(record))
        await deliver(event, handlers, pool, group)
    return state


def _headers(record) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in orjson.loads(record["headers"]).items()]


@settings(
    max_examples=25, deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.one_of(st.none(), st.integers(1, 99))), min_size=1, max_size=8),
    data=st.data(),
)
async def test_a_log_that_is_delivered_again_from_any_place_leaves_the_same_state(
    pool, note_types, steps, data
) -> None:
    records = await _written(pool, note_types, steps)
    heard = data.draw(st.integers(1, len(records)), label="heard before the crash")
    again = data.draw(st.integers(0, heard), label="delivered again from")
    expected = {key: number for key, number in dict(steps).items() if number is not None}
    group = f"group-{data.draw(st.uuids())}"
    assert await applied(pool, [*records[:heard], *records[again:]], note_types, group) == expected


async def _written(pool: asyncpg.Pool, types, steps: Steps) -> list[asyncpg.Record]:
    await pool.execute("TRUNCATE outbox, inbox")
    async with pool.acquire() as db, db.transaction():
        for key, number in steps:
            if number is None:
                await tombstone(db, types["NoteEvent"], key)
            else:
                await outbox.append(db, types["NoteEvent"](note_id=key, written=types["Written"](number=number)))
    return await pool.fetch("SELECT * FROM outbox ORDER BY id")


async def test_the_claim_of_a_handler_that_fails_is_given_back(pool, note_types) -> None:
    event = note_types["NoteEvent"](note_id="a", written=note_types["Written"]())
    event.meta.id = "1"

    async def fail(*_: object) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await deliver(event, {note_types["Written"]: fail}, pool, "one")

    async def work(*_: object) -> None:
        pass

    handlers = {note_types["Written"]: work}
    outcomes = [await deliver(event, handlers, pool, consumer) for consumer in ("one", "one", "two")]
    assert outcomes == [True, False, True]


async def test_claims_are_kept_as_long_as_an_event_may_come_again(pool) -> None:
    insert = "INSERT INTO inbox VALUES ('one', $1, now() - make_interval(days => $2))"
    await pool.executemany(insert, [("a", 41), ("b", 46)])
    await forget_old(pool)
    assert [row["event_id"] for row in await pool.fetch("SELECT event_id FROM inbox")] == ["a"]


async def test_tombstones_travel_with_an_id(pool, notes, producer) -> None:
    async with pool.acquire() as db, db.transaction():
        await tombstone(db, notes.event_type, "a")
    await publish_batch(pool, producer)
    [record] = await notes.published()
    event = read(notes.event_type, record.key, record.value, record.headers)
    assert record.value is None
    assert isinstance(event, Tombstone)
    assert (event.key, len(event.id)) == ("a", 36)


@given(value=st.binary(max_size=60), key=st.one_of(st.none(), st.binary(max_size=5)))
def test_bytes_of_any_kind_are_an_event_or_invalid(value: bytes, key: bytes | None) -> None:
    try:
        event = read(user_event_pb2.UserEvent, key, value, [])
    except InvalidEvent:
        return
    assert event.meta.id

"""Counters that expire: the same in Redis and in memory."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from identity.counters import REMEMBERED, Limit, LocalCounters, RedisCounters
from identity.throttle import redis_client
from testkit import eventually

Counters = RedisCounters | LocalCounters


@pytest_asyncio.fixture(params=["redis", "memory"])
async def counters(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Counters]:
    client = redis_client(redis_url)
    yield RedisCounters(client) if request.param == "redis" else LocalCounters()
    await client.aclose()


async def test_the_limit_is_reached_and_given_back(counters: Counters) -> None:
    limit = Limit("key", 2, 60)
    assert [await counters.take([limit]) for _ in range(2)] == [0, 0]
    assert 59 < await counters.take([limit]) <= 60
    await counters.give_back([limit])
    assert await counters.take([limit]) == 0
    await counters.clear(limit)
    assert [await counters.take([limit]) for _ in range(2)] == [0, 0]


async def test_whoever_is_refused_under_one_limit_is_not_counted_under_another(counters: Counters) -> None:
    narrow, wide = Limit("narrow", 1, 60), Limit("wide", 2, 60)
    assert await counters.take([narrow, wide]) == 0
    assert await counters.take([narrow, wide]) > 0
    assert await counters.take([wide]) == 0
    assert await counters.take([wide]) > 0


async def test_a_count_ends_with_its_window(counters: Counters) -> None:
    limit = Limit("key", 1, 1)
    assert await counters.take([limit]) == 0
    assert await counters.take([limit]) > 0

    async def free_again() -> bool:
        return await counters.take([limit]) == 0

    await eventually(free_again, within=3)


async def test_nothing_is_given_back_that_was_not_taken(counters: Counters) -> None:
    limit = Limit("key", 1, 60)
    await counters.give_back([limit])
    assert await counters.take([limit]) == 0
    assert await counters.take([limit]) > 0


async def test_memory_is_bounded() -> None:
    counters = LocalCounters()
    for number in range(REMEMBERED + 10):
        await counters.take([Limit(str(number), 1, 60)])
    assert len(counters.counts) == REMEMBERED

"""Counters that expire: the same in Redis and in memory."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from chassis.counters import REMEMBERED, Counters, Limit, LocalCounters, RedisCounters, counting_client, site
from testkit import eventually

Kind = RedisCounters | LocalCounters


@pytest_asyncio.fixture(params=["redis", "memory"])
async def counters(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Kind]:
    client = counting_client(redis_url)
    yield RedisCounters(client) if request.param == "redis" else LocalCounters()
    await client.aclose()


async def test_the_limit_is_reached_and_given_back(counters: Kind) -> None:
    limit = Limit("key", 2, 60)
    assert [await counters.take([limit]) for _ in range(2)] == [0, 0]
    assert 59 < await counters.take([limit]) <= 60
    await counters.give_back([limit])
    assert await counters.take([limit]) == 0
    await counters.clear(limit)
    assert [await counters.take([limit]) for _ in range(2)] == [0, 0]


async def test_whoever_is_refused_under_one_limit_is_not_counted_under_another(counters: Kind) -> None:
    narrow, wide = Limit("narrow", 1, 60), Limit("wide", 2, 60)
    assert await counters.take([narrow, wide]) == 0
    assert await counters.take([narrow, wide]) > 0
    assert await counters.take([wide]) == 0
    assert await counters.take([wide]) > 0


async def test_a_count_ends_with_its_window(counters: Kind) -> None:
    limit = Limit("key", 1, 1)
    assert await counters.take([limit]) == 0
    assert await counters.take([limit]) > 0

    async def free_again() -> bool:
        return await counters.take([limit]) == 0

    await eventually(free_again, within=3)


async def test_nothing_is_given_back_that_was_not_taken(counters: Kind) -> None:
    limit = Limit("key", 1, 60)
    await counters.give_back([limit])
    assert await counters.take([limit]) == 0
    assert await counters.take([limit]) > 0


async def test_memory_is_bounded() -> None:
    counters = LocalCounters()
    for number in range(REMEMBERED + 10):
        await counters.take([Limit(str(number), 1, 60)])
    assert len(counters.counts) == REMEMBERED


async def test_counting_goes_on_without_redis() -> None:
    fallbacks: list[None] = []
    redis = counting_client("redis://127.0.0.1:1/0")
    counters = Counters(redis, lambda: fallbacks.append(None))
    limit = Limit("key", 1, 60)
    assert await counters.take([limit]) == 0
    assert await counters.take([limit]) > 0
    await counters.give_back([limit])
    assert await counters.take([limit]) == 0
    assert len(fallbacks) == 1, "Redis is left alone for some seconds"
    await redis.aclose()


def test_addresses_of_one_network_are_counted_together() -> None:
    assert site("2001:db8::1") == site("2001:db8:0:0:ffff::9")
    assert site("2001:db8::1") != site("2001:db8:0:1::1")
    assert site("192.0.2.1") != site("192.0.2.2")
    assert site("unknown") == "unknown"

"""Counters that expire: how often something happened in a window of time."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis.redis import redis_client

log = logging.getLogger(__name__)
REMEMBERED = 10_000
REDIS_DEADLINE = 0.5
REDIS_AGAIN_AFTER = 3.0
T = TypeVar("T")

# Count once under each key, or under none if one has reached its limit; then the milliseconds to wait.
TAKE = """
    local wait = 0
    for i, key in ipairs(KEYS) do
        if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then
            wait = math.max(wait, redis.call('PTTL', key), 1)
        end
    end
    if wait > 0 then return wait end
    for i, key in ipairs(KEYS) do
        if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, ARGV[2 * i]) end
    end
    return 0
"""
GIVE_BACK = """
    for _, key in ipairs(KEYS) do
        if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
    end
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many under a key, in a window that begins with the first."""

    key: str
    most: int
    seconds: int


@dataclass(slots=True)
class RedisCounters:
    """Shared by all processes of the service."""

    redis: Redis

    async def take(self, limits: Sequence[Limit]) -> float:
        """Count once under each limit and return 0, or count nothing and return the seconds to wait."""
        facts = [fact for limit in limits for fact in (limit.most, limit.seconds * 1000)]
        return int(await self.redis.eval(TAKE, len(limits), *(limit.key for limit in limits), *facts)) / 1000

    async def give_back(self, limits: Sequence[Limit]) -> None:
        await self.redis.eval(GIVE_BACK, len(limits), *(limit.key for limit in limits))

    async def clear(self, limit: Limit) -> None:
        await self.redis.delete(limit.key)


@dataclass(slots=True)
class Count:
    number: int
    ends_at: float


@dataclass(slots=True)
class LocalCounters:
    """Of this process alone; the oldest are forgotten beyond ten thousand."""

    counts: dict[str, Count] = field(default_factory=dict)

    async def take(self, limits: Sequence[Limit]) -> float:
        now = time.monotonic()
        counts = [self._count(limit, now) for limit in limits]
        reached = [c.ends_at - now for c, limit in zip(counts, limits, strict=True) if c.number >= limit.most]
        if reached:
            return max(reached)
        for count in counts:
            count.number += 1
        return 0

    async def give_back(self, limits: Sequence[Limit]) -> None:
        for limit in limits:
            if (count := self.counts.get(limit.key)) is not None:
                count.number = max(0, count.number - 1)

    async def clear(self, limit: Limit) -> None:
        self.counts.pop(limit.key, None)

    def _count(self, limit: Limit, now: float) -> Count:
        known = self.counts.get(limit.key)
        if known is None or known.ends_at <= now:
            self.counts.pop(limit.key, None)
            known = self.counts[limit.key] = Count(0, now + limit.seconds)
            while len(self.counts) > REMEMBERED:
                self.counts.pop(next(iter(self.counts)))
        return known


class Counters:
    """In Redis, and in this process while Redis is away."""

    def __init__(self, redis: Redis, on_fallback: Callable[[], object] = lambda: None) -> None:
        self._shared, self._local = RedisCounters(redis), LocalCounters()
        self._on_fallback = on_fallback
        self._redis_again_at = 0.0

    async def take(self, limits: Sequence[Limit]) -> float:
        """Count once under each limit and return 0, or count nothing and return the seconds to wait."""
        return await self._counted(lambda counters: counters.take(limits))

    async def give_back(self, limits: Sequence[Limit]) -> None:
        await self._counted(lambda counters: counters.give_back(limits))

    async def clear(self, limit: Limit) -> None:
        await self._counted(lambda counters: counters.clear(limit))

    async def _counted(self, count: Callable[[RedisCounters | LocalCounters], Awaitable[T]]) -> T:
        if time.monotonic() >= self._redis_again_at:
            try:
                return await count(self._shared)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_again_at = time.monotonic() + REDIS_AGAIN_AFTER
                self._on_fallback()
                log.warning("Redis does not count tries; this process does: %r", error)
        return await count(self._local)


def counting_client(url: str) -> Redis:
    """A client that gives up soon, as every try that is counted waits for it."""
    return redis_client(url, REDIS_DEADLINE, retries=1)


def site(address: str) -> str:
    """Whose tries are counted together: whoever has one IPv6 address has all of its /64."""
    parsed = ip_address(address) if ":" in address else None
    return str(parsed.packed[:8]) if isinstance(parsed, IPv6Address) else address

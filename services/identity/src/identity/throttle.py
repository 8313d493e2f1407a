"""How often one may try: counted in Redis, and in this process while Redis is away."""

import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

from chassis.problems import Problem
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from identity.counters import Limit, LocalCounters, RedisCounters
from identity.metrics import THROTTLE_FALLBACKS, THROTTLED
from identity.settings import Settings

log = logging.getLogger(__name__)
REDIS_DEADLINE = 0.5
REDIS_AGAIN_AFTER = 3.0
T = TypeVar("T")


class InvalidCredentials(Exception):
    """Unknown e-mail address or wrong password: nobody is told which."""


def redis_client(url: str) -> Redis:
    """A client that gives up soon, as every sign-in waits for it."""
    return Redis.from_url(
        url, socket_timeout=REDIS_DEADLINE, socket_connect_timeout=REDIS_DEADLINE, retry=Retry(NoBackoff(), 1)
    )


class Throttle:
    """Refuses with `Problem` 429 who failed to sign in, or registered, too often."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._shared, self._local = RedisCounters(redis), LocalCounters()
        self._settings = settings
        self._redis_again_at = 0.0

    @asynccontextmanager
    async def sign_in(self, email: str, address: str) -> AsyncIterator[None]:
        """Within, someone tries to sign in: `InvalidCredentials` counts as a failure, any other end does not.

        The failure is counted beforehand and given back, so that many tries at once are not one more each.
        """
        of_email, of_address = self._failures(email, address)
        await self._take("login", [of_email, of_address])
        try:
            yield
        except InvalidCredentials:
            raise
        except BaseException:
            await self._counted(lambda counters: counters.give_back([of_email, of_address]))
            raise
        await self._counted(lambda counters: counters.give_back([of_address]))
        await self._counted(lambda counters: counters.clear(of_email))

    async def registration(self, address: str) -> None:
        """Count a registration from this address."""
        settings = self._settings
        seconds = settings.registration_window_seconds
        await self._take("register", [_limit("register", _site(address), settings.registrations_per_address, seconds)])

    def _failures(self, email: str, address: str) -> tuple[Limit, Limit]:
        settings = self._settings
        seconds = settings.login_window_seconds
        return (
            _limit("login:email", email, settings.login_failures_per_email, seconds),
            _limit("login:address", _site(address), settings.login_failures_per_address, seconds),
        )

    async def _take(self, action: str, limits: Sequence[Limit]) -> None:
        wait = await self._counted(lambda counters: counters.take(limits))
        if wait > 0:
            THROTTLED.labels(action).inc()
            detail = "There were too many attempts; try again later."
            raise Problem(429, "too_many_requests", detail, retry_after=wait)

    async def _counted(self, count: Callable[[RedisCounters | LocalCounters], Awaitable[T]]) -> T:
        if time.monotonic() >= self._redis_again_at:
            try:
                return await count(self._shared)
            except (RedisError, OSError, TimeoutError) as error:
                self._redis_again_at = time.monotonic() + REDIS_AGAIN_AFTER
                THROTTLE_FALLBACKS.inc()
                log.warning("Redis does not count sign-ins; this process does: %r", error)
        return await count(self._local)


def _limit(what: str, whose: str, most: int, seconds: int) -> Limit:
    return Limit(f"identity:throttle:{what}:{hashlib.sha256(whose.encode()).hexdigest()}", most, seconds)


def _site(address: str) -> str:
    # Whoever has one IPv6 address has all of its /64.
    parsed = ip_address(address) if ":" in address else None
    return str(parsed.packed[:8]) if isinstance(parsed, IPv6Address) else address

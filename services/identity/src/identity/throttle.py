"""How often one may try: counted in Redis, and in this process while Redis is away."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chassis.counters import Counters, Limit, site
from chassis.problems import Problem
from redis.asyncio import Redis

from identity.metrics import THROTTLE_FALLBACKS, THROTTLED
from identity.settings import Settings


class InvalidCredentials(Exception):
    """Unknown e-mail address or wrong password: nobody is told which."""


class Throttle:
    """Refuses with `Problem` 429 who failed to sign in, or registered, too often."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._counters = Counters(redis, THROTTLE_FALLBACKS.inc)
        self._settings = settings

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
            await self._counters.give_back([of_email, of_address])
            raise
        await self._counters.give_back([of_address])
        await self._counters.clear(of_email)

    async def registration(self, address: str) -> None:
        """Count a registration from this address."""
        settings = self._settings
        seconds = settings.registration_window_seconds
        await self._take("register", [_limit("register", site(address), settings.registrations_per_address, seconds)])

    def _failures(self, email: str, address: str) -> tuple[Limit, Limit]:
        settings = self._settings
        seconds = settings.login_window_seconds
        return (
            _limit("login:email", email, settings.login_failures_per_email, seconds),
            _limit("login:address", site(address), settings.login_failures_per_address, seconds),
        )

    async def _take(self, action: str, limits: Sequence[Limit]) -> None:
        wait = await self._counters.take(limits)
        if wait > 0:
            THROTTLED.labels(action).inc()
            detail = "There were too many attempts; try again later."
            raise Problem(429, "too_many_requests", detail, retry_after=wait)


def _limit(what: str, whose: str, most: int, seconds: int) -> Limit:
    return Limit(f"identity:throttle:{what}:{hashlib.sha256(whose.encode()).hexdigest()}", most, seconds)

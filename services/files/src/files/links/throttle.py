"""How often one may try share links: counted by address and over all, in Redis or, while that is away, here."""

import hashlib
from dataclasses import replace
from uuid import UUID

from chassis.counters import Counters, Limit, site
from chassis.problems import Problem
from redis.asyncio import Redis

from files.metrics import LINK_FALLBACKS, LINK_THROTTLED

# Wrong tokens and passwords: of one network address, of all together, and wrong passwords of one link.
OF_ADDRESS, ADDRESS_SECONDS = 20, 600
OF_ALL, ALL_SECONDS = 1_000, 60
OF_LINK, LINK_SECONDS = 50, 600
# Requests of any kind of one network address.
REQUESTS, REQUESTS_SECONDS = 600, 60


class Throttle:
    """Refuses with `Problem` 429. A try is counted beforehand and given back if it was right, so that many at once are
    not one more each."""

    def __init__(self, redis: Redis) -> None:
        self._counters = Counters(redis, LINK_FALLBACKS.inc)

    async def enter(self, address: str) -> "Try":
        """Before a token is looked at."""
        network = site(address)
        await self._take([_limit("requests", network, REQUESTS, REQUESTS_SECONDS)], "requests")
        guess, all_guesses = (
            _limit("address", network, OF_ADDRESS, ADDRESS_SECONDS),
            _limit("all", "", OF_ALL, ALL_SECONDS),
        )
        if await self._counters.take([guess, all_guesses]) > 0:
            # Under a flood of guesses whoever has not guessed wrongly is let in all the same: no stranger shuts links.
            await self._take([replace(guess, most=1)], "guesses")
            return Try(self._counters, [guess])
        return Try(self._counters, [guess, all_guesses])

    async def password(self, link_id: UUID) -> "Try":
        """Before a password of a link is looked at."""
        limit = _limit("link", str(link_id), OF_LINK, LINK_SECONDS)
        await self._take([limit], "passwords")
        return Try(self._counters, [limit])

    async def _take(self, limits: list[Limit], reason: str) -> None:
        wait = await self._counters.take(limits)
        if wait > 0:
            LINK_THROTTLED.labels(reason).inc()
            detail = "There were too many attempts; try again later."
            raise Problem(429, "too_many_requests", detail, retry_after=wait)


class Try:
    """One try that was counted as if it were wrong."""

    def __init__(self, counters: Counters, limits: list[Limit]) -> None:
        self._counters, self._limits = counters, limits

    async def was_right(self) -> None:
        await self._counters.give_back(self._limits)


def _limit(what: str, whose: str, most: int, seconds: int) -> Limit:
    return Limit(f"files:links:{what}:{hashlib.sha256(whose.encode()).hexdigest()}", most, seconds)

"""Passwords: argon2id in a few threads, with a bounded number waiting."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.problems import unavailable

DEADLINE = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a hash costs whoever guesses, and us (OWASP's argon2id parameters), and how many may wait for theirs."""

    time: int = 2
    memory_kib: int = 19 * 1024
    threads: int = 2
    queue: int = 64


class Passwords:
    """Hashes and checks passwords; `Problem` 503 when more are waiting than may."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(cost.time, cost.memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(cost.threads, "passwords")
        self._most = cost.threads + cost.queue
        self._waiting = 0
        # What an unknown address is checked against, so that it takes as long as a known one.
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(_canonical(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Is it the password? Without a hash the answer is no, after the same time."""
        right = await self._in_thread(lambda: self._matches(password_hash or self._nobodys, _canonical(password)))
        return right and password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Was it hashed with other parameters than today's?"""
        return self._hasher.check_needs_rehash(password_hash)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most:
            raise unavailable("Too many passwords are being checked just now; try again shortly.")
        self._waiting += 1
        try:
            async with asyncio.timeout(DEADLINE):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _canonical(password: str) -> str:
    # Keyboards differ in how they compose what looks the same (Hangul above all): NFKC as NIST SP 800-63B advises.
    return unicodedata.normalize("NFKC", password)

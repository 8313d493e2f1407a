"""Passwords: the right one, in the same time for those who do not exist."""

import time

import pytest
from chassis.passwords import Cost, Passwords


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(Cost())


async def test_a_hash_is_of_one_password(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(hashed, "correct horse")
    assert not await passwords.verify(hashed, "correct horse ")
    assert not await passwords.verify("no hash", "correct horse")
    assert not await passwords.verify(None, "nobody has this password")


async def test_nobody_takes_as_long_as_somebody(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")

    async def shortest(password_hash: str | None) -> float:
        taken = []
        for _ in range(7):
            begun = time.perf_counter()
            await passwords.verify(password_hash, "wrong")
            taken.append(time.perf_counter() - begun)
        return min(taken)

    assert 0.5 < await shortest(None) / await shortest(hashed) < 2

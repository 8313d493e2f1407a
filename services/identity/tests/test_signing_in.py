"""Signing in with e-mail address and password."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio
from chassis.passwords import Passwords
from identity.settings import Settings
from pydantic import SecretStr

WRONG = (401, "invalid_credentials")
THROTTLED = (429, "too_many_requests")


async def test_the_right_password_opens_a_session(api: Any, kim: dict[str, Any]) -> None:
    answer = await api.login(kim["user"]["email"].upper())
    assert answer.status == 200
    assert answer.body["user"] == kim["user"]
    listed = await api.of(answer.body["accessToken"]).ask("GET", "/api/auth/sessions")
    assert len(listed.body["sessions"]) == 2


async def test_unknown_address_and_wrong_password_get_the_same_answer(api: Any, kim: dict[str, Any]) -> None:
    unknown = await api.login("nobody@example.com")
    wrong = await api.login(kim["user"]["email"], "wrong password")
    assert unknown.problem == wrong.problem == WRONG
    assert unknown.body == wrong.body


async def test_passwords_match_however_the_keyboard_composed_them(api: Any) -> None:
    kim = await api.register(password="\uac00\uac01 correct horse")
    decomposed = "\u1100\u1161\u1100\u1161\u11a8 correct horse"
    assert (await api.login(kim["user"]["email"], decomposed)).status == 200


async def test_a_password_is_hashed_anew_when_parameters_changed(
    api: Any, kim: dict[str, Any], settings: Settings, pool: asyncpg.Pool
) -> None:
    dearer = Passwords(settings.model_copy(update={"password_time_cost": 2}).password_cost)
    old = await dearer.hash("correct horse battery")
    await pool.execute("UPDATE users SET password_hash = $1", old)
    assert (await api.login(kim["user"]["email"])).status == 200
    assert await pool.fetchval("SELECT password_hash FROM users") != old
    assert (await api.login(kim["user"]["email"])).status == 200


async def test_five_failures_close_an_address_for_a_while_even_to_the_right_password(
    api: Any, kim: dict[str, Any]
) -> None:
    email = kim["user"]["email"]
    for _ in range(5):
        assert (await api.login(email, "wrong password")).problem == WRONG
    refused = await api.login(email)
    assert refused.problem == THROTTLED
    assert 290 <= int(refused.headers["Retry-After"]) <= 300
    assert (await api.register())["user"]


async def test_many_guesses_at_once_are_still_five(api: Any, kim: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(api.login(kim["user"]["email"], "wrong password") for _ in range(20)))
    assert sorted(answer.problem for answer in answers) == [WRONG] * 5 + [THROTTLED] * 15


async def test_success_forgets_the_failures(api: Any, kim: dict[str, Any]) -> None:
    email = kim["user"]["email"]
    for _ in range(3):
        for _ in range(4):
            assert (await api.login(email, "wrong password")).problem == WRONG
        assert (await api.login(email)).status == 200


class TestFewerPerAddress:
    """With three failures for each network address."""

    @pytest_asyncio.fixture
    async def api(self, serve_with: Any) -> AsyncIterator[Any]:
        async with serve_with(login_failures_per_address=3, registrations_per_address=2) as api:
            yield api

    async def test_an_address_that_guesses_at_many_users_is_refused_and_others_are_not(
        self, api: Any, kim: dict[str, Any]
    ) -> None:
        # Clients may claim what they like: the gateway's is the last.
        thief = api.at("198.51.100.7, 203.0.113.1")
        for number in range(3):
            assert (await thief.login(f"{number}@example.com", "wrong password")).problem == WRONG
        assert (await thief.login(kim["user"]["email"])).problem == THROTTLED
        assert (await api.at("203.0.113.1, 203.0.113.2").login(kim["user"]["email"])).status == 200

    async def test_an_ipv6_network_counts_as_one_address(self, api: Any) -> None:
        for number in range(3):
            await api.at(f"2001:db8::{number}").login(f"{number}@example.com")
        assert (await api.at("2001:db8::ffff").login("x@example.com")).problem == THROTTLED
        assert (await api.at("2001:db8:0:1::1").login("x@example.com")).problem == WRONG

    async def test_ipv4_in_the_dress_of_ipv6_is_ipv4(self, api: Any) -> None:
        for number in range(3):
            await api.at("::ffff:203.0.113.1").login(f"{number}@example.com")
        assert (await api.at("203.0.113.1").login("x@example.com")).problem == THROTTLED
        assert (await api.at("::ffff:203.0.113.2").login("x@example.com")).problem == WRONG

    async def test_registrations_are_counted_by_address_too(self, api: Any) -> None:
        here = api.at("203.0.113.9")
        await here.register()
        await here.register()
        draft = {"email": "third@example.com", "password": "correct horse", "name": "Third"}
        assert (await here.ask("POST", "/api/auth/register", draft)).problem == THROTTLED
        assert (await api.at("203.0.113.10").ask("POST", "/api/auth/register", draft)).status == 201


class TestWithoutRedis:
    """With Redis away."""

    @pytest_asyncio.fixture
    async def api(self, serve_with: Any) -> AsyncIterator[Any]:
        async with serve_with(redis_url=SecretStr("redis://127.0.0.1:1/0")) as api:
            yield api

    async def test_this_process_counts(self, api: Any, kim: dict[str, Any]) -> None:
        email = kim["user"]["email"]
        assert (await api.login(email)).status == 200
        for _ in range(5):
            assert (await api.login(email, "wrong password")).problem == WRONG
        assert (await api.login(email)).problem == THROTTLED


class TestWithoutRoomToWait:
    """With one thread for passwords and nobody waiting."""

    @pytest_asyncio.fixture
    async def api(self, serve_with: Any) -> AsyncIterator[Any]:
        async with serve_with(password_threads=1, password_queue=0, password_memory_kib=32768) as api:
            yield api

    async def test_who_finds_no_place_is_told_to_come_again_and_it_is_no_failure(
        self, api: Any, kim: dict[str, Any]
    ) -> None:
        email = kim["user"]["email"]
        answers = await asyncio.gather(*(api.login(email) for _ in range(5)))
        busy = [answer for answer in answers if answer.status != 200]
        assert 1 <= len(busy) < 5
        assert {answer.problem for answer in busy} == {(503, "unavailable")}
        assert busy[0].headers["Retry-After"]
        for _ in range(4):
            assert (await api.login(email, "wrong password")).problem == WRONG
        assert (await api.login(email)).status == 200

"""Refresh tokens: one use each."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

REFUSED = (401, "unauthenticated")
Said = Callable[[], Awaitable[list[Any]]]


async def test_a_refresh_token_is_exchanged_for_new_tokens_of_the_same_session(api: Any, kim: dict[str, Any]) -> None:
    await api.of(kim["accessToken"]).ask("PUT", "/api/users/me", {"name": "Kim Lee"})
    answer = await api.refresh(kim["refreshToken"])
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.body["user"]["name"] == "Kim Lee"
    assert answer.body["refreshToken"] != kim["refreshToken"]
    listed = await api.of(answer.body["accessToken"]).ask("GET", "/api/auth/sessions")
    assert [session["current"] for session in listed.body["sessions"]] == [True]
    assert (await api.refresh(answer.body["refreshToken"])).status == 200


async def test_a_token_used_twice_ends_the_whole_session(api: Any, kim: dict[str, Any], said: Said) -> None:
    second = (await api.refresh(kim["refreshToken"])).body
    third = (await api.refresh(second["refreshToken"])).body
    assert (await api.refresh(kim["refreshToken"])).problem == REFUSED
    assert (await api.refresh(third["refreshToken"])).problem == REFUSED
    assert (await api.of(third["accessToken"]).ask("GET", "/api/users/me")).problem == REFUSED
    revoked = (await said())[-1]
    assert revoked.session_revoked.reason == "refresh_token_reused"
    assert revoked.session_revoked.user_id == kim["user"]["id"]
    assert (await api.refresh(kim["refreshToken"])).problem == REFUSED
    assert len(await said()) == 3


async def test_a_reused_token_does_not_end_other_sessions(api: Any, kim: dict[str, Any]) -> None:
    elsewhere = (await api.login(kim["user"]["email"])).body
    await api.refresh(kim["refreshToken"])
    await api.refresh(kim["refreshToken"])
    assert (await api.refresh(elsewhere["refreshToken"])).status == 200


async def test_of_many_uses_at_once_one_wins_and_the_session_ends(
    api: Any, kim: dict[str, Any], said: Said, pool: asyncpg.Pool
) -> None:
    answers = await asyncio.gather(*(api.refresh(kim["refreshToken"]) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7
    assert await pool.fetchval("SELECT count(*) FROM refresh_tokens") == 2
    assert [event.session_revoked.reason for event in (await said())[2:]] == ["refresh_token_reused"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE refresh_tokens SET expires_at = now()",
        "UPDATE sessions SET revoked_at = now()",
        "DELETE FROM sessions",
    ],
)
async def test_a_token_that_is_over_is_refused(api: Any, kim: dict[str, Any], pool: asyncpg.Pool, change: str) -> None:
    await pool.execute(change)
    assert (await api.refresh(kim["refreshToken"])).problem == REFUSED


async def test_a_session_ends_in_time_however_often_it_is_refreshed(
    api: Any, kim: dict[str, Any], pool: asyncpg.Pool
) -> None:
    await pool.execute("UPDATE sessions SET expires_at = now() + interval '1 day'")
    await api.refresh(kim["refreshToken"])
    assert await pool.fetchval(
        "SELECT max(t.expires_at) = max(s.expires_at) FROM refresh_tokens t, sessions s WHERE t.used_at IS NULL"
    )


async def test_what_was_never_a_refresh_token_is_refused(api: Any, kim: dict[str, Any]) -> None:
    assert (await api.refresh("x" * 43)).problem == REFUSED
    assert (await api.refresh(kim["accessToken"][:512])).problem == REFUSED

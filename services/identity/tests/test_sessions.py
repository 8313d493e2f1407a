"""Where one is signed in, and signing out."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from identity import housekeeping
from uuid_utils.compat import uuid7

Said = Callable[[], Awaitable[list[Any]]]


async def test_sessions_say_from_where_they_were_opened(api: Any, kim: dict[str, Any]) -> None:
    phone = api.at("198.51.100.4, 203.0.113.5")
    phone.headers["User-Agent"] = "A phone " + "x" * 1000
    there = (await phone.login(kim["user"]["email"])).body
    listed = await api.of(there["accessToken"]).ask("GET", "/api/auth/sessions")
    newest, oldest = listed.body["sessions"]
    assert list(newest) == ["id", "createdAt", "lastUsedAt", "userAgent", "ipAddress", "current"]
    assert newest["userAgent"] == ("A phone " + "x" * 1000)[:512]
    assert (newest["ipAddress"], newest["current"]) == ("203.0.113.5", True)
    assert (oldest["ipAddress"], oldest["current"]) == ("127.0.0.1", False)


async def test_signing_out_ends_the_session_and_says_so(api: Any, me: Any, kim: dict[str, Any], said: Said) -> None:
    assert (await me.ask("POST", "/api/auth/logout")).status == 204
    assert (await me.ask("GET", "/api/users/me")).problem == (401, "unauthenticated")
    assert (await me.ask("POST", "/api/auth/logout")).problem == (401, "unauthenticated")
    assert (await api.refresh(kim["refreshToken"])).problem == (401, "unauthenticated")
    revoked = (await said())[-1]
    assert revoked.session_revoked.reason == "signed_out"
    assert revoked.session_revoked.user_id == kim["user"]["id"] == revoked.meta.actor_id


async def test_another_session_can_be_ended(api: Any, me: Any, kim: dict[str, Any], said: Said) -> None:
    there = (await api.login(kim["user"]["email"])).body
    listed = (await me.ask("GET", "/api/auth/sessions")).body["sessions"]
    other = next(session["id"] for session in listed if not session["current"])
    assert (await me.ask("DELETE", f"/api/auth/sessions/{other}")).status == 204
    assert (await api.of(there["accessToken"]).ask("GET", "/api/users/me")).problem == (401, "unauthenticated")
    assert (await me.ask("GET", "/api/users/me")).status == 200
    revoked = (await said())[-1]
    assert (revoked.session_id, revoked.session_revoked.reason) == (other, "revoked_by_user")
    assert (await me.ask("DELETE", f"/api/auth/sessions/{other}")).problem == (404, "not_found")


async def test_somebody_elses_session_is_like_one_that_does_not_exist(api: Any, me: Any) -> None:
    other = api.of((await api.register())["accessToken"])
    theirs = (await other.ask("GET", "/api/auth/sessions")).body["sessions"][0]["id"]
    answers = [await me.ask("DELETE", f"/api/auth/sessions/{session}") for session in (theirs, uuid7())]
    assert answers[0].problem == answers[1].problem == (404, "not_found")
    assert answers[0].body == answers[1].body
    assert (await other.ask("GET", "/api/users/me")).status == 200


async def test_ended_sessions_are_forgotten_with_their_tokens_and_their_records(
    api: Any, kim: dict[str, Any], pool: asyncpg.Pool, said: Said
) -> None:
    for _ in range(2):
        await api.login(kim["user"]["email"])
    first, second, third = [row["id"] for row in await pool.fetch("SELECT id FROM sessions ORDER BY id")]
    await pool.execute("UPDATE sessions SET revoked_at = now() - interval '25 hours' WHERE id = $1", first)
    await pool.execute("UPDATE sessions SET usable_until = now() - interval '25 hours' WHERE id = $1", second)
    await pool.execute("UPDATE refresh_tokens SET expires_at = now() WHERE session_id = $1", third)
    await housekeeping.tidy(pool)
    assert [row["id"] for row in await pool.fetch("SELECT id FROM sessions")] == [third]
    assert await pool.fetchval("SELECT count(*) FROM refresh_tokens") == 0
    assert (await said())[-2:] == [None, None]
    gone = await pool.fetch("SELECT key FROM outbox WHERE value IS NULL")
    assert {row["key"].decode() for row in gone} == {str(first), str(second)}

"""Registering: in a new organization or in the one of an invitation."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from identity import invitations
from identity.invitations import Invitation
from uuid_utils.compat import uuid7

Said = Callable[[], Awaitable[list[Any]]]


async def invite(pool: asyncpg.Pool, organization_id: str, email: str, days: int = 1) -> str:
    token = str(uuid7())
    expires_at = datetime.now(UTC) + timedelta(days=days)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    async with pool.acquire() as db:
        await invitations.save(db, Invitation(uuid7(), UUID(organization_id), email, hashed, expires_at))
    return token


async def test_a_new_user_is_signed_in_and_founds_an_organization(api: Any, pool: asyncpg.Pool, said: Said) -> None:
    answer = await api.ask(
        "POST", "/api/auth/register",
        {"email": "Kim@Example.COM", "password": "correct horse", "name": "  김민준 ", "organizationName": "Acme"},
    )  # fmt: skip
    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert set(answer.body) == {"user", "accessToken", "refreshToken", "expiresIn"}
    user = answer.body["user"]
    assert list(user) == ["id", "organizationId", "email", "name", "avatarUrl", "isBot", "createdAt", "updatedAt"]
    assert (user["email"], user["name"], user["avatarUrl"]) == ("kim@example.com", "김민준", None)
    assert UUID(user["id"]).version == 7
    assert user["createdAt"].endswith("Z")
    assert len(user["createdAt"]) == 24
    assert answer.body["expiresIn"] == 900
    assert await pool.fetchval("SELECT name FROM organizations WHERE id = $1", UUID(user["organizationId"])) == "Acme"

    saved, opened = await said()
    assert saved.user_id == user["id"] == saved.meta.actor_id
    assert saved.user_saved.organization_id == user["organizationId"]
    assert (saved.user_saved.email, saved.user_saved.name) == ("kim@example.com", "김민준")
    assert not saved.user_saved.HasField("avatar_url")
    assert saved.user_saved.created_at.ToJsonString()[:23] == user["createdAt"][:23]
    assert opened.session_opened.user_id == user["id"]
    left = opened.session_opened.expires_at.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)


async def test_an_organization_without_a_name_is_named_after_its_founder(api: Any, pool: asyncpg.Pool) -> None:
    await api.register(name="Kim", organizationName=None)
    assert await pool.fetchval("SELECT name FROM organizations") == "Kim's organization"


async def test_passwords_and_refresh_tokens_are_stored_as_hashes(api: Any, pool: asyncpg.Pool) -> None:
    kim = await api.register()
    assert (await pool.fetchval("SELECT password_hash FROM users")).startswith("$argon2id$")
    stored = await pool.fetchval("SELECT hash FROM refresh_tokens")
    assert stored == hashlib.sha256(kim["refreshToken"].encode()).digest()
    assert len(kim["refreshToken"]) == 43


async def test_an_address_registers_once_however_it_is_written(api: Any, said: Said) -> None:
    await api.register(email="kim@example.com")
    before = await said()
    again = {"email": "KIM@example.com", "password": "another password", "name": "Other"}
    assert (await api.ask("POST", "/api/auth/register", again)).problem == (409, "email_taken")
    assert await said() == before


async def test_an_invited_person_joins_the_organization(api: Any, pool: asyncpg.Pool, kim: dict[str, Any]) -> None:
    organization_id = kim["user"]["organizationId"]
    token = await invite(pool, organization_id, "lee@example.com")
    lee = await api.register(email="Lee@example.com", invitationToken=token, organizationName="Ignored")
    assert lee["user"]["organizationId"] == organization_id
    assert await pool.fetchval("SELECT count(*) FROM organizations") == 1


@pytest.mark.parametrize(
    ("email", "days", "problem"),
    [
        ("other@example.com", 1, (403, "invitation_for_another_email")),
        ("lee@example.com", -1, (410, "invitation_expired")),
    ],
)
async def test_an_invitation_that_does_not_fit_registers_nobody(
    api: Any, pool: asyncpg.Pool, kim: dict[str, Any], email: str, days: int, problem: tuple[int, str]
) -> None:
    token = await invite(pool, kim["user"]["organizationId"], "lee@example.com", days)
    draft = {"email": email, "password": "correct horse", "name": "Lee", "invitationToken": token}
    assert (await api.ask("POST", "/api/auth/register", draft)).problem == problem
    assert await pool.fetchval("SELECT count(*) FROM users") == 1


async def test_an_invitation_that_is_not_known_registers_nobody(api: Any, pool: asyncpg.Pool) -> None:
    of_nowhere = await invite(pool, str(uuid7()), "lee@example.com")
    for token in ("unknown", of_nowhere):
        draft = {"email": "lee@example.com", "password": "correct horse", "name": "Lee", "invitationToken": token}
        assert (await api.ask("POST", "/api/auth/register", draft)).problem == (404, "invitation_not_found")
    assert await pool.fetchval("SELECT count(*) FROM users") == 0

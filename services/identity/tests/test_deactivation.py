"""Who is shut out is out at once and stays out, until they are let in again."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio
from uuid_utils.compat import uuid7

Said = Callable[[], Awaitable[list[Any]]]


@pytest_asyncio.fixture
async def lee(api: Any, pool: asyncpg.Pool, kim: dict[str, Any]) -> dict[str, Any]:
    """Somebody whom Kim, who founded the organization, has invited."""
    await pool.execute(
        "INSERT INTO invitations (id, organization_id, email, token_hash, expires_at) "
        "VALUES ($1, $2, 'lee@example.com', $3, now() + interval '1 day')",
        uuid7(), UUID(kim["user"]["organizationId"]), hashlib.sha256(b"come in").hexdigest(),
    )  # fmt: skip
    made: dict[str, Any] = await api.register(email="lee@example.com", name="Lee", invitationToken="come in")
    return made


def shut_out(whom: dict[str, Any]) -> tuple[str, str]:
    return "POST", f"/api/users/{whom['user']['id']}/deactivate"


def let_in(whom: dict[str, Any]) -> tuple[str, str]:
    return "POST", f"/api/users/{whom['user']['id']}/reactivate"


async def test_the_founder_shuts_somebody_out_of_all_their_sessions(
    api: Any, me: Any, lee: dict[str, Any], said: Said
) -> None:
    elsewhere = (await api.login("lee@example.com")).body
    assert (await me.ask(*shut_out(lee))).status == 204
    for signed_in in (lee, elsewhere):
        assert (await api.of(signed_in["accessToken"]).ask("GET", "/api/users/me")).problem == (401, "unauthenticated")
        assert (await api.refresh(signed_in["refreshToken"])).problem == (401, "unauthenticated")
    assert (await api.login("lee@example.com")).problem == (403, "deactivated")
    assert (await api.login("lee@example.com", "not the password")).problem == (401, "invalid_credentials")
    saved, *revoked = (await said())[-3:]
    assert saved.user_saved.is_deactivated
    assert {event.session_revoked.reason for event in revoked} == {"deactivated"}


async def test_who_is_let_in_again_signs_in_as_before(api: Any, me: Any, lee: dict[str, Any], said: Said) -> None:
    await me.ask(*shut_out(lee))
    assert (await me.ask(*let_in(lee))).status == 204
    assert not (await said())[-1].user_saved.is_deactivated
    assert (await api.login("lee@example.com")).status == 200
    count = len(await said())
    assert (await me.ask(*let_in(lee))).status == 204
    assert len(await said()) == count


async def test_everybody_may_leave_but_only_the_founder_may_shut_others_out(
    api: Any, me: Any, kim: dict[str, Any], lee: dict[str, Any]
) -> None:
    as_lee = api.of(lee["accessToken"])
    assert (await as_lee.ask(*shut_out(kim))).problem == (403, "forbidden")
    assert (await as_lee.ask(*let_in(kim))).problem == (403, "forbidden")
    assert (await me.ask(*shut_out(kim))).problem == (409, "founder")
    assert (await as_lee.ask(*shut_out(lee))).status == 204
    assert (await as_lee.ask(*let_in(lee))).problem == (401, "unauthenticated")


async def test_people_of_other_organizations_are_like_ones_who_do_not_exist(api: Any, me: Any) -> None:
    stranger = await api.register()
    nobody = {"user": {"id": str(uuid7())}}
    for whom in (stranger, nobody):
        for ask in (shut_out, let_in):
            assert (await me.ask(*ask(whom))).problem == (404, "not_found")
    assert (await api.ask(*shut_out(stranger))).problem == (401, "unauthenticated")

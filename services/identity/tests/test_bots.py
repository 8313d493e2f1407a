"""Bots belong to a workspace; their tokens are shown once, good for some things, and revoked at once."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import jwt
import pytest
import pytest_asyncio
from eventbus import Event, Tombstone
from eventbus.inbox import deliver
from identity.handlers import CONSUMES
from nexus.identity.v1.session_event_pb2 import SessionEvent
from nexus.identity.v1.user_event_pb2 import UserEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent

MEMBERS = CONSUMES[WorkspaceMemberEvent]
SCOPES = ["messages:write", "channels:read"]


def a_member(workspace_id: str, user_id: str, role: str) -> WorkspaceMemberEvent:
    event = WorkspaceMemberEvent(member_key=f"{workspace_id}:{user_id}")
    event.meta.id = str(uuid4())
    event.workspace_member_saved.workspace_id = workspace_id
    event.workspace_member_saved.user_id = user_id
    event.workspace_member_saved.role = role
    return event


@pytest_asyncio.fixture
async def workspace_id(pool: asyncpg.Pool, kim: dict[str, Any]) -> str:
    """A workspace that Kim owns, as messaging tells."""
    id_ = str(uuid4())
    await deliver(a_member(id_, kim["user"]["id"], "owner"), MEMBERS, pool, "identity")
    return id_


@pytest_asyncio.fixture
async def bot(me: Any, workspace_id: str) -> dict[str, Any]:
    answer = await me.ask("POST", "/api/bots", {"workspaceId": workspace_id, "name": "Builder"})
    assert answer.status == 201, answer
    return dict(answer.body)


@pytest_asyncio.fixture
async def token(me: Any, bot: dict[str, Any]) -> dict[str, Any]:
    answer = await me.ask("POST", f"/api/bots/{bot['id']}/tokens", {"name": "ci", "scopes": SCOPES})
    assert answer.status == 201, answer
    return dict(answer.body)


async def exchanged(api: Any, token: str) -> dict[str, Any]:
    answer = await api.ask("POST", "/api/auth/bot-token", {"token": token})
    assert answer.status == 200, answer
    return dict(answer.body)


async def test_a_bot_is_told_as_one_with_its_workspace_and_maker(
    bot: dict[str, Any], workspace_id: str, kim: dict[str, Any], said: Callable[[], Awaitable[list[Event]]]
) -> None:
    event = (await said())[-1]
    assert isinstance(event, UserEvent)
    saved = event.user_saved
    assert (event.user_id, saved.is_bot, saved.bot_workspace_id) == (bot["id"], True, workspace_id)
    assert event.meta.actor_id == kim["user"]["id"]
    assert saved.organization_id == kim["user"]["organizationId"]


async def test_only_who_looks_after_the_workspace_sees_or_makes_bots(
    api: Any, pool: asyncpg.Pool, workspace_id: str, bot: dict[str, Any], token: dict[str, Any]
) -> None:
    lee = await api.register()
    other = api.of(lee["accessToken"])
    await deliver(a_member(workspace_id, lee["user"]["id"], "member"), MEMBERS, pool, "identity")
    path = f"/api/bots/{bot['id']}"
    for answer in (
        await other.ask("POST", "/api/bots", {"workspaceId": workspace_id, "name": "Mine"}),
        await other.ask("GET", f"/api/bots?workspaceId={workspace_id}"),
        await other.ask("DELETE", path),
        await other.ask("GET", f"{path}/tokens"),
        await other.ask("POST", f"{path}/tokens", {"name": "x", "scopes": SCOPES}),
        await other.ask("DELETE", f"{path}/tokens/{token['id']}"),
    ):
        assert answer.problem == (404, "not_found")

    await deliver(a_member(workspace_id, lee["user"]["id"], "admin"), MEMBERS, pool, "identity")
    assert (await other.ask("GET", f"/api/bots?workspaceId={workspace_id}")).body["bots"] == [bot]
    await deliver(Tombstone(f"{workspace_id}:{lee['user']['id']}"), MEMBERS, pool, "identity")
    assert (await other.ask("GET", f"/api/bots?workspaceId={workspace_id}")).status == 404


async def test_a_token_is_shown_once_and_kept_as_a_hash(
    me: Any, pool: asyncpg.Pool, bot: dict[str, Any], token: dict[str, Any]
) -> None:
    listed = (await me.ask("GET", f"/api/bots/{bot['id']}/tokens")).body["tokens"]
    assert [(known["name"], known["hint"], known["scopes"]) for known in listed] == [
        ("ci", token["token"][:12], sorted(SCOPES))
    ]
    assert "token" not in listed[0]
    assert listed[0]["lastUsedAt"] is None
    stored = str([dict(row) for row in await pool.fetch("SELECT * FROM bot_tokens")])
    assert token["token"] not in stored
    await exchanged(me, token["token"])
    (known,) = (await me.ask("GET", f"/api/bots/{bot['id']}/tokens")).body["tokens"]
    assert known["lastUsedAt"]


async def test_a_token_is_exchanged_for_an_access_token_with_its_scopes(
    api: Any, bot: dict[str, Any], token: dict[str, Any]
) -> None:
    answer = await exchanged(api, token["token"])
    assert answer["scopes"] == sorted(SCOPES)
    claims = jwt.decode(answer["accessToken"], options={"verify_signature": False})
    assert claims["sub"] == bot["id"]
    assert claims["sid"] == token["id"]
    assert set(claims["scope"].split()) == set(SCOPES)
    robot = api.of(answer["accessToken"])
    me = (await robot.ask("GET", "/api/users/me")).body
    assert (me["id"], me["isBot"]) == (bot["id"], True)


async def test_a_bot_looks_after_nothing(api: Any, workspace_id: str, token: dict[str, Any]) -> None:
    robot = api.of((await exchanged(api, token["token"]))["accessToken"])
    for method, path, body in (
        ("PUT", "/api/users/me", {"name": "King"}),
        ("GET", "/api/auth/sessions", None),
        ("POST", "/api/auth/logout", None),
        ("POST", "/api/bots", {"workspaceId": workspace_id, "name": "Child"}),
        ("GET", f"/api/bots?workspaceId={workspace_id}", None),
    ):
        assert (await robot.ask(method, path, body)).problem == (403, "out_of_scope")


async def test_a_revoked_token_is_good_for_nothing_and_its_sockets_are_told(
    me: Any, api: Any, bot: dict[str, Any], token: dict[str, Any], said: Callable[[], Awaitable[list[Event]]]
) -> None:
    robot = api.of((await exchanged(api, token["token"]))["accessToken"])
    path = f"/api/bots/{bot['id']}/tokens/{token['id']}"
    assert (await me.ask("DELETE", path)).status == 204
    assert (await me.ask("DELETE", path)).problem == (404, "not_found")
    assert (await robot.ask("GET", "/api/users/me")).problem == (401, "unauthenticated")
    assert (await api.ask("POST", "/api/auth/bot-token", {"token": token["token"]})).problem == (
        401,
        "invalid_credentials",
    )
    event = (await said())[-1]
    assert isinstance(event, SessionEvent)
    assert (event.session_id, event.session_revoked.user_id) == (token["id"], bot["id"])


async def test_an_expired_token_is_refused(api: Any, pool: asyncpg.Pool, token: dict[str, Any]) -> None:
    await pool.execute("UPDATE sessions SET usable_until = now() WHERE id = $1", token["id"])
    refused = await api.ask("POST", "/api/auth/bot-token", {"token": token["token"]})
    assert refused.problem == (401, "invalid_credentials")


async def test_a_removed_bot_is_gone_with_its_tokens(
    me: Any, api: Any, workspace_id: str, bot: dict[str, Any], token: dict[str, Any],
    said: Callable[[], Awaitable[list[Event]]],
) -> None:  # fmt: skip
    assert (await me.ask("DELETE", f"/api/bots/{bot['id']}")).status == 204
    assert (await me.ask("GET", f"/api/bots?workspaceId={workspace_id}")).body["bots"] == []
    assert (await me.ask("GET", f"/api/bots/{bot['id']}/tokens")).status == 404
    assert (await api.ask("POST", "/api/auth/bot-token", {"token": token["token"]})).status == 401
    removed = [event for event in await said() if isinstance(event, UserEvent) and event.user_saved.is_removed]
    assert [event.user_id for event in removed] == [bot["id"]]


async def test_nobody_signs_in_as_a_bot_with_a_password(api: Any, pool: asyncpg.Pool, bot: dict[str, Any]) -> None:
    email = await pool.fetchval("SELECT email FROM users WHERE id = $1", bot["id"])
    assert (await api.login(email)).problem == (422, "invalid_request")
    await pool.execute("UPDATE users SET email = 'bot@example.com' WHERE id = $1", bot["id"])
    assert (await api.login("bot@example.com")).problem == (401, "invalid_credentials")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": " ", "scopes": SCOPES},
        {"name": "x", "scopes": SCOPES, "expiresInDays": 0},
        {"name": "x", "scopes": SCOPES, "token": "mine"},
    ],
)
async def test_a_token_that_is_not_as_documented_is_refused(
    me: Any, bot: dict[str, Any], wrong: dict[str, object]
) -> None:
    assert (await me.ask("POST", f"/api/bots/{bot['id']}/tokens", wrong)).problem == (422, "invalid_request")

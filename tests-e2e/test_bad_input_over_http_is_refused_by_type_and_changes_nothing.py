"""What programs send wrong over HTTP: a problem document with a stable type, and nothing stored."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from journeys.drafts import BAD_DRAFTS
from journeys.people import PASSWORD, Answer, Town, address
from journeys.rooms import UNKNOWN_ID, Room, furnish

Refusal = tuple[int, str]
INVALID, NOT_FOUND, TOO_LARGE = (422, "invalid_request"), (404, "not_found"), (413, "too_large")
LONG_NAME = "x" * 256
# Spelled out, as the test's own JSON library would refuse to write it.
LONE_SURROGATE = rb'{"name": "\ud800"}'


@pytest_asyncio.fixture(scope="module")
async def room(town: Town) -> AsyncIterator[Room]:
    yield await furnish(town)


@pytest.mark.parametrize("name", BAD_DRAFTS)
async def test_a_bad_message_is_refused(room: Room, name: str) -> None:
    before = await room.stored()
    answer = await room.bo.ask(
        "POST", f"/api/channels/{room.channel_id}/messages", {"content": "hi"} | BAD_DRAFTS[name]
    )
    assert answer.refusal in (INVALID, (400, "invalid_request"))
    assert await room.stored() == before


PLACES: dict[str, tuple[str, Callable[[Room], str], object, Refusal]] = {
    "a channel that is no id": ("GET", lambda _: "/api/channels/general/messages", None, INVALID),
    "an unknown channel": ("GET", lambda _: f"/api/channels/{UNKNOWN_ID}/messages", None, NOT_FOUND),
    "a foreign channel": ("GET", lambda room: f"/api/channels/{room.foreign.channel_id}/messages", None, NOT_FOUND),
    "a foreign channel's info": ("GET", lambda room: f"/api/channels/{room.foreign.channel_id}/info", None, NOT_FOUND),
    "joining a foreign channel": (
        "POST", lambda room: f"/api/channels/{room.foreign.channel_id}/join", None, NOT_FOUND,
    ),
    "sending to a foreign channel": (
        "POST", lambda room: f"/api/channels/{room.foreign.channel_id}/messages", {"content": "hi"}, NOT_FOUND,
    ),
    "sending to a channel one left": (
        "POST", lambda room: f"/api/channels/{room.left_channel_id}/messages", {"content": "hi"}, (403, "forbidden"),
    ),
    "a foreign message": (
        "PUT", lambda room: f"/api/messages/{room.foreign_message['id']}", {"content": "hi"}, NOT_FOUND,
    ),
    "somebody else's message": (
        "PUT", lambda room: f"/api/messages/{room.message['id']}", {"content": "hi"}, (403, "forbidden"),
    ),
    "pinning a foreign message": (
        "POST", lambda room: f"/api/messages/{room.foreign_message['id']}/pin", None, NOT_FOUND,
    ),
    "an unknown workspace": ("GET", lambda _: f"/api/workspaces/{UNKNOWN_ID}", None, NOT_FOUND),
    "a foreign workspace": ("GET", lambda room: f"/api/workspaces/{room.foreign.workspace_id}", None, NOT_FOUND),
    "a foreign workspace's members": (
        "GET", lambda room: f"/api/workspaces/{room.foreign.workspace_id}/members", None, NOT_FOUND,
    ),
    "inviting to a foreign workspace": (
        "POST",
        lambda room: f"/api/workspaces/{room.foreign.workspace_id}/invite",
        {"emails": ["me@example.com"]},
        NOT_FOUND,
    ),
    "inviting without the right": (
        "POST",
        lambda room: f"/api/workspaces/{room.team.workspace_id}/invite",
        {"emails": ["me@example.com"]},
        (403, "forbidden"),
    ),
    "the invitations without the right": (
        "GET", lambda room: f"/api/workspaces/{room.team.workspace_id}/invitations", None, (403, "forbidden"),
    ),
    "an unknown invitation": ("POST", lambda _: "/api/invitations/accept", {"token": "mine"}, NOT_FOUND),
    "writing to a foreigner": (
        "POST",
        lambda room: f"/api/workspaces/{room.team.workspace_id}/direct",
        {"userIds": [UNKNOWN_ID]},
        NOT_FOUND,
    ),
    "a long workspace name": ("POST", lambda _: "/api/workspaces", {"name": LONG_NAME}, INVALID),
    "a workspace of one's own making": (
        "POST", lambda _: "/api/workspaces", {"name": "mine", "createdBy": UNKNOWN_ID}, INVALID,
    ),
    "a long channel name": (
        "POST", lambda room: f"/api/workspaces/{room.team.workspace_id}/channels", {"name": LONG_NAME}, INVALID,
    ),
    "a channel with a NUL in its name": (
        "POST", lambda room: f"/api/workspaces/{room.team.workspace_id}/channels", {"name": "a\0b"}, INVALID,
    ),
    "a default channel": (
        "POST",
        lambda room: f"/api/workspaces/{room.team.workspace_id}/channels",
        {"name": "mine", "isDefault": True},
        INVALID,
    ),
    "a page before no message": (
        "GET", lambda room: f"/api/channels/{room.channel_id}/messages?before=yesterday", None, INVALID,
    ),
    "a page before a foreign message": (
        "GET",
        lambda room: f"/api/channels/{room.channel_id}/messages?before={room.foreign_message['id']}",
        None,
        NOT_FOUND,
    ),
    "a page of everything": (
        "GET", lambda room: f"/api/channels/{room.channel_id}/messages?limit=100000", None, INVALID,
    ),
    "another e-mail address": ("PUT", lambda _: "/api/users/me", {"email": "new@example.com"}, INVALID),
    "another organization": ("PUT", lambda _: "/api/users/me", {"organizationId": UNKNOWN_ID}, INVALID),
    "a long name": ("PUT", lambda _: "/api/users/me", {"name": LONG_NAME}, INVALID),
    "a script as picture": ("PUT", lambda _: "/api/users/me", {"avatarUrl": "javascript:alert(1)"}, INVALID),
    "a session that is not one's own": ("DELETE", lambda _: f"/api/auth/sessions/{UNKNOWN_ID}", None, NOT_FOUND),
    "a status that does not exist": ("PUT", lambda _: "/api/presence", {"status": "sleepy"}, INVALID),
    "a path that does not exist": ("GET", lambda _: "/api/wishes", None, NOT_FOUND),
    "an internal path": ("GET", lambda room: f"/api/internal/users/{room.bo.id}/state", None, NOT_FOUND),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
async def test_what_may_not_be_asked_is_refused(room: Room, name: str) -> None:
    method, path, body, refusal = PLACES[name]
    before = await room.stored()
    assert (await room.bo.ask(method, path(room), body)).refusal == refusal
    assert await room.stored() == before


REGISTRATIONS: dict[str, dict[str, object]] = {
    "a long name": {"name": LONG_NAME},
    "no name": {"name": " "},
    "a NUL in the name": {"name": "a\0b"},
    "half of a surrogate pair in the name": {"name": "\ud800"},
    "a number as name": {"name": 7},
    "a short password": {"password": "7 chars"},
    "a long password": {"password": "x" * 257},
    "no address": {"email": "me"},
    "an id of one's own": {"id": UNKNOWN_ID},
    "an organization of one's own": {"organizationId": UNKNOWN_ID},
    "a long organization": {"organizationName": LONG_NAME},
}


@pytest.mark.parametrize("name", REGISTRATIONS)
async def test_nobody_registers_with_what_is_not_allowed(town: Town, name: str) -> None:
    email = address("nobody")
    draft = {"email": email, "password": PASSWORD, "name": "Nobody"} | REGISTRATIONS[name]
    answer = await town.stranger.ask("POST", "/api/auth/register", draft)
    assert answer.refusal in (INVALID, (400, "invalid_request"))
    if draft["email"] == email:
        known = await town.stranger.ask("POST", "/api/auth/login", {"email": email, "password": PASSWORD})
        assert known.refusal == (401, "invalid_credentials")


BODIES: dict[str, tuple[bytes, tuple[Refusal, ...]]] = {
    "no JSON": (b"{name: 'x'}", (INVALID, (400, "invalid_request"))),
    "half of it": (b'{"name": "x', (INVALID, (400, "invalid_request"))),
    "no UTF-8": (b'{"name": "\xff\xfe"}', (INVALID, (400, "invalid_request"))),
    "half of a surrogate pair": (LONE_SURROGATE, (INVALID, (400, "invalid_request"))),
    "not a number": (b'{"name": NaN}', (INVALID, (400, "invalid_request"))),
    "a number without end": (b'{"name": 1' + b"0" * 5_000 + b"}", (INVALID, (400, "invalid_request"))),
    "depth without end": (b"[" * 50_000, (INVALID, (400, "invalid_request"), TOO_LARGE)),
    "nothing": (b"", (INVALID, (400, "invalid_request"))),
    "a list": (b"[]", (INVALID,)),
    "more than a megabyte": (b'{"name": "' + b"x" * 1_000_000 + b'"}', (TOO_LARGE,)),
}
WRITES = ("/api/workspaces", "/api/auth/register", "/api/auth/login", "/api/invitations/accept")


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_cannot_be_read_is_refused(room: Room, path: str, name: str) -> None:
    body, refusals = BODIES[name]
    answer = await _raw(room, path, body)
    assert answer.refusal in refusals


async def test_a_body_that_grows_beyond_a_megabyte_is_refused_while_it_is_read(room: Room) -> None:
    async def growing() -> AsyncIterator[bytes]:
        yield b'{"name": "'
        for _ in range(40):
            yield b"x" * 50_000

    assert (await _raw(room, "/api/workspaces", growing())).refusal == TOO_LARGE


async def test_what_is_not_yours_is_answered_like_what_does_not_exist(room: Room) -> None:
    unknown = await room.bo.ask("GET", f"/api/channels/{UNKNOWN_ID}/messages")
    foreign = await room.bo.ask("GET", f"/api/channels/{room.foreign.channel_id}/messages")
    assert foreign.body == unknown.body
    unknown = await room.bo.ask("GET", f"/api/workspaces/{UNKNOWN_ID}")
    foreign = await room.bo.ask("GET", f"/api/workspaces/{room.foreign.workspace_id}")
    assert foreign.body == unknown.body


async def _raw(room: Room, path: str, body: Any) -> Answer:
    return await room.bo.ask("POST", path, data=body, headers={"Content-Type": "application/json"})

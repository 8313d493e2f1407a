"""What clients send wrong: a refusal with a stable type, nothing stored, and the socket stays usable."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from journeys.drafts import BAD_DRAFTS
from journeys.people import Town
from journeys.rooms import UNKNOWN_ID, Room, furnish
from testkit import eventually

Ask = tuple[str, Callable[[Room], Any], str]


def _draft(channel_id: str, **more: object) -> dict[str, object]:
    return {"channelId": channel_id, "content": "hello", **more}


def _send(type_: str, **more: object) -> Ask:
    return "message:send", lambda room: _draft(room.channel_id, **more), type_


OTHERS: dict[str, Ask] = {
    "a message that is text": ("message:send", lambda _: "hello", "invalid_request"),
    "a message that is a list": ("message:send", lambda _: ["hello"], "invalid_request"),
    "a message that is nothing": ("message:send", lambda _: None, "invalid_request"),
    "a message without a channel": ("message:send", lambda _: {"content": "hello"}, "invalid_request"),
    "a channel that is no id": ("message:send", lambda _: _draft("general"), "invalid_request"),
    "an unknown channel": ("message:send", lambda _: _draft(UNKNOWN_ID), "not_found"),
    "a channel of another workspace": ("message:send", lambda room: _draft(room.foreign.channel_id), "not_found"),
    "a channel that one left": ("message:send", lambda room: _draft(room.left_channel_id), "forbidden"),
    "an unknown parent": _send("not_found", parentMessageId=UNKNOWN_ID),
    "an event that does not exist": ("message:shout", lambda room: _draft(room.channel_id), "unknown_event"),
    "an edit without content": ("message:update", lambda room: {"messageId": room.message["id"]}, "invalid_request"),
    "an edit of nothing": ("message:update", lambda _: {"messageId": "x", "content": "y"}, "invalid_request"),
    "an edit of an unknown message": (
        "message:update", lambda _: {"messageId": UNKNOWN_ID, "content": "y"}, "not_found",
    ),
    "an edit in another workspace": (
        "message:update", lambda room: {"messageId": room.foreign_message["id"], "content": "y"}, "not_found",
    ),
    "an edit of somebody else's message": (
        "message:update", lambda room: {"messageId": room.message["id"], "content": "y"}, "forbidden",
    ),
    "an edit with half of a surrogate pair": (
        "message:update", lambda room: {"messageId": room.message["id"], "content": "\ud800"}, "invalid_request",
    ),
    "an edit of the number": (
        "message:update", lambda room: {"messageId": room.message["id"], "content": "y", "seq": 1}, "invalid_request",
    ),
    "deleting what is unknown": ("message:delete", lambda _: {"messageId": UNKNOWN_ID}, "not_found"),
    "deleting in another workspace": (
        "message:delete", lambda room: {"messageId": room.foreign_message["id"]}, "not_found",
    ),
    "deleting somebody else's message": ("message:delete", lambda room: {"messageId": room.message["id"]}, "forbidden"),
    "a reaction that is a list": (
        "reaction:add", lambda room: {"messageId": room.message["id"], "emoji": ["👍"]}, "invalid_request",
    ),
    "a reaction that is too long": (
        "reaction:add", lambda room: {"messageId": room.message["id"], "emoji": "x" * 65}, "invalid_request",
    ),
    "a reaction with a NUL character": (
        "reaction:add", lambda room: {"messageId": room.message["id"], "emoji": "\0"}, "invalid_request",
    ),
    "a reaction with half of a surrogate pair": (
        "reaction:add", lambda room: {"messageId": room.message["id"], "emoji": "\ud83d"}, "invalid_request",
    ),
    "a reaction in somebody's name": (
        "reaction:add",
        lambda room: {"messageId": room.message["id"], "emoji": "👍", "userId": UNKNOWN_ID},
        "invalid_request",
    ),
    "a reaction in another workspace": (
        "reaction:add", lambda room: {"messageId": room.foreign_message["id"], "emoji": "👍"}, "not_found",
    ),
    "typing nowhere": ("typing:start", lambda _: {"channelId": UNKNOWN_ID}, "not_found"),
    "typing in another workspace": ("typing:start", lambda room: {"channelId": room.foreign.channel_id}, "not_found"),
    "typing as somebody else": (
        "typing:start", lambda room: {"channelId": room.channel_id, "userId": UNKNOWN_ID}, "forbidden",
    ),
    "a status that does not exist": ("presence:update", lambda _: {"status": "sleepy"}, "invalid_request"),
    "a status of somebody else": (
        "presence:update", lambda _: {"status": "busy", "userId": UNKNOWN_ID}, "invalid_request",
    ),
    "a sync of nothing": ("sync", lambda _: {}, "invalid_request"),
    "a sync from a number below zero": ("sync", lambda room: {"channels": {room.channel_id: -1}}, "invalid_request"),
    "a sync from a word": ("sync", lambda room: {"channels": {room.channel_id: "all"}}, "invalid_request"),
    "a sync with more than channels": ("sync", lambda _: {"channels": {}, "limit": 5}, "invalid_request"),
    "another token that is none": ("auth:refresh", lambda _: {"token": "mine"}, "unauthenticated"),
}  # fmt: skip
CASES = {name: _send("invalid_request", **draft) for name, draft in BAD_DRAFTS.items()} | OTHERS


@pytest_asyncio.fixture(scope="module")
async def room(town: Town) -> AsyncIterator[Room]:
    yield await furnish(town)


@pytest.mark.parametrize("name", CASES)
async def test_it_is_refused_by_type_and_the_error_event_says_so_too(room: Room, name: str) -> None:
    event, payload, type_ = CASES[name]
    before, errors = await room.stored(), room.client.count("error")
    answer = await room.client.ask(event, payload(room))
    assert answer == {"ok": False, "error": {"type": type_, "message": answer["error"]["message"]}}
    assert answer["error"]["message"]
    await eventually(lambda: room.client.count("error") == errors + 1)
    told = room.client.told("error")[-1]
    assert told["error"] == answer["error"]
    assert told["type"].endswith("_failed")
    assert await room.stored() == before
    assert room.client.count("connect") == 1


async def test_what_is_not_yours_is_answered_like_what_does_not_exist(room: Room) -> None:
    unknown = await room.client.ask("message:send", _draft(UNKNOWN_ID))
    assert await room.client.ask("message:send", _draft(room.foreign.channel_id)) == unknown
    unknown = await room.client.ask("message:delete", {"messageId": UNKNOWN_ID})
    assert await room.client.ask("message:delete", {"messageId": room.foreign_message["id"]}) == unknown


async def test_afterwards_the_same_socket_sends_and_hears(room: Room) -> None:
    ada, _ = room.team
    mine = await room.client.say(room.channel_id, "still here", clientMessageId=str(uuid4()))
    heard = await (await ada.connect()).say(room.channel_id, "so am I")
    await eventually(lambda: room.client.messages(room.channel_id)[-1:] == [heard])
    assert (await ada.history(room.channel_id))[-2:] == [mine, heard]

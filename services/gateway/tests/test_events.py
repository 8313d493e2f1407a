"""Every event a client may send: what it is answered, and what others hear of it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from gateway.events import HANDLERS
from talking import Talker, Team, talking
from testkit import Issuer, eventually
from uuid_utils.compat import uuid7

UNKNOWN = "0190a0a0-0000-7000-8000-000000000000"
# Clocks may differ by half a minute: so long an expired token still counts. Its last seconds are for coming in.
JUST = -26.0


@pytest_asyncio.fixture
async def alice(team: Team) -> AsyncIterator[Talker]:
    async with talking(team.alice.url, team.alice.token) as talker:
        yield talker


@pytest_asyncio.fixture
async def bob(team: Team) -> AsyncIterator[Talker]:
    async with talking(team.bob.url, team.bob.token) as talker:
        yield talker


async def said(talker: Talker, team: Team, content: str = "hello", **more: Any) -> Any:
    return (await talker.do("message:send", {"channelId": team.channel_id, "content": content, **more}))["message"]


async def history(team: Team) -> Any:
    return (await team.alice.made("GET", f"/api/channels/{team.channel_id}/messages"))["messages"]


async def test_a_message_is_stored_before_it_is_answered_and_heard_by_everyone_but_its_socket(
    team: Team, alice: Talker, bob: Talker
) -> None:
    async with talking(team.alice.url, team.alice.token) as second:
        message = await said(alice, team)
        assert await history(team) == [message]
        heard = await bob.hears("message:receive")
        assert heard["message"] == message
        assert heard["channel"]["id"] == team.channel_id
        await second.hears("message:receive")
        await alice.caught_up()
        assert alice.told("message:receive") == []


async def test_a_message_over_http_is_heard_by_all_sockets_and_looks_the_same(
    team: Team, alice: Talker, bob: Talker
) -> None:
    path = f"/api/channels/{team.channel_id}/messages"
    message = await team.alice.made("POST", path, {"content": "by http", "clientMessageId": "one"})
    for talker in (alice, bob):
        assert (await talker.hears("message:receive"))["message"] == message


async def test_messages_sent_one_after_the_other_without_waiting_stay_in_order(
    team: Team, alice: Talker, bob: Talker
) -> None:
    sends = [{"channelId": team.channel_id, "content": f"{number}"} for number in range(60)]
    answers = [await alice.begin("message:send", send) for send in sends]
    assert [(await answer)["message"]["seq"] for answer in answers] == list(range(1, 61))
    await bob.hears("message:receive", 60)
    assert [told["message"]["content"] for told in bob.told("message:receive")] == [f"{n}" for n in range(60)]


async def test_an_edit_a_deletion_and_reactions_are_heard_by_everyone(team: Team, alice: Talker, bob: Talker) -> None:
    message = await said(alice, team)
    answer = await alice.do("message:update", {"messageId": message["id"], "content": "changed"})
    assert (await bob.hears("message:update"))["message"] == answer["message"]
    assert answer["message"]["content"] == "changed"
    reaction = {"messageId": message["id"], "emoji": "👍"}
    told = {**reaction, "channelId": team.channel_id, "userId": team.bob.user_id}
    assert await bob.do("reaction:add", reaction) == {"ok": True}
    assert (await alice.hears("reaction:add")).items() >= told.items()
    assert (await history(team))[0]["reactions"] == {"👍": [team.bob.user_id]}
    assert await bob.do("reaction:remove", reaction) == {"ok": True}
    assert (await alice.hears("reaction:remove")).items() >= told.items()
    assert await alice.do("message:delete", {"messageId": message["id"]}) == {"ok": True}
    deleted = await bob.hears("message:delete")
    assert (deleted["messageId"], deleted["channelId"]) == (message["id"], team.channel_id)
    assert [deleted["message"]] == await history(team)
    assert (deleted["message"]["content"], deleted["message"]["isDeleted"]) == ("", True)


async def test_a_reply_is_shown_at_what_it_replies_to_and_changes_are_brought_by_sync(
    team: Team, alice: Talker, bob: Talker
) -> None:
    message = await said(alice, team)
    reply = await said(bob, team, "yes", parentMessageId=message["id"], alsoToChannel=True)
    expected = {
        "channelId": team.channel_id, "messageId": message["id"], "threadReplyCount": 1,
        "lastReplyAt": reply["createdAt"], "participants": [team.bob.user_id], "revision": 1,
    }  # fmt: skip
    for talker in (alice, bob):
        assert await talker.hears("thread:update") == expected
    held = {"channels": {team.channel_id: 2}, "revisions": {team.channel_id: 0}}
    told = (await alice.do("sync", held))["channels"][team.channel_id]
    assert (told["changed"], told["messages"], told["lastRevision"]) == ([(await history(team))[0]], [], 1)


async def join_many(team: Team, tokens: Issuer, number: int) -> None:
    """So many more people in the channel."""
    ids = {str(uuid7()): f"{uuid7()}@example.com" for _ in range(number)}
    path = f"/api/workspaces/{team.workspace_id}"
    await team.alice.made("POST", f"{path}/invite", {"emails": list(ids.values())})
    listed = (await team.alice.made("GET", f"{path}/invitations"))["invitations"]
    accepted = {row["email"]: row["token"] for row in listed}
    for user_id, email in ids.items():
        human = replace(team.alice, user_id=user_id, email=email, token=tokens.token(user_id, email=email))
        await human.made("POST", "/api/invitations/accept", {"token": accepted[email]})
    await team.alice.made("POST", f"/api/channels/{team.channel_id}/members", {"userIds": list(ids)})


async def test_a_refusal_tells_what_its_type_promises(team: Team, alice: Talker, tokens: Issuer) -> None:
    await join_many(team, tokens, 60)
    message = await said(alice, team)
    for count, name, body in (
        (1, "message:send", {"channelId": team.channel_id}),
        (2, "message:update", {"messageId": message["id"]}),
    ):
        error = (await alice.ask(name, {**body, "content": "<!channel>"}))["error"]
        assert (error["type"], error["audience"]) == ("confirmation_required", 61)
        assert (await alice.hears("error", count))["error"] == error
    assert (await said(alice, team, "<!channel>", confirmMentions=True))["mentionsChannel"]


async def test_what_is_read_on_one_device_is_read_on_all_of_them(team: Team, alice: Talker, bob: Talker) -> None:
    async with talking(team.bob.url, team.bob.token) as phone:
        first, *_ = [await said(alice, team, f"{number}") for number in range(3)]
        answer = await bob.do("channel:read", {"channelId": team.channel_id, "seq": 2})
        assert (answer["ok"], answer["unread"], answer["lastReadSeq"]) == (True, 1, 2)
        for device in (bob, phone):
            heard = await device.hears("channel:read")
            assert (heard["channelId"], heard["lastReadSeq"], heard["unread"]) == (team.channel_id, 2, 1)
        await team.bob.made("POST", f"/api/messages/{first['id']}/unread")
        assert (await phone.hears("channel:read", 2))["unread"] == 3
        await alice.caught_up()
        assert alice.told("channel:read") == []
        assert (await team.bob.made("GET", "/api/unread"))["totals"]["unread"] == 3


async def test_a_thread_is_read_on_all_devices(team: Team, alice: Talker, bob: Talker) -> None:
    question = await said(alice, team)
    reply = await said(bob, team, "an answer", parentMessageId=question["id"])
    assert [each["unread"] for each in (await team.alice.made("GET", "/api/threads?unread=true"))["threads"]] == [1]
    answer = await alice.do("thread:read", {"messageId": question["id"], "seq": reply["seq"]})
    assert (answer["unread"], answer["threadId"]) == (0, question["id"])
    assert (await alice.hears("thread:read"))["lastReadSeq"] == reply["seq"]


async def test_typing_is_told_to_the_others_of_the_channel(team: Team, alice: Talker, bob: Talker) -> None:
    told = {"channelId": team.channel_id, "userId": team.alice.user_id}
    assert await alice.do("typing:start", {"channelId": team.channel_id}) == {"ok": True}
    assert await bob.hears("typing:start") == told
    await alice.do("typing:stop", told)
    assert await bob.hears("typing:stop") == told
    assert alice.told("typing:start") == []


async def test_who_is_silenced_does_not_seem_to_type(team: Team, alice: Talker, bob: Talker) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for where in (f"/api/channels/{team.channel_id}", f"/api/workspaces/{team.workspace_id}"):
        silence = f"{where}/members/{team.bob.user_id}/silence"
        count = len(bob.told("member:silenced"))
        await team.alice.made("PUT", silence, {"until": soon})
        await bob.hears("member:silenced", count + 1)
        refused = await bob.ask("typing:start", {"channelId": team.channel_id})
        assert refused["error"]["type"] == "forbidden"
        assert await bob.do("typing:stop", {"channelId": team.channel_id}) == {"ok": True}
        async with talking(team.bob.url, team.bob.token) as later:
            refused = await later.ask("typing:start", {"channelId": team.channel_id})
            assert refused["error"]["type"] == "forbidden"
        await team.alice.made("PUT", silence, {"until": None})
        await bob.hears("member:silenced", count + 2)
        assert await bob.do("typing:start", {"channelId": team.channel_id}) == {"ok": True}
    await alice.hears("typing:start", 2)
    await alice.caught_up()
    assert len(alice.told("typing:start")) == 2


async def test_presence_is_chosen_over_the_socket(team: Team, alice: Talker, bob: Talker) -> None:
    await team.acquainted()
    assert await alice.do("presence:update", {"status": "busy"}) == {"ok": True, "status": "busy"}
    await eventually(lambda: {"userId": team.alice.user_id, "status": "busy"} in bob.told("presence:update"))
    seen = await team.bob.made("GET", f"/api/presence?userIds={team.alice.user_id}")
    assert seen == {"presence": [{"userId": team.alice.user_id, "status": "busy"}]}


async def test_a_sync_answers_what_was_missed_and_the_channels_that_were_not_named(
    team: Team, alice: Talker, bob: Talker
) -> None:
    messages = [await said(alice, team, f"{number}") for number in range(3)]
    await bob.hears("message:receive", 3)
    answer = await bob.do("sync", {"channels": {team.channel_id: 1, UNKNOWN: 4}})
    assert answer["channels"][team.channel_id]["messages"] == messages[1:]
    assert answer["channels"][team.channel_id]["lastSeq"] == 3
    assert answer["channels"][UNKNOWN] == {"reset": True}
    assert any(told.get("isNew") for told in answer["channels"].values())
    await said(alice, team, "later")
    assert (await bob.hears("message:receive", 4))["message"]["content"] == "later"


async def test_a_sync_that_nobody_is_told_of_holds_nothing_back(team: Team, alice: Talker, bob: Talker) -> None:
    await said(alice, team)
    await bob.hears("message:receive")
    await bob.emit("sync", {"channels": {team.channel_id: 0}})
    await said(alice, team)
    await bob.hears("message:receive", 2)


MESSAGE = {"messageId": UNKNOWN}
REFUSED: list[tuple[str, list[Any], str]] = [
    *[(name, args, "invalid_request") for name in HANDLERS for args in ([], ["text"], [None], [[]], [{}, {}])],
    *[(name, [{"surprise": 1}], "invalid_request") for name in HANDLERS],
    *[(name, [{"messageId": "../x", "content": "x", "emoji": "x"}], "invalid_request")
      for name in ("message:update", "message:delete", "reaction:add", "reaction:remove")],
    ("message:update", [{**MESSAGE, "content": "x", "userId": UNKNOWN}], "invalid_request"),
    ("message:update", [{**MESSAGE, "content": "x"}], "not_found"),
    ("message:delete", [{**MESSAGE, "content": "x"}], "invalid_request"),
    ("channel:read", [{"channelId": UNKNOWN, "seq": 1}], "not_found"),
    ("channel:read", [{"channelId": UNKNOWN, "seq": 1, "userId": UNKNOWN}], "invalid_request"),
    ("channel:read", [{"channelId": "../x", "seq": 1}], "invalid_request"),
    ("thread:read", [{**MESSAGE, "seq": 1}], "not_found"),
    ("message:delete", [MESSAGE], "not_found"),
    ("message:delete", [{"messageId": f"{{{UNKNOWN}}}"}], "invalid_request"),
    ("reaction:add", [{**MESSAGE, "emoji": ""}], "invalid_request"),
    ("reaction:add", [{**MESSAGE, "emoji": ".."}], "invalid_request"),
    ("reaction:add", [{**MESSAGE, "emoji": "x" * 65}], "invalid_request"),
    ("reaction:add", [{**MESSAGE, "emoji": "a/b"}], "invalid_request"),
    ("reaction:add", [{**MESSAGE, "emoji": 1}], "invalid_request"),
    ("reaction:remove", [{**MESSAGE, "emoji": "x"}], "not_found"),
    ("typing:start", [{"channelId": UNKNOWN}], "not_found"),
    ("typing:start", [{"channelId": 7}], "invalid_request"),
    ("typing:stop", [{"channelId": UNKNOWN, "userId": UNKNOWN}], "forbidden"),
    ("presence:update", [{"status": "asleep"}], "invalid_request"),
    ("presence:update", [{"status": "online", "userId": UNKNOWN}], "invalid_request"),
    ("sync", [{"channels": {"x": "many"}}], "invalid_request"),
    ("sync", [{"channels": {"x": -1}}], "invalid_request"),
    ("sync", [{"channels": []}], "invalid_request"),
    ("message:send", [{"channelId": UNKNOWN, "content": "x"}], "not_found"),
    ("message:send", [{"channelId": UNKNOWN, "content": ""}], "invalid_request"),
    ("message:send", [{"channelId": UNKNOWN, "content": "x" * 40_001}], "invalid_request"),
    ("message:send", [{"channelId": UNKNOWN, "content": "x", "seq": 1}], "invalid_request"),
    ("message:send", [{"channelId": UNKNOWN, "content": 1}], "invalid_request"),
    ("message:send", [{"channelId": UNKNOWN, "content": "x", "attachments": [json.loads("[" * 300 + "]" * 300)]}],
     "invalid_request"),
    ("auth:refresh", [{"token": "not a token"}], "unauthenticated"),
    ("auth:refresh", [{"token": 5}], "unauthenticated"),
    ("unheard:of", [{}], "unknown_event"),
    ("x" * 500, [{}], "unknown_event"),
]  # fmt: skip


# Fewer than a socket may send at once.
SOME = 50


@pytest.mark.parametrize("start", range(0, len(REFUSED), SOME))
async def test_what_cannot_be_is_refused_by_type_and_the_socket_stays_usable(
    team: Team, alice: Talker, start: int
) -> None:
    for name, args, expected in REFUSED[start : start + SOME]:
        alice.heard.clear()
        case = f"{name[:20]} {str(args)[:80]}"
        answer = await alice.ask(name, *args)
        assert answer["ok"] is False, case
        assert answer["error"]["type"] == expected, f"{case}: {answer}"
        assert answer["error"]["message"], case
        error = alice.told("error")[-1] if alice.told("error") else await alice.hears("error")
        failed = name.replace(":", "_") + "_failed" if name in HANDLERS else "request_failed"
        assert error == {"type": failed, "error": answer["error"]}, case
    assert await history(team) == []
    assert (await said(alice, team))["seq"] == 1


async def test_an_event_without_a_question_is_refused_by_the_error_event_alone(team: Team, alice: Talker) -> None:
    await alice.emit("message:send", {"channelId": UNKNOWN, "content": "x"})
    assert (await alice.hears("error"))["type"] == "message_send_failed"


async def test_bytes_in_a_message_are_refused_and_spoil_nobody_elses(team: Team, alice: Talker, bob: Talker) -> None:
    placeholder = {"_placeholder": True, "num": 0}
    body = {"channelId": team.channel_id, "content": "x", "attachments": [placeholder]}
    sending = await bob.begin("message:send", {"channelId": team.channel_id, "content": "mine"})
    await alice.say("451-" + json.dumps(["message:send", body]))
    await alice.ws.send_bytes(b"\0\1")
    assert (await alice.hears("error"))["error"]["type"] == "invalid_request"
    assert (await sending)["ok"] is True


async def test_a_stranger_hears_and_does_nothing_in_a_channel(team: Team, alice: Talker) -> None:
    message = await said(alice, team)
    async with talking(team.eve.url, team.eve.token) as eve:
        for name, body in (
            ("message:send", {"channelId": team.channel_id, "content": "x"}),
            ("message:update", {"messageId": message["id"], "content": "x"}),
            ("message:delete", {"messageId": message["id"]}),
            ("reaction:add", {"messageId": message["id"], "emoji": "x"}),
            ("typing:start", {"channelId": team.channel_id}),
        ):
            assert (await eve.ask(name, body))["error"]["type"] == "not_found", name
        answer = await eve.do("sync", {"channels": {team.channel_id: 0}})
        assert answer["channels"] == {team.channel_id: {"reset": True}}
        await said(alice, team)
        await eve.caught_up()
        assert eve.told("message:receive") == []


async def test_a_fresh_token_of_the_same_session_is_taken_and_of_another_is_not(team: Team, tokens: Issuer) -> None:
    user_id, session_id = team.alice.user_id, str(uuid7())
    async with talking(team.alice.url, tokens.token(user_id, session_id=session_id)) as talker:
        fresh = tokens.token(user_id, session_id=session_id, expires_in=600)
        answer = await talker.do("auth:refresh", {"token": fresh})
        assert isinstance(answer["expiresAt"], int)
        for other in (tokens.token(user_id), tokens.token(session_id=session_id)):
            refused = await talker.ask("auth:refresh", {"token": other})
            assert refused["error"]["type"] == "unauthenticated"
        await said(talker, team)


async def test_an_expired_token_does_nothing_more_until_it_is_refreshed(team: Team, tokens: Issuer) -> None:
    user_id, session_id = team.alice.user_id, str(uuid7())
    async with talking(team.alice.url, tokens.token(user_id, session_id=session_id, expires_in=JUST)) as talker:
        assert talker.greeting.startswith("40")

        async def refusal() -> Any:
            return (await talker.ask("presence:update", {"status": "online"})).get("error")

        assert (await eventually(refusal))["type"] == "unauthenticated"
        await talker.do("auth:refresh", {"token": tokens.token(user_id, session_id=session_id)})
        await said(talker, team)


async def test_a_socket_whose_token_expires_is_closed(team: Team, tokens: Issuer) -> None:
    async with talking(team.alice.url, tokens.token(team.alice.user_id, expires_in=JUST)) as talker:
        await eventually(talker.closed.is_set)
        assert talker.ws.close_code == 1008

"""Messages are numbered without gaps and stored once."""

import asyncio
from typing import Any

import asyncpg
import pytest
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Office, Sender, a_send


async def test_messages_of_many_senders_are_numbered_without_gaps(office: Office, send: Sender) -> None:
    batches = [
        [
            a_send(who, office.channel_id, f"{batch}-{number}")
            for number in range(7)
            for who in (office.owner, office.member)
        ]
        for batch in range(8)
    ]
    results = [result for batch in await asyncio.gather(*map(send, batches)) for result in batch]
    numbers = sorted(result["message"]["seq"] for result in results)
    assert numbers == list(range(1, 8 * 14 + 1))
    told = await office.history(office.owner, limit=200)
    assert [message["seq"] for message in told["messages"]] == numbers
    assert told["total"] == len(numbers)


async def test_a_hundred_resends_at_once_are_one_message(office: Office, send: Sender) -> None:
    one = a_send(office.owner, office.channel_id, clientMessageId="again")
    answers = await asyncio.gather(*(send([one, one]) for _ in range(50)))
    messages = [result["message"] for batch in answers for result in batch]
    assert all(message == messages[0] for message in messages)
    assert (await office.history(office.owner))["total"] == 1


async def test_a_client_id_used_in_another_channel_is_refused(office: Office, send: Sender) -> None:
    first, second = await send(
        [
            a_send(office.owner, office.channel_id, clientMessageId="mine"),
            a_send(office.owner, office.general_id, clientMessageId="mine"),
        ]
    )
    assert first["message"]["channelId"] == office.channel_id
    assert second["error"]["type"] == "client_message_id_reused"


async def test_a_client_id_raced_into_two_channels_makes_one_message(office: Office, send: Sender) -> None:
    for number in range(10):
        raced = [a_send(office.owner, c, clientMessageId=f"r{number}") for c in (office.channel_id, office.general_id)]
        answers = [result for batch in await asyncio.gather(*(send([one]) for one in raced)) for result in batch]
        assert sorted("message" in answer for answer in answers) == [False, True]


async def test_two_people_may_choose_the_same_client_id(office: Office, send: Sender) -> None:
    results = await send([a_send(who, office.channel_id, clientMessageId="1") for who in (office.owner, office.member)])
    assert [result["message"]["seq"] for result in results] == [1, 2]


async def test_one_bad_message_does_not_refuse_the_others(office: Office, send: Sender) -> None:
    good = a_send(office.owner, office.channel_id)
    bad = [
        a_send(office.stranger, office.channel_id),
        a_send(office.owner, office.channel_id, seq=9),
        {"userId": str(office.owner.user_id), "payload": "nonsense"},
    ]
    results = await send([good, *bad, good])
    assert [result.get("error", {}).get("type") for result in results] == [
        None, "not_found", "invalid_request", "invalid_request", None,
    ]  # fmt: skip
    assert [results[place]["message"]["seq"] for place in (0, 4)] == [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": ""},
        {"content": "   "},
        {"content": "x" * 40_001},
        {"content": 7},
        {"content": None},
        {"content": "nul \x00"},
        {"contentType": "system"},
        {"contentType": "video"},
        {"parentMessageId": "no id"},
        {"attachments": [{"name": "x" * 5_000}]},
        {"attachments": [{}] * 21},
        {"attachments": ["text"]},
        {"clientMessageId": ""},
        {"clientMessageId": "x" * 65},
        {"userId": "somebody else"},
        {"isPinned": True},
        {"createdAt": "2020-01-01T00:00:00Z"},
    ],
)
async def test_a_wrong_message_is_refused_and_nothing_is_stored(
    office: Office, send: Sender, wrong: dict[str, Any]
) -> None:
    (result,) = await send(
        [
            a_send(office.owner, office.channel_id)
            | {"payload": {"channelId": office.channel_id, "content": "hi", **wrong}}
        ]
    )
    assert result["error"]["type"] == "invalid_request", result
    body = {"content": "hi", **wrong}
    status, told = await office.owner.post(f"/api/channels/{office.channel_id}/messages", body)
    assert (status, told["type"]) == (422, "invalid_request"), told
    assert (await office.history(office.owner))["total"] == 0


async def test_the_longest_message_is_stored_whole(office: Office) -> None:
    message = await office.say(office.owner, "가" * 40_000)
    assert (await office.history(office.member))["messages"] == [message]


async def test_nobody_posts_where_they_are_not(office: Office, send: Sender) -> None:
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    results = await send([a_send(who, office.channel_id) for who in (office.member, office.guest, office.stranger)])
    unknown = await send([a_send(office.owner, "0190a000-0000-7000-8000-000000000000")])
    assert {result["error"]["type"] for result in [*results, *unknown]} == {"not_found"}
    public = await send([a_send(office.stranger, office.general_id)])
    assert public[0]["error"]["type"] == "not_found"


async def test_an_archived_channel_takes_no_messages(office: Office, send: Sender) -> None:
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    (result,) = await send([a_send(office.owner, office.channel_id)])
    assert result["error"]["type"] == "forbidden"


async def test_replies_are_counted_where_they_belong(office: Office, send: Sender) -> None:
    first = await office.say(office.owner, "a question")
    await office.say(office.member, "an answer", parentMessageId=first["id"])
    await office.say(office.owner, "thanks", parentMessageId=first["id"])
    elsewhere = await send([a_send(office.owner, office.general_id, parentMessageId=first["id"])])
    assert elsewhere[0]["error"]["type"] == "not_found"
    told = await office.history(office.owner)
    assert [message["threadReplyCount"] for message in told["messages"]] == [2, 0, 0]
    deep = await send([a_send(office.owner, office.channel_id, parentMessageId=told["messages"][1]["id"])])
    assert deep[0]["error"]["type"] == "not_found"


async def test_what_is_announced_is_what_was_stored(office: Office, pool: asyncpg.Pool, send: Sender) -> None:
    await pool.execute("DELETE FROM outbox")
    sent = {**a_send(office.owner, office.channel_id, "said"), "socketId": "socket-1"}
    await send([sent, a_send(office.stranger, office.channel_id, "refused")])
    rows = await pool.fetch("SELECT topic, key, value FROM outbox ORDER BY id")
    (event,) = [ChannelEvent.FromString(row["value"]) for row in rows]
    assert rows[0]["key"].decode() == event.channel_id == office.channel_id
    assert event.message_posted.message.content == "said"
    assert event.message_posted.message.seq == 1
    assert event.message_posted.origin_socket_id == "socket-1"
    assert event.meta.actor_id == str(office.owner.user_id)


async def test_only_the_gateway_may_post_for_others(office: Office, url: str) -> None:
    for headers in ({}, {"Authorization": "Internal wrong"}, office.owner.headers):
        async with office.owner.http.post(f"{url}/internal/messages", json={"sends": []}, headers=headers) as answer:
            assert answer.status == 401

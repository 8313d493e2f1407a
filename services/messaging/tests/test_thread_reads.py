"""Threads are read apart from their channel."""

from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from office import Asker, Office, told


@pytest_asyncio.fixture
async def question(office: Office) -> Any:
    return await office.say(office.owner, "a question")


async def reply(office: Office, who: Asker, question: Any, content: str = "an answer") -> Any:
    return await office.say(who, content, parentMessageId=question["id"])


async def listed(who: Asker, **query: str) -> list[tuple[str, int, int]]:
    status, answer = await who.get("/api/threads", **query)
    assert status == 200, answer
    return [(each["root"]["id"], each["unread"], each["mentions"]) for each in answer["threads"]]


async def read(who: Asker, message: Any, seq: int) -> Any:
    status, answer = await who.put(f"/api/messages/{message['id']}/thread/read", {"seq": seq})
    assert status == 200, answer
    return answer


async def test_replies_are_unread_to_those_who_follow_the_thread_until_they_read_it(
    office: Office, question: Any
) -> None:
    replies = [await reply(office, office.member, question) for _ in range(3)]
    assert await listed(office.owner) == [(question["id"], 3, 0)]
    assert await listed(office.member) == [(question["id"], 0, 0)]
    assert (await read(office.owner, question, replies[1]["seq"]))["unread"] == 1
    assert (await read(office.owner, question, 1))["unread"] == 1
    # Any of its messages names the thread.
    assert (await read(office.owner, replies[0], replies[2]["seq"]))["unread"] == 0
    assert await listed(office.owner, unread="true") == []
    assert await listed(office.owner) == [(question["id"], 0, 0)]


async def test_reading_the_channel_leaves_its_threads_unread(office: Office, question: Any) -> None:
    answer = await reply(office, office.member, question)
    await office.owner.put(f"/api/channels/{office.channel_id}/read", {"seq": answer["seq"]})
    assert await listed(office.owner) == [(question["id"], 1, 0)]


async def test_who_is_mentioned_in_a_thread_finds_it_in_their_list(office: Office, question: Any) -> None:
    answer = await reply(office, office.owner, question, f"ask <@{office.member.user_id}>")
    assert await listed(office.member) == [(question["id"], 1, 1)]
    await office.owner.delete(f"/api/messages/{answer['id']}")
    assert await listed(office.member) == []


async def test_a_reply_is_marked_unread_in_its_thread_alone(office: Office, question: Any, pool: asyncpg.Pool) -> None:
    replies = [await reply(office, office.member, question) for _ in range(3)]
    await read(office.owner, question, replies[2]["seq"])
    await told(pool)
    _, page = await office.owner.get(f"/api/messages/{question['id']}/thread")
    assert page["lastReadSeq"] == replies[2]["seq"]
    answer = await office.owner.made(f"/api/messages/{replies[1]['id']}/unread")
    assert (answer["threadId"], answer["unread"]) == (question["id"], 2)
    await office.owner.made(f"/api/messages/{replies[2]['id']}/unread")
    (event,) = await told(pool)
    assert isinstance(event, PersonalEvent)
    assert (event.thread_read.thread_id, event.thread_read.unread) == (question["id"], 2)
    _, channel = await office.member.get(f"/api/channels/{office.channel_id}/unread")
    assert channel["lastReadSeq"] == 0


async def test_who_left_the_channel_or_stopped_following_hears_no_more(office: Office, question: Any) -> None:
    await reply(office, office.member, question)
    await office.owner.delete(f"/api/messages/{question['id']}/follow")
    assert await listed(office.owner) == []
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    assert await listed(office.member) == []


@pytest.mark.parametrize("seq", [-1, 99, "1", None])
async def test_a_wrong_number_is_refused(office: Office, question: Any, seq: Any) -> None:
    status, answer = await office.owner.put(f"/api/messages/{question['id']}/thread/read", {"seq": seq})
    assert (status, answer["type"]) == (422, "invalid_request")


async def test_nobody_reads_threads_of_channels_they_are_not_in(office: Office, question: Any) -> None:
    for who in (office.guest, office.stranger):
        status, answer = await who.put(f"/api/messages/{question['id']}/thread/read", {"seq": 1})
        assert (status, answer["type"]) == (404, "not_found")

"""Threads: one level of replies, who follows them, and how the first message shows them."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, Office, invited, told


@pytest_asyncio.fixture
async def question(office: Office) -> Any:
    return await office.say(office.owner, "a question")


@pytest_asyncio.fixture
async def colleague(office: Office) -> Asker:
    """One more in the channel."""
    await invited(office.owner, office.stranger, office.workspace_id, "member")
    await office.owner.made(f"/api/channels/{office.channel_id}/members", {"userIds": [str(office.stranger.user_id)]})
    return office.stranger


async def thread(who: Asker, message: Any, **query: Any) -> Any:
    status, told = await who.get(f"/api/messages/{message['id']}/thread", **query)
    assert status == 200, told
    return told


async def follows(who: Asker, message: Any) -> bool:
    return bool((await thread(who, message))["isFollowing"])


async def shown(pool: asyncpg.Pool) -> list[Any]:
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    events = [ChannelEvent.FromString(row["value"]) for row in rows]
    return [event.thread_updated for event in events if event.WhichOneof("payload") == "thread_updated"]


async def test_a_thread_is_its_first_message_with_pages_of_replies(office: Office, question: Any) -> None:
    replies = [await office.say(office.member, f"r{n}", parentMessageId=question["id"]) for n in range(5)]
    told = await thread(office.owner, question, limit=2)
    assert (told["replies"], told["hasMore"]) == (replies[3:], True)
    assert told["root"]["threadReplyCount"] == 5
    assert (told["participants"], told["followers"]) == ([str(office.member.user_id)], 2)
    older = await thread(office.owner, question, limit=3, before=replies[3]["id"])
    assert (older["replies"], older["hasMore"]) == (replies[:3], False)
    newer = await thread(office.owner, question, limit=1, after=replies[1]["id"])
    assert (newer["replies"], newer["hasMore"]) == (replies[2:3], True)
    # Any of its messages leads to it.
    assert await thread(office.owner, replies[2]) == await thread(office.owner, question)


async def test_a_thread_outlives_its_first_message(office: Office, question: Any) -> None:
    reply = await office.say(office.member, "an answer", parentMessageId=question["id"])
    await office.owner.delete(f"/api/messages/{question['id']}")
    told = await thread(office.member, question)
    assert (told["root"]["isDeleted"], told["root"]["threadReplyCount"]) == (True, 1)
    assert told["replies"] == [reply]


async def test_the_first_message_shows_its_replies_to_everyone(
    office: Office, question: Any, colleague: Asker, pool: asyncpg.Pool
) -> None:
    first = await office.say(office.member, "one", parentMessageId=question["id"])
    second = await office.say(colleague, "two", parentMessageId=question["id"])
    last = await office.say(office.member, "three", parentMessageId=question["id"])
    await office.member.delete(f"/api/messages/{last['id']}")
    await office.member.delete(f"/api/messages/{first['id']}")
    root = (await thread(office.owner, question))["root"]
    assert (root["threadReplyCount"], root["lastReplyAt"]) == (1, second["createdAt"])
    assert root["threadParticipants"] == [str(colleague.user_id)]
    events = await shown(pool)
    assert [(event.thread_reply_count, len(event.participants)) for event in events] == [
        (1, 1), (2, 2), (3, 2), (2, 2), (1, 1),
    ]  # fmt: skip
    assert {event.message_id for event in events} == {question["id"]}
    # Both deletions changed the reply, too.
    assert [event.revision for event in events] == [1, 2, 3, 4, 6]


async def test_participants_are_the_last_to_reply(office: Office, question: Any, colleague: Asker) -> None:
    for who in (office.member, colleague, office.owner, office.member):
        await office.say(who, "r", parentMessageId=question["id"])
    root = (await thread(office.owner, question))["root"]
    assert root["threadParticipants"] == [str(who.user_id) for who in (office.member, office.owner, colleague)]


async def test_who_asked_who_replied_and_who_is_named_follow(office: Office, colleague: Asker) -> None:
    question = await office.say(office.owner, "a question")
    assert not await follows(office.owner, question)
    await office.say(office.member, "an answer", parentMessageId=question["id"])
    assert [await follows(who, question) for who in (office.owner, office.member, colleague)] == [True, True, False]
    await office.say(office.owner, f"<@{colleague.user_id}>?", parentMessageId=question["id"])
    assert await follows(colleague, question)
    assert (await thread(office.owner, question))["participants"] == sorted(
        str(who.user_id) for who in (office.owner, office.member)
    )


async def test_a_reply_is_announced_with_those_who_follow_but_its_author(
    office: Office, question: Any, colleague: Asker, pool: asyncpg.Pool
) -> None:
    await office.say(office.member, "one", parentMessageId=question["id"])
    await office.say(colleague, "two", parentMessageId=question["id"])
    await office.owner.delete(f"/api/messages/{question['id']}/follow")
    await office.say(office.owner, "beside it")
    await office.say(office.member, "three", parentMessageId=question["id"])
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    events = [ChannelEvent.FromString(row["value"]) for row in rows]
    posted = [event.message_posted for event in events if event.WhichOneof("payload") == "message_posted"]
    owner, member, third = (str(who.user_id) for who in (office.owner, office.member, colleague))
    assert [set(each.thread_follower_ids) for each in posted] == [set(), {owner}, {owner, member}, set(), {third}]


async def test_who_is_named_in_the_first_message_follows_once_it_is_answered(office: Office, colleague: Asker) -> None:
    question = await office.say(office.owner, f"<@{colleague.user_id}>, a question")
    assert not await follows(colleague, question)
    await office.say(office.member, "an answer", parentMessageId=question["id"])
    assert await follows(colleague, question)


async def test_who_is_named_by_an_edit_in_a_thread_follows(office: Office, question: Any, colleague: Asker) -> None:
    reply = await office.say(office.member, "an answer", parentMessageId=question["id"])
    await office.member.put(f"/api/messages/{reply['id']}", {"content": f"<@{colleague.user_id}> knows"})
    assert await follows(colleague, question)


async def test_who_stops_following_is_not_made_to_by_a_mention_but_by_their_own_reply(
    office: Office, question: Any, colleague: Asker
) -> None:
    reply = await office.say(office.member, "an answer", parentMessageId=question["id"])
    assert (await colleague.put(f"/api/messages/{reply['id']}/follow", {}))[0] == 204
    assert await follows(colleague, question)
    assert (await colleague.delete(f"/api/messages/{question['id']}/follow"))[0] == 204
    await office.say(office.member, f"<@{colleague.user_id}>", parentMessageId=question["id"])
    assert not await follows(colleague, question)
    await office.say(colleague, "here I am", parentMessageId=question["id"])
    assert await follows(colleague, question)


async def test_what_somebody_follows_is_told_to_their_devices_once(
    office: Office, question: Any, pool: asyncpg.Pool
) -> None:
    path = f"/api/messages/{question['id']}/follow"
    for _ in range(2):
        await office.member.put(path, {})
    for _ in range(2):
        await office.member.delete(path)
    events = await told(pool)
    assert {event.user_id for event in events} == {str(office.member.user_id)}
    assert {event.thread_followed.thread_id for event in events} == {question["id"]}
    assert [event.thread_followed.is_following for event in events] == [True, False]


async def test_a_reply_can_be_shown_in_the_channel_too(office: Office, question: Any, pool: asyncpg.Pool) -> None:
    reply = await office.say(office.member, "for all", parentMessageId=question["id"], alsoToChannel=True)
    assert reply["alsoToChannel"]
    assert (await office.history(office.owner))["messages"][1] == reply
    body = {"content": "no reply", "alsoToChannel": True}
    status, told = await office.member.post(f"/api/channels/{office.channel_id}/messages", body)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_who_left_the_channel_follows_no_more(office: Office, question: Any) -> None:
    await office.say(office.member, "an answer", parentMessageId=question["id"])
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    assert (await thread(office.owner, question))["followers"] == 1


async def test_nobody_reads_or_follows_a_thread_they_do_not_see(office: Office, question: Any) -> None:
    unknown = {"id": "0190a000-0000-7000-8000-000000000000"}
    for who in (office.guest, office.stranger):
        for message in (question, unknown):
            path = f"/api/messages/{message['id']}"
            answers = [
                await who.get(f"{path}/thread"),
                await who.put(f"{path}/follow", {}),
                await who.delete(f"{path}/follow"),
            ]
            assert {(status, told["type"]) for status, told in answers} == {(404, "not_found")}


async def test_who_only_sees_a_channel_reads_threads_but_does_not_follow_them(office: Office) -> None:
    question = await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "q"})
    await office.member.made(f"/api/channels/{office.general_id}/leave")
    assert (await thread(office.member, question))["replies"] == []
    status, told = await office.member.put(f"/api/messages/{question['id']}/follow", {})
    assert (status, told["type"]) == (403, "forbidden")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"before": "x"}])
async def test_a_wrong_page_of_a_thread_is_refused(office: Office, question: Any, query: dict[str, Any]) -> None:
    status, told = await office.owner.get(f"/api/messages/{question['id']}/thread", **query)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_a_page_at_what_is_no_reply_is_refused(office: Office, question: Any) -> None:
    path = f"/api/messages/{question['id']}/thread"
    status, told = await office.owner.get(path, before=str(UUID(question["id"])))
    assert (status, told["type"]) == (404, "not_found")

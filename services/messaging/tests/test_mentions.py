"""Whom a message mentions is decided by messaging, for those who see the channel, and kept as a list."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Office, Sender, a_send, invited
from uuid_utils.compat import uuid7

EVERYONE = str(UUID(int=0))
SIZE = 60


async def mentioned(pool: asyncpg.Pool, message: Any) -> dict[str, str]:
    rows = await pool.fetch("SELECT * FROM message_mentions WHERE message_id = $1", UUID(message["id"]))
    for row in rows:
        assert (str(row["channel_id"]), row["seq"]) == (message["channelId"], message["seq"])
        assert (str(row["author_id"]), row["thread_id"]) == (message["userId"], _uuid(message["parentMessageId"]))
    return {str(row["user_id"]): row["kind"] for row in rows}


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


async def told(pool: asyncpg.Pool, payload: str) -> list[Any]:
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id")
    events = [ChannelEvent.FromString(row["value"]) for row in rows]
    return [getattr(event, payload) for event in events if event.WhichOneof("payload") == payload]


async def arrive(pool: asyncpg.Pool, *user_ids: object) -> None:
    await pool.executemany("INSERT INTO people_here VALUES ($1)", [(user_id,) for user_id in user_ids])


async def crowd(pool: asyncpg.Pool, office: Office) -> list[UUID]:
    """Sixty more people in the channel."""
    people = [uuid7() for _ in range(SIZE)]
    await pool.executemany(
        "INSERT INTO workspace_members (id, workspace_id, user_id) VALUES ($1, $2, $1)",
        [(who, UUID(office.workspace_id)) for who in people],
    )
    await pool.executemany(
        "INSERT INTO channel_members (channel_id, user_id) VALUES ($1, $2)",
        [(UUID(office.channel_id), who) for who in people],
    )
    return people


async def test_who_is_named_is_mentioned_unless_they_do_not_see_the_channel(office: Office, pool: asyncpg.Pool) -> None:
    names = " ".join(f"<@{who.user_id}>" for who in (office.guest, office.member, office.stranger, office.owner))
    message = await office.say(office.owner, names)
    assert (message["mentions"], message["mentionsChannel"], message["mentionsHere"]) == (
        [str(office.member.user_id)], False, False,
    )  # fmt: skip
    assert await mentioned(pool, message) == {str(office.member.user_id): "user"}
    (history,) = (await office.history(office.member))["messages"]
    assert history == message
    (event,) = await told(pool, "message_posted")
    assert event.mentioned_user_ids == [str(office.member.user_id)]


async def test_in_a_public_channel_members_of_the_workspace_can_be_mentioned_but_guests_only_inside(
    office: Office, pool: asyncpg.Pool
) -> None:
    names = f"<@{office.guest.user_id}> <@{office.member.user_id}>"
    for who in (office.member, office.guest):
        await who.made(f"/api/channels/{office.general_id}/leave")
    message = await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": names})
    assert await mentioned(pool, message) == {str(office.member.user_id): "user"}


async def test_code_mentions_nobody(office: Office, pool: asyncpg.Pool) -> None:
    name = f"<@{office.member.user_id}>"
    for body in ({"content": f"`{name}`"}, {"content": name, "contentType": "code"}):
        message = await office.owner.made(f"/api/channels/{office.channel_id}/messages", body)
        assert (message["mentions"], await mentioned(pool, message)) == ([], {})


async def test_the_channel_is_one_row_and_here_is_those_who_are_here(office: Office, pool: asyncpg.Pool) -> None:
    await arrive(pool, office.owner.user_id, office.member.user_id, office.guest.user_id)
    both = await office.say(office.owner, "<!channel> <!here>")
    assert (both["mentions"], both["mentionsChannel"], both["mentionsHere"]) == ([], True, True)
    assert await mentioned(pool, both) == {EVERYONE: "channel", str(office.member.user_id): "here"}
    await pool.execute("DELETE FROM people_here WHERE user_id = $1", office.member.user_id)
    away = await office.say(office.owner, "<!here>")
    assert (away["mentionsHere"], await mentioned(pool, away)) == (True, {})


async def test_many_messages_of_one_batch_mention_each_their_own(
    office: Office, pool: asyncpg.Pool, send: Sender
) -> None:
    owner, member = str(office.owner.user_id), str(office.member.user_id)
    results = await send(
        [
            a_send(office.owner, office.channel_id, f"<@{member}>"),
            a_send(office.member, office.channel_id, "nobody"),
            a_send(office.member, office.channel_id, f"<@{owner}> <!channel>"),
            a_send(office.owner, office.general_id, f"<@{office.guest.user_id}>"),
        ]
    )
    found = [await mentioned(pool, result["message"]) for result in results]
    guest = str(office.guest.user_id)
    assert found == [{member: "user"}, {}, {owner: "user", EVERYONE: "channel"}, {guest: "user"}]


async def test_mentions_go_with_their_message(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, f"<@{office.member.user_id}> <!channel>")
    await office.owner.delete(f"/api/messages/{message['id']}")
    assert await mentioned(pool, message) == {}
    (tombstone,) = (await office.history(office.member))["messages"]
    assert (tombstone["mentions"], tombstone["mentionsChannel"]) == ([], False)


async def test_who_is_mentioned_by_an_edit_hears_of_it_and_nobody_twice(office: Office, pool: asyncpg.Pool) -> None:
    await invited(office.owner, office.stranger, office.workspace_id, "member")
    await office.owner.made(f"/api/channels/{office.channel_id}/members", {"userIds": [str(office.stranger.user_id)]})
    await arrive(pool, office.stranger.user_id)
    first, second = f"<@{office.member.user_id}>", f"<@{office.stranger.user_id}>"
    message = await office.say(office.owner, f"{first} <!here>")
    _, edited = await office.owner.put(f"/api/messages/{message['id']}", {"content": f"{second} {first} <!channel>"})
    assert edited["mentions"] == [str(office.stranger.user_id), str(office.member.user_id)]
    expected = {str(office.member.user_id): "user", str(office.stranger.user_id): "user", EVERYONE: "channel"}
    assert await mentioned(pool, edited) == expected
    await office.owner.put(f"/api/messages/{message['id']}", {"content": f"{second} <!channel>"})
    del expected[str(office.member.user_id)]
    assert await mentioned(pool, edited) == expected
    changes = await told(pool, "message_updated")
    # The stranger was mentioned by <!here> before.
    assert [(list(change.mentioned_user_ids), change.channel_mentioned) for change in changes] == [
        ([], True), ([], False),
    ]  # fmt: skip


async def test_an_edit_mentions_those_who_were_not(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.owner, "nobody")
    await office.owner.put(f"/api/messages/{message['id']}", {"content": f"<@{office.member.user_id}>"})
    (change,) = await told(pool, "message_updated")
    assert list(change.mentioned_user_ids) == [str(office.member.user_id)]


@pytest.mark.parametrize("field", ["mentions", "mentionedUserIds", "mentionsChannel", "mentionsHere"])
async def test_a_client_cannot_say_whom_it_mentions(office: Office, field: str) -> None:
    value: Any = True if field.startswith("mentionsC") else [str(office.member.user_id)]
    body = {"content": "hi", field: value}
    status, told = await office.owner.post(f"/api/channels/{office.channel_id}/messages", body)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_a_message_names_a_hundred_people_at_the_most(office: Office) -> None:
    names = "".join(f"<@{uuid7()}>" for _ in range(101))
    path = f"/api/channels/{office.channel_id}/messages"
    status, told = await office.owner.post(path, {"content": names})
    assert (status, told["type"]) == (422, "too_many_mentions")
    assert (await office.owner.post(path, {"content": names[:-1]}))[0] == 201


async def test_guests_mention_everyone_nowhere(office: Office) -> None:
    for word in ("<!channel>", "<!here>"):
        path = f"/api/channels/{office.general_id}/messages"
        status, told = await office.guest.post(path, {"content": word})
        assert (status, told["type"]) == (403, "mention_not_allowed")
    assert (await office.history(office.owner))["total"] == 0


async def test_to_mention_many_wants_to_be_confirmed(office: Office, pool: asyncpg.Pool, send: Sender) -> None:
    people = await crowd(pool, office)
    path, body = f"/api/channels/{office.channel_id}/messages", {"content": "<!channel>"}
    status, told = await office.member.post(path, body)
    assert (status, told["type"], told["audience"]) == (409, "confirmation_required", SIZE + 1)
    assert (await office.history(office.owner))["total"] == 0
    (answer,) = await send([a_send(office.member, office.channel_id, "<!channel>")])
    assert (answer["error"]["type"], answer["error"]["audience"]) == ("confirmation_required", SIZE + 1)
    assert (await office.member.post(path, {**body, "confirmMentions": True}))[0] == 201
    # Few are here: nothing to confirm.
    await arrive(pool, *people[:5])
    assert (await office.member.post(path, {"content": "<!here>"}))[0] == 201


async def test_an_edit_that_mentions_many_wants_to_be_confirmed_once(office: Office, pool: asyncpg.Pool) -> None:
    await crowd(pool, office)
    message = await office.say(office.member, "quiet")
    path, body = f"/api/messages/{message['id']}", {"content": "loud <!channel>"}
    status, told = await office.member.put(path, body)
    assert (status, told["type"], told["audience"]) == (409, "confirmation_required", SIZE + 1)
    assert (await office.member.put(path, {**body, "confirmMentions": True}))[0] == 200
    assert (await office.member.put(path, {"content": "louder <!channel>"}))[0] == 200


async def test_members_mention_many_only_where_that_is_allowed(office: Office, pool: asyncpg.Pool) -> None:
    await crowd(pool, office)
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"membersMentionEveryone": False})
    path, body = f"/api/channels/{office.channel_id}/messages", {"content": "<!channel>", "confirmMentions": True}
    status, told = await office.member.post(path, body)
    assert (status, told["type"]) == (403, "mention_not_allowed")
    assert (await office.owner.post(path, body))[0] == 201
    await office.owner.put(f"/api/channels/{office.channel_id}", {"membersMentionEveryone": True})
    assert (await office.member.post(path, body))[0] == 201
    _, channel = await office.owner.put(f"/api/channels/{office.channel_id}", {"membersMentionEveryone": None})
    assert channel["membersMentionEveryone"] is None
    assert (await office.member.post(path, body))[0] == 403
    await office.owner.put(f"/api/channels/{office.channel_id}", {"slowModeSeconds": 0})
    assert (await office.member.post(path, body))[0] == 403
    # Few people: nobody minds.
    await office.owner.put(f"/api/channels/{office.channel_id}", {"membersMentionEveryone": False})
    await pool.execute(
        "DELETE FROM channel_members WHERE user_id NOT IN ($1, $2)", office.owner.user_id, office.member.user_id
    )
    assert (await office.member.post(path, {"content": "<!channel>"}))[0] == 201


async def test_a_resend_of_what_was_confirmed_is_the_same_message(office: Office, pool: asyncpg.Pool) -> None:
    message = await office.say(office.member, "<!channel>", clientMessageId="once")
    await crowd(pool, office)
    assert await office.say(office.member, "<!channel>", clientMessageId="once") == message

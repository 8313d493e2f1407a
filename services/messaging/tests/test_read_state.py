"""What somebody has read, what is unread and why, on whichever device they ask."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from office import Asker, Office, Sender, a_send

EVERYONE = "00000000-0000-0000-0000-000000000000"
MENTION = """
    INSERT INTO message_mentions (channel_id, user_id, seq, message_id, author_id, kind)
    SELECT channel_id, $2, seq, id, user_id, $3 FROM messages WHERE id = $1
"""


async def unread(office: Office, who: Asker, **query: str) -> Any:
    status, told = await who.get(f"/api/channels/{office.channel_id}/unread", **query)
    assert status == 200, told
    return told


async def counts(office: Office, who: Asker) -> tuple[int, int]:
    told = await unread(office, who)
    return told["unread"], told["mentions"]


async def read(office: Office, who: Asker, seq: int) -> Any:
    status, told = await who.put(f"/api/channels/{office.channel_id}/read", {"seq": seq})
    assert status == 200, told
    return told


async def told_to(pool: asyncpg.Pool, who: Asker) -> list[PersonalEvent]:
    query = "SELECT value FROM outbox WHERE topic = 'messaging.personal' AND key = $1 ORDER BY id"
    return [PersonalEvent.FromString(row["value"]) for row in await pool.fetch(query, str(who.user_id).encode())]


async def test_what_others_write_is_unread_until_it_is_read(office: Office) -> None:
    for number in range(5):
        await office.say(office.owner, f"m{number}")
    assert await counts(office, office.member) == (5, 0)
    assert await counts(office, office.owner) == (0, 0)
    told = await read(office, office.member, 3)
    assert (told["unread"], told["lastReadSeq"], told["lastSeq"]) == (2, 3, 5)
    assert (await read(office, office.member, 1))["lastReadSeq"] == 3
    assert (await read(office, office.member, 5))["unread"] == 0


async def test_what_is_deleted_or_said_in_a_thread_is_not_unread(office: Office) -> None:
    first = await office.say(office.owner, "first")
    gone = await office.say(office.owner, "gone")
    await office.say(office.owner, "a reply", parentMessageId=first["id"])
    assert await counts(office, office.member) == (2, 0)
    await office.owner.delete(f"/api/messages/{gone['id']}")
    assert await counts(office, office.member) == (1, 0)
    await office.owner.put(f"/api/messages/{first['id']}", {"content": "edited"})
    assert await counts(office, office.member) == (1, 0)


async def test_a_reply_that_is_shown_in_the_channel_counts_there(office: Office, pool: asyncpg.Pool) -> None:
    first = await office.say(office.owner, "first")
    reply = await office.say(office.owner, "for all", parentMessageId=first["id"])
    await pool.execute("UPDATE messages SET also_to_channel = TRUE WHERE id = $1", reply["id"])
    assert await counts(office, office.member) == (2, 0)


async def test_each_mention_counts_once_and_only_while_it_is_unread(office: Office, pool: asyncpg.Pool) -> None:
    first, second, own = [await office.say(who, "hear!") for who in (office.owner, office.owner, office.member)]
    await pool.execute(MENTION, first["id"], office.member.user_id, "user")
    await pool.execute(MENTION, first["id"], EVERYONE, "channel")
    await pool.execute(MENTION, second["id"], EVERYONE, "channel")
    await pool.execute(MENTION, own["id"], EVERYONE, "channel")
    assert await counts(office, office.member) == (2, 2)
    assert await counts(office, office.owner) == (1, 1)
    explained = await unread(office, office.member, explain="true")
    assert [(each["id"], each["why"]) for each in explained["messages"]] == [
        (first["id"], "mention"), (second["id"], "mention")
    ]  # fmt: skip
    assert (await read(office, office.member, 1))["mentions"] == 1


async def test_the_messages_behind_the_count_are_listed(office: Office) -> None:
    said = [await office.say(who, "hi") for who in (office.owner, office.member, office.owner)]
    told = await unread(office, office.member, explain="true")
    assert [(each["id"], each["seq"], each["userId"], each["why"]) for each in told["messages"]] == [
        (message["id"], message["seq"], str(office.owner.user_id), "message") for message in (said[0], said[2])
    ]
    assert told["unread"] == 2


async def test_a_message_is_marked_unread_on_all_devices(office: Office, pool: asyncpg.Pool) -> None:
    said = [await office.say(office.owner, f"m{number}") for number in range(4)]
    await read(office, office.member, 4)
    told = await office.member.made(f"/api/messages/{said[1]['id']}/unread")
    assert (told["unread"], told["lastReadSeq"]) == (3, 1)
    again = await office.member.made(f"/api/messages/{said[2]['id']}/unread")
    assert again == told
    heard = [event.channel_read for event in await told_to(pool, office.member)]
    assert [(each.last_read_seq, each.unread, each.last_seq) for each in heard] == [(4, 0, 4), (1, 3, 4)]
    assert {each.channel_id for each in heard} == {office.channel_id}


async def test_reading_again_what_is_read_tells_nobody(office: Office, pool: asyncpg.Pool) -> None:
    await office.say(office.owner, "hello")
    for _ in range(3):
        await read(office, office.member, 1)
    assert len(await told_to(pool, office.member)) == 1


async def test_nothing_before_somebody_joined_is_unread(office: Office) -> None:
    for number in range(3):
        await office.say(office.owner, f"m{number}")
    await office.owner.made(f"/api/channels/{office.channel_id}/members", {"userIds": [str(office.guest.user_id)]})
    assert await counts(office, office.guest) == (0, 0)
    await office.say(office.owner, "welcome")
    assert await counts(office, office.guest) == (1, 0)
    await office.guest.made(f"/api/channels/{office.channel_id}/leave")
    await office.say(office.owner, "gone?")
    await office.owner.made(f"/api/channels/{office.channel_id}/members", {"userIds": [str(office.guest.user_id)]})
    assert await counts(office, office.guest) == (0, 0)


async def test_all_channels_are_answered_at_once_and_muted_ones_stay_out_of_the_totals(office: Office) -> None:
    await office.say(office.owner, "one")
    await office.owner.made(f"/api/channels/{office.general_id}/messages", {"content": "two"})
    levels: list[tuple[dict[str, Any], tuple[bool, int]]] = [
        ({"level": "all"}, (False, 2)),
        ({"level": "nothing"}, (True, 1)),
        ({"level": "mentions"}, (False, 1)),
        ({"level": "all", "mutedUntil": "2999-01-01T00:00:00Z"}, (True, 1)),
        ({"level": "all", "mutedUntil": "2020-01-01T00:00:00+09:00"}, (False, 2)),
    ]
    for choice, (muted, total) in levels:
        status, _ = await office.member.put(f"/api/channels/{office.channel_id}/notifications", choice)
        assert status == 200
        _, told = await office.member.get("/api/unread")
        by_id = {each["channelId"]: each for each in told["channels"]}
        assert {id_: each["unread"] for id_, each in by_id.items()} == {office.channel_id: 1, office.general_id: 1}
        assert (by_id[office.channel_id]["muted"], told["totals"]["unread"]) == (muted, total)


async def test_a_choice_of_notifications_is_told_to_all_devices(office: Office, pool: asyncpg.Pool) -> None:
    choice = {"level": "mentions", "mutedUntil": "2999-01-01T00:00:00Z"}
    for _ in range(2):
        await office.member.put(f"/api/channels/{office.channel_id}/notifications", choice)
    (event,) = await told_to(pool, office.member)
    changed = event.notifications_changed
    assert (changed.channel_id, changed.level) == (office.channel_id, "mentions")
    assert changed.muted_until.ToJsonString() == choice["mutedUntil"]


async def test_people_in_a_conversation_see_how_far_others_have_read(office: Office, pool: asyncpg.Pool) -> None:
    direct = await office.owner.made(
        f"/api/workspaces/{office.workspace_id}/direct", {"userIds": [str(office.member.user_id)]}
    )
    path = f"/api/channels/{direct['id']}"
    said = [await office.owner.made(f"{path}/messages", {"content": text}) for text in ("a", "b")]
    await pool.execute("DELETE FROM outbox")
    await office.member.put(f"{path}/read", {"seq": 2})
    await office.member.made(f"/api/messages/{said[0]['id']}/unread")
    await office.member.put(f"{path}/read", {"seq": 1})
    _, told = await office.owner.get(f"{path}/receipts")
    (receipt,) = told["receipts"]
    assert (receipt["userId"], receipt["lastReadSeq"]) == (str(office.member.user_id), 2)
    (seen,) = [event.receipt_seen for event in await told_to(pool, office.owner)]
    assert (seen.channel_id, seen.user_id, seen.last_read_seq) == (direct["id"], str(office.member.user_id), 2)


async def test_channels_have_no_receipts(office: Office, pool: asyncpg.Pool) -> None:
    await office.say(office.owner, "hello")
    await pool.execute("DELETE FROM outbox")
    await read(office, office.member, 1)
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'messaging.channels'") == 0
    assert (await office.owner.get(f"/api/channels/{office.channel_id}/receipts"))[0] == 403


async def test_more_than_a_thousand_are_told_as_a_thousand(office: Office, send: Sender) -> None:
    for _ in range(3):
        await send([a_send(office.owner, office.channel_id, "x") for _ in range(400)])
    assert await counts(office, office.member) == (1_000, 0)
    assert (await read(office, office.member, 201))["unread"] == 999
    assert len((await unread(office, office.member, explain="true"))["messages"]) == 999


@pytest.mark.parametrize("seq", [-1, 2, 2**53 + 1, "1", None, 0.5])
async def test_a_wrong_number_is_refused_and_changes_nothing(office: Office, seq: Any) -> None:
    await office.say(office.owner, "hello")
    status, told = await office.member.put(f"/api/channels/{office.channel_id}/read", {"seq": seq})
    assert (status, told["type"]) == (422, "invalid_request")
    assert await counts(office, office.member) == (1, 0)


@pytest.mark.parametrize(
    "choice",
    [{}, {"level": "loud"}, {"level": "all", "mutedUntil": "soon"}, {"level": "all", "mutedUntil": 5},
     {"level": "all", "mutedUntil": "2999-01-01T00:00:00"}, {"level": "all", "userId": "x"}],
)  # fmt: skip
async def test_a_wrong_choice_of_notifications_is_refused(office: Office, choice: dict[str, Any]) -> None:
    status, told = await office.member.put(f"/api/channels/{office.channel_id}/notifications", choice)
    assert (status, told["type"]) == (422, "invalid_request")


async def test_nobody_reads_for_channels_they_are_not_in(office: Office) -> None:
    message = await office.say(office.owner, "private")
    channel = f"/api/channels/{office.channel_id}"
    asks: list[Callable[[Asker], Any]] = [
        lambda who: who.put(f"{channel}/read", {"seq": 1}),
        lambda who: who.get(f"{channel}/unread"),
        lambda who: who.get(f"{channel}/receipts"),
        lambda who: who.put(f"{channel}/notifications", {"level": "all"}),
        lambda who: who.post(f"/api/messages/{message['id']}/unread"),
    ]
    for ask in asks:
        for who in (office.guest, office.stranger):
            status, told = await ask(who)
            assert (status, told["type"]) == (404, "not_found")
    _, told = await office.stranger.get("/api/unread")
    assert told == {"channels": [], "totals": {"unread": 0, "mentions": 0}}


async def test_reading_goes_on_in_an_archived_channel(office: Office) -> None:
    await office.say(office.owner, "the end")
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    assert (await read(office, office.member, 1))["unread"] == 0
    _, told = await office.member.get("/api/unread")
    assert office.channel_id not in {each["channelId"] for each in told["channels"]}

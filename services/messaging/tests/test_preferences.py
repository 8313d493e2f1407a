"""Who sends no read receipts sees none either."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from eventbus import InvalidEvent
from messaging.read_state import receipts as receipts_of
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent, PreferencesChanged
from office import Asker, Office, told


async def conversation(office: Office) -> str:
    """Of owner, member and guest."""
    people = {"userIds": [str(office.member.user_id), str(office.guest.user_id)]}
    made = await office.owner.made(f"/api/workspaces/{office.workspace_id}/direct", people)
    return f"/api/channels/{made['id']}"


async def receipts(path: str, who: Asker) -> dict[str, int]:
    _, answer = await who.get(f"{path}/receipts")
    return {each["userId"]: each["lastReadSeq"] for each in answer["receipts"]}


async def seen(pool: asyncpg.Pool) -> set[tuple[str, str]]:
    """Who was told that who has read."""
    return {(event.user_id, event.receipt_seen.user_id) for event in await told(pool) if event.HasField("receipt_seen")}


async def test_receipts_go_both_ways_or_not_at_all(office: Office, pool: asyncpg.Pool) -> None:
    path = await conversation(office)
    owner, member, guest = (str(who.user_id) for who in (office.owner, office.member, office.guest))
    for text in ("one", "two"):
        await office.owner.made(f"{path}/messages", {"content": text})
    assert (await office.member.get("/api/preferences"))[1] == {"sendsReadReceipts": True}
    assert (await office.member.put("/api/preferences", {"sendsReadReceipts": False}))[1] == {
        "sendsReadReceipts": False
    }
    (event,) = [event for event in await told(pool) if event.HasField("preferences_changed")]
    assert (event.user_id, event.preferences_changed.sends_read_receipts) == (member, False)

    for who in (office.member, office.guest):
        await who.put(f"{path}/read", {"seq": 1})
    assert await seen(pool) == {(owner, guest)}
    assert await receipts(path, office.owner) == {guest: 1}
    assert await receipts(path, office.member) == {}

    await office.member.put("/api/preferences", {"sendsReadReceipts": True})
    assert await receipts(path, office.owner) == {guest: 1, member: 1}
    assert set(await receipts(path, office.member)) == {owner, guest}
    await office.member.put(f"{path}/read", {"seq": 2})
    assert await seen(pool) == {(owner, member), (guest, member)}


async def test_a_change_that_names_nothing_changes_nothing(office: Office, pool: asyncpg.Pool) -> None:
    await office.member.put("/api/preferences", {"sendsReadReceipts": False})
    await told(pool)
    assert (await office.member.put("/api/preferences", {}))[1] == {"sendsReadReceipts": False}
    assert await told(pool) == []


async def seers(pool: asyncpg.Pool) -> list[tuple[str, str, bool]]:
    """Who was told that who sends receipts, or none."""
    events = [event for event in await told(pool) if event.HasField("receipts_changed")]
    return sorted(
        (event.user_id, event.receipts_changed.user_id, event.receipts_changed.sends_read_receipts) for event in events
    )


async def test_who_sees_receipts_is_told_once_as_they_begin_and_end(office: Office, pool: asyncpg.Pool) -> None:
    await conversation(office)
    people = {"userIds": [str(office.member.user_id)]}
    await office.owner.made(f"/api/workspaces/{office.workspace_id}/direct", people)
    owner, member, guest = (str(who.user_id) for who in (office.owner, office.member, office.guest))
    for _ in range(2):
        await office.member.put("/api/preferences", {"sendsReadReceipts": False})
    assert await seers(pool) == sorted([(owner, member, False), (guest, member, False)])
    await office.guest.put("/api/preferences", {"sendsReadReceipts": False})
    assert await seers(pool) == [(owner, guest, False)]
    await office.member.put("/api/preferences", {"sendsReadReceipts": True})
    assert await seers(pool) == [(owner, member, True)]
    await office.owner.put("/api/preferences", {"sendsReadReceipts": True})
    assert await told(pool) == []


async def test_a_database_that_has_channels_alone_tells_them_once_it_knows_the_choice(
    office: Office, pool: asyncpg.Pool
) -> None:
    await conversation(office)
    owner, member, guest = (str(who.user_id) for who in (office.owner, office.member, office.guest))
    event = PersonalEvent(user_id=member, preferences_changed=PreferencesChanged())
    event.meta.occurred_at.GetCurrentTime()

    async def hear() -> None:
        async with pool.acquire() as db, db.transaction():
            await receipts_of.tell_seers_here(event, db)

    hearing = asyncio.create_task(hear())
    await pool.execute("INSERT INTO preferences (user_id, sends_read_receipts) VALUES ($1, FALSE)", UUID(member))
    await hearing
    assert await seers(pool) == sorted([(owner, member, False), (guest, member, False)])
    event.user_id = "nobody"
    with pytest.raises(InvalidEvent):
        await hear()


@pytest.mark.parametrize("wrong", [{"sendsReadReceipts": "no"}, {"other": True}, []])
async def test_a_wrong_preference_is_refused(office: Office, wrong: Any) -> None:
    assert (await office.member.put("/api/preferences", wrong))[0] == 422
    assert (await office.member.get("/api/preferences"))[1] == {"sendsReadReceipts": True}

"""The directory's topics say in full what the tables say: kept live, and for what was there before them."""

import random

import asyncpg
import pytest
from messaging import directory
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent
from nexus.messaging.v1.workspace_event_pb2 import WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from office import Office

CHANNELS = "SELECT id::text, workspace_id::text, type, is_archived FROM channels"
PLACES = "SELECT channel_id::text || '/' || user_id::text FROM channel_members"
_MEMBERS = "messaging.workspace_members"
TOLD = "SELECT topic, key, value FROM outbox ORDER BY id"
OF_TOPIC = "SELECT key, value FROM outbox WHERE topic = $1 ORDER BY id"


async def told_channels(pool: asyncpg.Pool) -> set[tuple[object, ...]]:
    """What a consumer that reads the topic from its start ends with."""
    last = {row["key"]: row["value"] for row in await pool.fetch(OF_TOPIC, "messaging.channel_directory")}
    said = [ChannelDirectoryEvent.FromString(value) for value in last.values() if value]
    return {
        (each.channel_id, each.channel_listed.workspace_id, each.channel_listed.type, each.channel_listed.is_archived)
        for each in said
    }


async def told_places(pool: asyncpg.Pool) -> set[str]:
    last = {row["key"]: row["value"] for row in await pool.fetch(OF_TOPIC, "messaging.channel_members")}
    return {key.decode() for key, value in last.items() if value}


async def assert_told(pool: asyncpg.Pool) -> None:
    assert await told_channels(pool) == {tuple(row) for row in await pool.fetch(CHANNELS)}
    assert await told_places(pool) == {row[0] for row in await pool.fetch(PLACES)}


async def test_whatever_people_do_the_topics_say_who_is_where(pool: asyncpg.Pool, office: Office) -> None:
    chance = random.Random(7)
    workspace = f"/api/workspaces/{office.workspace_id}"
    for number in range(4):
        await office.owner.made(f"{workspace}/channels", {"name": f"c{number}", "type": "public"})
    await office.owner.made(f"{workspace}/direct", {"userIds": [str(office.member.user_id)]})
    _, listed = await office.owner.get(f"{workspace}/channels")
    public = [channel["id"] for channel in listed["channels"] if channel["type"] == "public"]
    for _ in range(30):
        who, channel_id = chance.choice((office.owner, office.member)), chance.choice(public)
        await who.post(f"/api/channels/{channel_id}/{chance.choice(('join', 'leave'))}")
    await office.owner.put(f"/api/channels/{public[0]}", {"isArchived": True})
    await assert_told(pool)
    assert (await office.owner.delete(f"{workspace}/members/{office.member.user_id}"))[0] == 204
    await assert_told(pool)
    assert not any(str(office.member.user_id) in key for key in await told_places(pool))


async def test_guests_are_told_anew_with_what_was_there_before(pool: asyncpg.Pool, office: Office) -> None:
    await pool.execute("DELETE FROM outbox")
    await pool.execute("INSERT INTO directory_backlog DEFAULT VALUES")
    await directory.announce_backlog(pool)
    rows = await pool.fetch(OF_TOPIC, "messaging.workspace_members")
    saved = [WorkspaceMemberEvent.FromString(row["value"]).workspace_member_saved for row in rows]
    assert [(each.user_id, each.role) for each in saved] == [(str(office.guest.user_id), "guest")]


SOON = "2099-01-01T00:00:00+00:00"


async def told_terms(pool: asyncpg.Pool, office: Office) -> dict[str, object]:
    """What a consumer that goes by who may say something ends with."""
    last = {(row["topic"], row["key"].decode()): row["value"] for row in await pool.fetch(TOLD)}
    member_id, channel_id = office.member.user_id, office.channel_id
    person = WorkspaceMemberEvent.FromString(last[_MEMBERS, f"{office.workspace_id}:{member_id}"])
    place = ChannelMemberEvent.FromString(last["messaging.channel_members", f"{channel_id}/{member_id}"])
    channel = ChannelDirectoryEvent.FromString(last["messaging.channel_directory", channel_id])
    rights = WorkspaceEvent.FromString(last["messaging.workspaces", office.workspace_id])
    return {
        "workspace": (rights.rights_changed.post, rights.rights_changed.reply),
        "channel": (channel.channel_listed.post, channel.channel_listed.reply, *channel.channel_listed.poster_ids),
        "member": (
            person.workspace_member_saved.HasField("silenced_until"),
            person.workspace_member_saved.HasField("may_post") and person.workspace_member_saved.may_post,
        ),
        "place": (place.channel_member_listed.is_admin, place.channel_member_listed.HasField("silenced_until")),
    }


async def test_whoever_goes_by_it_is_told_who_may_say_something_where(pool: asyncpg.Pool, office: Office) -> None:
    workspace, channel = f"/api/workspaces/{office.workspace_id}", f"/api/channels/{office.channel_id}"
    person = f"members/{office.member.user_id}"
    await office.owner.put(f"{workspace}/permissions", {"rights": {"post": "admin"}})
    posters = [str(office.member.user_id)]
    await office.owner.put(f"{channel}/permissions", {"rights": {"reply": "channelAdmin"}, "posters": posters})
    await office.owner.put(f"{workspace}/{person}", {"role": "member", "permissions": {"post": True}})
    for where in (workspace, channel):
        assert (await office.owner.put(f"{where}/{person}/silence", {"until": SOON}))[0] == 204
    expected = {
        "workspace": ("admin", ""), "channel": ("", "channelAdmin", *posters), "member": (True, True),
        "place": (False, True),
    }  # fmt: skip
    assert await told_terms(pool, office) == expected
    await pool.execute("DELETE FROM outbox")
    await pool.execute("INSERT INTO directory_backlog DEFAULT VALUES")
    await directory.announce_backlog(pool)
    assert await told_terms(pool, office) == expected
    for where in (workspace, channel):
        assert (await office.owner.put(f"{where}/{person}/silence", {"until": None}))[0] == 204
    await office.owner.put(f"{channel}/{person}", {"role": "admin"})
    await office.owner.put(f"{workspace}/permissions", {"rights": {"post": None}})
    assert await told_terms(pool, office) == expected | {
        "workspace": ("", ""), "member": (False, True), "place": (True, False),
    }  # fmt: skip


async def told_holds(pool: asyncpg.Pool) -> dict[str, str]:
    """Of the channels that open holds cover."""
    last = {row["key"]: row["value"] for row in await pool.fetch(OF_TOPIC, "messaging.legal_holds")}
    said = [LegalHoldEvent.FromString(value) for value in last.values() if value]
    return {each.hold_id: each.legal_hold_opened.channel_id for each in said}


async def test_holds_and_what_they_cover_are_told(pool: asyncpg.Pool, office: Office) -> None:
    path = f"/api/workspaces/{office.workspace_id}/holds"
    held = await office.owner.made(path, {"name": "case", "channelId": office.channel_id})
    assert await told_holds(pool) == {held["id"]: office.channel_id}
    message = await office.say(office.member, "kept")
    assert (await office.member.delete(f"/api/messages/{message['id']}"))[0] == 204
    (row,) = await pool.fetch("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id DESC LIMIT 1")
    assert ChannelEvent.FromString(row["value"]).message_deleted.is_held
    await pool.execute("DELETE FROM outbox")
    await pool.execute("INSERT INTO directory_backlog DEFAULT VALUES")
    await directory.announce_backlog(pool)
    assert await told_holds(pool) == {held["id"]: office.channel_id}
    assert (await office.owner.delete(f"{path}/{held['id']}"))[0] == 200
    assert await told_holds(pool) == {}


async def test_what_was_there_before_is_told_once_wherever_it_was_cut_off(
    pool: asyncpg.Pool, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.execute("DELETE FROM outbox")
    await pool.execute("INSERT INTO directory_backlog DEFAULT VALUES")
    monkeypatch.setattr(directory, "AT_ONCE", 2)
    for _ in range(3):
        assert await directory._announce_some(pool)
    await directory.announce_backlog(pool)
    await assert_told(pool)
    assert await pool.fetchval("SELECT count(*) FROM directory_backlog") == 0
    keys = [row["key"] for row in await pool.fetch("SELECT key FROM outbox")]
    assert len(keys) == len(set(keys))

"""Who may say nothing in a channel puts no file there either: as messaging tells, by every way of uploading."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from desk import Asker, Premises
from eventbus import Event, Tombstone
from eventbus.inbox import deliver
from files import unsent
from files.handlers import CONSUMES
from nexus.event.v1.meta_pb2 import Meta
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent, ChannelListed
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.workspace_event_pb2 import RightsChanged, WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from parcels import sent
from talk import a_message, deleted, posted, sees
from uuid_utils.compat import uuid7

SOON = datetime.now(UTC) + timedelta(days=1)
LATELY = datetime.now(UTC) - timedelta(seconds=1)


async def told(pool: asyncpg.Pool, event: Event) -> None:
    event.meta.CopyFrom(Meta(id=str(uuid7())))
    await deliver(event, CONSUMES[type(event)], pool, "files")


async def of_person(office: Premises, who: Asker, role: str = "member", **terms: Any) -> None:
    saved = WorkspaceMemberSaved(workspace_id=str(office.workspace_id), user_id=str(who.user_id), role=role, **terms)
    await told(office.pool, WorkspaceMemberEvent(member_key="of them", workspace_member_saved=saved))


async def of_place(office: Premises, who: Asker, **terms: Any) -> None:
    listed = ChannelMemberListed(channel_id=str(office.channel_id), user_id=str(who.user_id), **terms)
    await told(office.pool, ChannelMemberEvent(member_key="of them there", channel_member_listed=listed))


async def of_channel(office: Premises, type_: str = "private", **terms: Any) -> None:
    listed = ChannelListed(workspace_id=str(office.workspace_id), type=type_, **terms)
    await told(office.pool, ChannelDirectoryEvent(channel_id=str(office.channel_id), channel_listed=listed))


async def of_workspace(office: Premises, **rights: str) -> None:
    event = WorkspaceEvent(workspace_id=str(office.workspace_id), rights_changed=RightsChanged(**rights))
    await told(office.pool, event)


async def answers(who: Asker, entity_type: str, entity_id: UUID) -> set[int]:
    """To a beginning of each way of uploading."""
    place = {"entityType": entity_type, "entityId": str(entity_id)}
    direct = {"filename": "a.txt", "size": 4, "mimeType": "text/plain", **place}
    said = ",".join(f"{name} {_base64(value)}" for name, value in {"filename": "a.txt", **place}.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "4", "Upload-Metadata": said}
    return {
        (await sent(who, b"said", **place))[0],
        (await who.post("/api/files/direct", direct))[0],
        (await who.ask("POST", "/api/files/tus", headers=headers))[0],
    }


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize("where", ["workspace", "channel"])
async def test_who_is_silenced_puts_nothing_into_a_channel_until_they_may_speak(office: Premises, where: str) -> None:
    silence = of_person if where == "workspace" else of_place
    file_id = await office.file(office.member)
    await silence(office, office.member, silenced_until=SOON)
    for entity_type in ("channel", "draft"):
        assert await answers(office.member, entity_type, office.channel_id) == {403}
    for method, path, body in (
        ("PATCH", "", {"filename": "said.so"}), ("POST", "/versions/1/restore", None),
    ):  # fmt: skip
        assert (await office.member.ask(method, f"/api/files/{file_id}{path}", body))[0] == 403
    assert (await sent(office.member, b"anew", path=f"/api/files/{file_id}/versions"))[0] == 403
    assert (await sent(office.member, b"anew", fileId=file_id))[0] == 403
    assert await answers(office.owner, "channel", office.channel_id) == {201}
    assert await answers(office.member, "workspace", office.workspace_id) == ({403} if where == "workspace" else {201})
    # They read on, and take back what they put there.
    assert (await office.member.get(f"/api/files/{file_id}"))[0] == 200
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    for over in ({"silenced_until": LATELY}, {}):
        await silence(office, office.member, **over)
        assert await answers(office.member, "channel", office.channel_id) == {201}


@pytest.mark.parametrize("said_by", ["channel", "workspace"])
@pytest.mark.parametrize(
    ("least", "who", "terms", "expected"),
    [
        ("channelAdmin", "member", {}, 403),
        ("channelAdmin", "member", {"is_admin": True}, 201),
        ("channelAdmin", "guest", {"is_admin": True}, 403),
        ("admin", "member", {"is_admin": True}, 403),
        ("owner", "owner", {}, 201),
        ("member", "guest", {}, 403),
        ("member", "member", {}, 201),
        ("guest", "guest", {}, 201),
    ],
)
async def test_who_may_not_post_uploads_nothing_to_the_channel(
    office: Premises, said_by: str, least: str, who: str, terms: dict[str, Any], expected: int
) -> None:
    asker: Asker = getattr(office, who)
    await of_place(office, asker, **terms)
    await (of_channel(office, post=least) if said_by == "channel" else of_workspace(office, post=least))
    assert await answers(asker, "channel", office.channel_id) == {expected}
    # To answer in a thread is a right of its own.
    assert await answers(asker, "draft", office.channel_id) == {201}


async def test_the_channels_word_wins_over_the_workspaces_and_a_members_own_over_both(office: Premises) -> None:
    await of_workspace(office, post="owner", reply="owner")
    assert await answers(office.member, "channel", office.channel_id) == {403}
    assert await answers(office.member, "draft", office.channel_id) == {403}
    await of_channel(office, post="member")
    assert await answers(office.member, "channel", office.channel_id) == {201}
    await of_person(office, office.member, may_post=False)
    assert await answers(office.member, "channel", office.channel_id) == {403}
    await of_channel(office, post="owner", poster_ids=[str(office.member.user_id)])
    assert await answers(office.member, "channel", office.channel_id) == {201}
    await of_channel(office, post="owner")
    await of_person(office, office.member, may_post=True)
    assert await answers(office.member, "channel", office.channel_id) == {201}


@pytest.mark.parametrize("type_", ["direct", "group"])
async def test_in_conversations_everybody_may(office: Premises, type_: str) -> None:
    await of_workspace(office, post="owner", reply="owner")
    await of_channel(office, type_)
    await of_person(office, office.member, may_post=False)
    assert await answers(office.member, "channel", office.channel_id) == {201}


async def test_what_goes_with_a_message_is_its_uploaders_alone(office: Premises) -> None:
    status, file = await sent(office.member, b"said", entityType="draft", entityId=office.channel_id)
    assert (status, file["entityType"]) == (201, "draft")
    blob_id = await office.version(UUID(file["id"]), office.member, b"clean")
    assert blob_id
    for entity_type in ("draft", "channel"):
        place = {"entityType": entity_type, "entityId": str(office.channel_id)}
        for who in (office.owner, office.guest):
            assert await who.get("/api/files", **place) == (200, {"files": [], "cursor": None})
        assert (await office.stranger.get("/api/files", **place))[0] == 404
    for who in (office.owner, office.guest, office.outsider, office.stranger):
        assert (await who.get(f"/api/files/{file['id']}"))[0] == 404
        assert (await who.get("/api/files", ids=file["id"]))[1]["files"] == []
    draft = {"entityType": "draft", "entityId": str(office.channel_id)}
    assert [each["id"] for each in (await office.member.get("/api/files", **draft))[1]["files"]] == [file["id"]]


async def test_it_is_the_channels_once_a_message_carries_it_and_goes_with_the_last_one(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE file_places SET entity_type = 'draft'")
    assert not await sees(office.owner, file_id)
    message = a_message(office.member, office.channel_id, file_id)
    await posted(office.pool, message)
    places = await office.pool.fetch("SELECT entity_type, entity_id FROM file_places")
    assert [tuple(row) for row in places] == [("channel", office.channel_id)]
    assert await sees(office.owner, file_id)
    await deleted(office.pool, message)
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0


async def test_a_message_elsewhere_leaves_it_for_the_one_it_was_for(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE file_places SET entity_type = 'draft'")
    message = a_message(office.member, office.public_id, file_id)
    await posted(office.pool, message)
    assert await sees(office.outsider, file_id)
    await deleted(office.pool, message)
    assert not await sees(office.outsider, file_id)
    assert await sees(office.member, file_id)


async def test_what_is_never_sent_goes_after_a_year_unless_it_hangs_elsewhere(office: Premises) -> None:
    old, young, carried = [await office.file(office.member, body) for body in (b"old", b"young", b"carried")]
    await office.pool.execute("UPDATE file_places SET entity_type = 'draft'")
    await posted(office.pool, a_message(office.member, office.public_id, carried))
    assert await unsent.sweep(office.pool) == 0
    await office.pool.execute(
        "UPDATE file_places SET added_at = now() - interval '366 days' WHERE file_id = ANY($1)", [old, carried]
    )
    assert await unsent.sweep(office.pool) == 2
    assert [await sees(office.member, file_id) for file_id in (old, young, carried)] == [False, True, True]


async def test_a_draft_of_a_channel_that_is_gone_goes_with_it(office: Premises) -> None:
    await office.file(office.member)
    await office.pool.execute("UPDATE file_places SET entity_type = 'draft'")
    gone = Tombstone(str(office.channel_id), str(uuid7()))
    await deliver(gone, CONSUMES[ChannelDirectoryEvent], office.pool, "files")
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0

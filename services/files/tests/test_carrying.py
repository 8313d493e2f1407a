"""Files hang on what messages carry them: rights come and go with messages, and the last one takes the file along."""

from uuid import UUID

import asyncpg
import orjson
import pytest
from desk import Premises
from eventbus import Tombstone
from eventbus.inbox import deliver
from files.handlers import CONSUMES
from files.workshop import Workshop
from nexus.event.v1.meta_pb2 import Meta
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent
from nexus.messaging.v1.channel_event_pb2 import Message
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent, LegalHoldOpened
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from parcels import worked
from talk import a_message, deleted, posted, sees, told, updated
from uuid_utils.compat import uuid7


async def test_a_message_brings_a_file_to_who_reads_its_channel(office: Premises) -> None:
    file_id = await office.file(office.member)
    assert not await sees(office.outsider, file_id)
    message = a_message(office.member, office.public_id, file_id)
    await posted(office.pool, message)
    assert await sees(office.outsider, file_id)
    for who in (office.stranger,):
        assert not await sees(who, file_id)
    await deleted(office.pool, message)
    assert not await sees(office.outsider, file_id)
    assert await sees(office.member, file_id)


@pytest.mark.parametrize("by", ["outsider", "stranger", "guest"])
async def test_nobody_makes_a_file_seen_that_they_do_not_see(office: Premises, by: str) -> None:
    file_id = await office.file(office.member)
    if by == "guest":
        await office.pool.execute("DELETE FROM channel_members WHERE user_id = $1", office.guest.user_id)
    await posted(office.pool, a_message(getattr(office, by), office.public_id, file_id))
    assert not await sees(office.outsider, file_id)


async def test_what_was_forwarded_hangs_where_it_went(office: Premises) -> None:
    file_id = await office.file(office.member)
    inner = {"attachments": [{"fileId": str(file_id)}], "forwarded": None}
    forwarded = orjson.dumps({"attachments": [], "forwarded": inner}).decode()
    message = a_message(office.member, office.public_id, forwarded=forwarded)
    await posted(office.pool, message)
    assert await sees(office.outsider, file_id)


@pytest.mark.parametrize(
    "attachments", ["[]", "{}", "null", '"x"', '[1, null, {"fileId": 7}, {"fileId": "../../etc"}, {"fileId": ""}]']
)
async def test_attachments_that_name_no_file_are_passed_over(office: Premises, attachments: str) -> None:
    await posted(office.pool, a_message(office.member, office.public_id, attachments=attachments))
    assert await office.pool.fetchval("SELECT count(*) FROM message_files") == 0


async def test_an_edit_takes_along_what_it_takes_out(office: Premises) -> None:
    kept, left_out = await office.file(office.member), await office.file(office.member, b"other")
    message = a_message(office.member, office.public_id, kept, left_out)
    await posted(office.pool, message)
    message.attachments = orjson.dumps([{"fileId": str(kept)}]).decode()
    await updated(office.pool, message)
    assert await sees(office.outsider, kept)
    assert not await sees(office.outsider, left_out)


async def test_a_hidden_message_shows_no_file_until_it_is_shown_again(office: Premises) -> None:
    file_id = await office.file(office.member)
    message = a_message(office.member, office.channel_id, file_id)
    await posted(office.pool, message)
    hidden = Message(id=message.id, channel_id=message.channel_id, user_id=message.user_id, is_hidden=True)
    await updated(office.pool, hidden)
    for who in (office.owner, office.member):
        assert not await sees(who, file_id)
    await updated(office.pool, message)
    assert await sees(office.owner, file_id)


async def test_the_last_message_takes_the_file_along_with_its_bytes(office: Premises, workshop: Workshop) -> None:
    file_id = await office.file(office.member)
    messages = [a_message(office.member, office.channel_id, file_id) for _ in range(3)]
    for message in messages:
        await posted(office.pool, message)
    await deleted(office.pool, messages[0])
    purged = said.MessagesPurged(message_ids=[messages[1].id, str(uuid7())])
    await told(office.pool, messages_purged=purged, channel_id=str(office.channel_id))
    assert await sees(office.member, file_id)
    await deleted(office.pool, messages[2])
    assert not await sees(office.member, file_id)
    await worked(workshop)
    for table in ("files", "file_versions", "file_places", "blobs", "jobs"):
        assert await office.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert [listed async for listed in office.store.list("")] == []


async def test_a_file_that_hangs_elsewhere_outlives_its_messages(office: Premises) -> None:
    file_id = await office.file(office.member)
    here, there = (a_message(office.member, where, file_id) for where in (office.channel_id, office.public_id))
    await posted(office.pool, here)
    await posted(office.pool, there)
    await deleted(office.pool, here)
    assert await sees(office.outsider, file_id)
    await deleted(office.pool, there)
    assert not await sees(office.member, file_id)
    assert await losses(office.pool) == [False, True]


async def test_who_leaves_or_is_removed_sees_nothing_more_from_then_on(office: Premises) -> None:
    file_id = await office.file(office.member)
    gone = Tombstone(f"{office.channel_id}/{office.owner.user_id}", str(uuid7()))
    await deliver(gone, CONSUMES[ChannelMemberEvent], office.pool, "files")
    assert not await sees(office.owner, file_id)
    gone = Tombstone(f"{office.workspace_id}:{office.guest.user_id}", str(uuid7()))
    await deliver(gone, CONSUMES[WorkspaceMemberEvent], office.pool, "files")
    assert not await sees(office.guest, file_id)
    assert await sees(office.member, file_id)


async def test_a_channel_that_is_gone_takes_along_what_hung_on_it_alone(office: Premises) -> None:
    alone, also_there = await office.file(office.member), await office.file(office.member, b"other")
    await posted(office.pool, a_message(office.member, office.public_id, also_there))
    gone = Tombstone(str(office.channel_id), str(uuid7()))
    await deliver(gone, CONSUMES[ChannelDirectoryEvent], office.pool, "files")
    assert await sees(office.outsider, also_there)
    assert await office.pool.fetchval("SELECT count(*) FROM files WHERE id = $1", alone) == 0


async def test_a_persons_own_files_stay_with_the_workspace_they_leave(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE file_places SET entity_type = 'user', entity_id = $1", office.member.user_id)
    assert await sees(office.member, file_id)
    assert not await sees(office.owner, file_id)
    gone = Tombstone(f"{office.workspace_id}:{office.member.user_id}", str(uuid7()))
    await deliver(gone, CONSUMES[WorkspaceMemberEvent], office.pool, "files")
    assert not await sees(office.member, file_id)


async def losses(pool: asyncpg.Pool) -> list[bool]:
    """Of each that was told, in order, whether the file went from everywhere."""
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id")
    events = [FileEvent.FromString(row["value"]) for row in rows]
    return [event.file_deleted.is_gone for event in events if event.HasField("file_deleted")]


async def hold(pool: asyncpg.Pool, office: Premises, **covers: UUID) -> str:
    hold_id, said_so = str(uuid7()), {name: str(id_) for name, id_ in covers.items()}
    opened = LegalHoldOpened(workspace_id=str(office.workspace_id), **said_so)
    event = LegalHoldEvent(meta=Meta(id=str(uuid7())), hold_id=hold_id, legal_hold_opened=opened)
    await deliver(event, CONSUMES[LegalHoldEvent], pool, "files")
    return hold_id


@pytest.mark.parametrize("covers", ["user_id", "channel_id"])
async def test_what_a_legal_hold_covers_is_removed_for_all_and_kept_until_it_is_released(
    office: Premises, workshop: Workshop, covers: str
) -> None:
    of = {"user_id": office.member.user_id, "channel_id": office.channel_id}
    hold_id = await hold(office.pool, office, **{covers: of[covers]})
    by_hand, by_message = await office.file(office.member), await office.file(office.member, b"other")
    assert (await office.owner.delete(f"/api/files/{by_hand}"))[0] == 204
    message = a_message(office.member, office.channel_id, by_message)
    await posted(office.pool, message)
    await deleted(office.pool, message)
    for file_id in (by_hand, by_message):
        for who in (office.owner, office.member):
            assert not await sees(who, file_id)
    await posted(office.pool, a_message(office.member, office.public_id, by_hand))
    assert not await sees(office.member, by_hand)
    await worked(workshop)
    assert len([listed async for listed in office.store.list("blobs/")]) == 2
    gone = Tombstone(hold_id, str(uuid7()))
    await deliver(gone, CONSUMES[LegalHoldEvent], office.pool, "files")
    await worked(workshop)
    assert [listed async for listed in office.store.list("")] == []
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0


async def test_a_message_that_is_held_keeps_its_file_though_the_hold_is_not_heard_of_yet(
    office: Premises, workshop: Workshop
) -> None:
    file_id = await office.file(office.member)
    message = a_message(office.member, office.channel_id, file_id)
    await posted(office.pool, message)
    gone = Message(id=message.id, channel_id=message.channel_id, user_id=message.user_id, is_deleted=True)
    await told(office.pool, message_deleted=said.MessageDeleted(message=gone, is_held=True))
    assert not await sees(office.member, file_id)
    await worked(workshop)
    assert await office.pool.fetchval("SELECT kept_at IS NOT NULL FROM files") is True

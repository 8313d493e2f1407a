"""What files says and hears: it keeps copies of who is where, and hears which messages carry files."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventbus import Consumes, Db, Event, InvalidEvent, Tombstone
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent, ChannelListed
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent, LegalHoldOpened
from nexus.messaging.v1.workspace_event_pb2 import RightsChanged, WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from files import carrying, directory, holds
from files.directory import Rights, Terms


async def save_user(event: UserEvent, db: Db) -> None:
    (user_id,) = _ids(event.user_id)
    await directory.save_user(db, user_id, event.user_saved.is_deactivated)


async def join_workspace(event: WorkspaceMemberEvent, db: Db) -> None:
    saved = event.workspace_member_saved
    workspace_id, user_id = _ids(saved.workspace_id, saved.user_id)
    terms = Terms(_moment(saved, "silenced_until"), _said(saved, "may_post"), _said(saved, "may_reply"))
    await directory.save_workspace_member(db, workspace_id, user_id, saved.role, terms)


async def leave_workspace(tombstone: Tombstone, db: Db) -> None:
    workspace_id, _, user_id = tombstone.key.partition(":")
    await directory.remove_workspace_member(db, *_ids(workspace_id, user_id))


async def change_rights(event: WorkspaceEvent, db: Db) -> None:
    (workspace_id,) = _ids(event.workspace_id)
    await directory.save_rights(db, workspace_id, _rights(event.rights_changed))


async def list_channel(event: ChannelDirectoryEvent, db: Db) -> None:
    listed = event.channel_listed
    channel_id, workspace_id = _ids(event.channel_id, listed.workspace_id)
    posters = _ids(*listed.poster_ids)
    await directory.save_channel(
        db, channel_id, workspace_id, listed.type, listed.is_archived, _rights(listed), posters
    )  # fmt: skip


async def remove_channel(tombstone: Tombstone, db: Db) -> None:
    (channel_id,) = _ids(tombstone.key)
    await directory.remove_channel(db, channel_id)
    await carrying.drop_channel(db, channel_id)


async def join_channel(event: ChannelMemberEvent, db: Db) -> None:
    listed = event.channel_member_listed
    channel_id, user_id = _ids(listed.channel_id, listed.user_id)
    silenced_until = _moment(listed, "silenced_until")
    await directory.save_channel_member(db, channel_id, user_id, listed.is_admin, silenced_until)


async def leave_channel(tombstone: Tombstone, db: Db) -> None:
    await directory.remove_channel_member(db, *_ids(*tombstone.key.partition("/")[::2]))


async def place_posted(event: ChannelEvent, db: Db) -> None:
    await _carry(event.message_posted.message, db)


async def place_updated(event: ChannelEvent, db: Db) -> None:
    await _carry(event.message_updated.message, db)


async def _carry(message: said.Message, db: Db) -> None:
    _ids(message.id, message.channel_id, message.user_id)
    await carrying.carry(db, message)


async def drop_deleted(event: ChannelEvent, db: Db) -> None:
    channel_id, message_id = _ids(event.channel_id, event.message_deleted.message.id)
    await carrying.drop(db, channel_id, [message_id], event.message_deleted.is_held)


async def open_hold(event: LegalHoldEvent, db: Db) -> None:
    opened = event.legal_hold_opened
    hold_id, workspace_id = _ids(event.hold_id, opened.workspace_id)
    user_id, channel_id = (_ids(text)[0] if text else None for text in (opened.user_id, opened.channel_id))
    await holds.open_one(db, hold_id, workspace_id, user_id, channel_id)


async def release_hold(tombstone: Tombstone, db: Db) -> None:
    await holds.release(db, *_ids(tombstone.key))


async def drop_purged(event: ChannelEvent, db: Db) -> None:
    channel_id, *message_ids = _ids(event.channel_id, *event.messages_purged.message_ids)
    await carrying.drop(db, channel_id, message_ids)


def _rights(told: RightsChanged | ChannelListed) -> Rights:
    return Rights(_said(told, "post"), _said(told, "reply"))


def _said(told: Any, name: str) -> Any:
    """The optional field; None if nothing is said of it."""
    return getattr(told, name) if told.HasField(name) else None


def _moment(told: Any, name: str) -> datetime | None:
    return getattr(told, name).ToDatetime(UTC) if told.HasField(name) else None


def _ids(*texts: str) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise InvalidEvent(f"{', '.join(text[:50] for text in texts)}: not all of these are ids") from None


PUBLISHES: tuple[type[Event], ...] = (FileEvent,)
CONSUMES: Consumes = {
    UserEvent: {UserSaved: save_user},
    WorkspaceMemberEvent: {WorkspaceMemberSaved: join_workspace, Tombstone: leave_workspace},
    WorkspaceEvent: {RightsChanged: change_rights},
    ChannelDirectoryEvent: {ChannelListed: list_channel, Tombstone: remove_channel},
    LegalHoldEvent: {LegalHoldOpened: open_hold, Tombstone: release_hold},
    ChannelEvent: {
        said.MessagePosted: place_posted,
        said.MessageUpdated: place_updated,
        said.MessageDeleted: drop_deleted,
        said.MessagesPurged: drop_purged,
    },
    ChannelMemberEvent: {ChannelMemberListed: join_channel, Tombstone: leave_channel},
}

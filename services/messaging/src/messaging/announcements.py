"""What messaging tells everyone: each fact is recorded in the transaction of its change."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from asyncpg import Record
from eventbus import Db, outbox
from nexus.event.v1.meta_pb2 import Meta
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_event_pb2 import Channel, ChannelEvent, Message
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent, InvitationIssued
from nexus.messaging.v1.workspace_event_pb2 import (
    EmojiAdded,
    EmojiRemoved,
    GroupRemoved,
    GroupSaved,
    RightsChanged,
    WorkspaceEvent,
)
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent

from messaging import directory
from messaging.rows import texts, timestamp


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def member_key(workspace_id: UUID, user_id: UUID) -> str:
    return f"{workspace_id}:{user_id}"


async def workspace_member_saved(db: Db, row: Record, actor_id: UUID) -> None:
    await outbox.append(db, directory.member_saved(row), actor_id=str(actor_id))


async def workspace_member_gone(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await outbox.tombstone(db, WorkspaceMemberEvent, member_key(workspace_id, user_id))


async def workspace_changed(
    db: Db, workspace_id: UUID, fact: EmojiAdded | EmojiRemoved | GroupSaved | GroupRemoved | RightsChanged,
    actor_id: UUID,
) -> None:  # fmt: skip
    event = WorkspaceEvent(workspace_id=str(workspace_id))
    if isinstance(fact, EmojiAdded):
        event.emoji_added.CopyFrom(fact)
    elif isinstance(fact, EmojiRemoved):
        event.emoji_removed.CopyFrom(fact)
    elif isinstance(fact, GroupSaved):
        event.group_saved.CopyFrom(fact)
    elif isinstance(fact, RightsChanged):
        event.rights_changed.CopyFrom(fact)
    else:
        event.group_removed.CopyFrom(fact)
    await outbox.append(db, event, actor_id=str(actor_id))


async def invitation_issued(db: Db, row: Record, organization_id: UUID) -> None:
    issued = InvitationIssued(
        workspace_id=str(row["workspace_id"]), organization_id=str(organization_id), email=row["email"],
        token_hash=token_hash(row["token"]), expires_at=timestamp(row["expires_at"]),
    )  # fmt: skip
    await outbox.append(
        db, InvitationEvent(invitation_id=str(row["id"]), invitation_issued=issued), actor_id=str(row["invited_by"])
    )


async def invitation_closed(db: Db, invitation_id: UUID) -> None:
    await outbox.tombstone(db, InvitationEvent, str(invitation_id))


async def channel_created(db: Db, channel: Channel, actor_id: UUID) -> None:
    event = ChannelEvent(channel_id=channel.id, channel_created=said.ChannelCreated(channel=channel))
    await outbox.append(db, event, actor_id=str(actor_id))
    await directory.list_channels(db, [channel])


async def channel_updated(db: Db, channel: Channel, actor_id: UUID) -> None:
    event = ChannelEvent(channel_id=channel.id, channel_updated=said.ChannelUpdated(channel=channel))
    await outbox.append(db, event, actor_id=str(actor_id))
    await directory.list_channels(db, [channel])


async def members_joined(db: Db, channel: Channel, last_seq: int, user_ids: list[UUID], actor_id: UUID) -> None:
    events = [
        ChannelEvent(
            channel_id=channel.id,
            member_joined=said.MemberJoined(user_id=str(user_id), channel=channel, last_seq=last_seq),
        )
        for user_id in user_ids
    ]
    await outbox.append(db, *events, actor_id=str(actor_id))
    await directory.list_members(db, [(channel.id, user_id) for user_id in user_ids])


async def members_left(db: Db, channel_ids: list[UUID], user_id: UUID, actor_id: UUID) -> None:
    left = said.MemberLeft(user_id=str(user_id))
    await outbox.append(
        db, *(ChannelEvent(channel_id=str(id_), member_left=left) for id_ in channel_ids), actor_id=str(actor_id)
    )
    await directory.drop_members(db, channel_ids, user_id)


async def messages_posted(db: Db, posted: list[said.MessagePosted]) -> None:
    events = [
        ChannelEvent(meta=Meta(actor_id=each.message.user_id), channel_id=each.message.channel_id, message_posted=each)
        for each in posted
    ]
    await outbox.append(db, *events)


async def threads_updated(db: Db, shown: list[tuple[UUID, said.ThreadUpdated]]) -> None:
    """Each thread after the id of its channel."""
    await outbox.append(db, *(ChannelEvent(channel_id=str(id_), thread_updated=thread) for id_, thread in shown))


async def message_updated(
    db: Db, message: Message, actor_id: UUID, mentioned: Iterable[UUID] = (), channel_mentioned: bool = False
) -> None:
    """`mentioned` and `channel_mentioned` say whom it mentions that it did not before."""
    updated = said.MessageUpdated(
        message=message, mentioned_user_ids=texts(mentioned), channel_mentioned=channel_mentioned
    )
    await outbox.append(
        db, ChannelEvent(channel_id=message.channel_id, message_updated=updated), actor_id=str(actor_id)
    )


async def message_deleted(db: Db, message: Message, actor_id: UUID, is_held: bool) -> None:
    deleted = said.MessageDeleted(message=message, is_held=is_held)
    event = ChannelEvent(channel_id=message.channel_id, message_deleted=deleted)
    await outbox.append(db, event, actor_id=str(actor_id))


async def messages_purged(db: Db, channel_id: UUID, purged: said.MessagesPurged) -> None:
    await outbox.append(db, ChannelEvent(channel_id=str(channel_id), messages_purged=purged))


async def reaction_changed(db: Db, channel_id: UUID, change: said.ReactionAdded | said.ReactionRemoved) -> None:
    event = ChannelEvent(channel_id=str(channel_id))
    if isinstance(change, said.ReactionAdded):
        event.reaction_added.CopyFrom(change)
    else:
        event.reaction_removed.CopyFrom(change)
    await outbox.append(db, event, actor_id=change.user_id)


async def bookmarks_changed(db: Db, channel_id: UUID, bookmarks: list[said.Bookmark], actor_id: UUID) -> None:
    event = ChannelEvent(channel_id=str(channel_id), bookmarks_changed=said.BookmarksChanged(bookmarks=bookmarks))
    await outbox.append(db, event, actor_id=str(actor_id))


async def poll_updated(db: Db, channel_id: UUID, updated: said.PollUpdated, actor_id: UUID) -> None:
    await outbox.append(db, ChannelEvent(channel_id=str(channel_id), poll_updated=updated), actor_id=str(actor_id))

"""What presence says and hears: it keeps a copy of who is in which workspace and channel."""

from uuid import UUID

from eventbus import Consumes, Db, Event, InvalidEvent, Tombstone
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from nexus.presence.v1.status_event_pb2 import StatusEvent

from presence import choices


async def join(event: WorkspaceMemberEvent, db: Db) -> None:
    saved = event.workspace_member_saved
    await choices.join(db, *_member(saved.workspace_id, saved.user_id), saved.role == "guest")


async def leave(tombstone: Tombstone, db: Db) -> None:
    workspace_id, _, user_id = tombstone.key.partition(":")
    await choices.leave(db, *_member(workspace_id, user_id))


async def join_channel(event: ChannelMemberEvent, db: Db) -> None:
    listed = event.channel_member_listed
    await choices.join_channel(db, *_member(listed.channel_id, listed.user_id))


async def leave_channel(tombstone: Tombstone, db: Db) -> None:
    channel_id, _, user_id = tombstone.key.partition("/")
    await choices.leave_channel(db, *_member(channel_id, user_id))


def _member(place_id: str, user_id: str) -> tuple[UUID, UUID]:
    try:
        return UUID(place_id), UUID(user_id)
    except ValueError:
        raise InvalidEvent(f"{place_id[:50]} and {user_id[:50]} name no member of anything") from None


PUBLISHES: tuple[type[Event], ...] = (StatusEvent,)
CONSUMES: Consumes = {
    WorkspaceMemberEvent: {WorkspaceMemberSaved: join, Tombstone: leave},
    ChannelMemberEvent: {ChannelMemberListed: join_channel, Tombstone: leave_channel},
}

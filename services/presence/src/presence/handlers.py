"""What presence says and hears: it keeps a copy of who is in which workspace."""

from uuid import UUID

from eventbus import Consumes, Db, Event, InvalidEvent, Tombstone
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from nexus.presence.v1.status_event_pb2 import StatusEvent

from presence import choices


async def join(event: WorkspaceMemberEvent, db: Db) -> None:
    saved = event.workspace_member_saved
    await choices.join(db, *_member(saved.workspace_id, saved.user_id))


async def leave(tombstone: Tombstone, db: Db) -> None:
    workspace_id, _, user_id = tombstone.key.partition(":")
    await choices.leave(db, *_member(workspace_id, user_id))


def _member(workspace_id: str, user_id: str) -> tuple[UUID, UUID]:
    try:
        return UUID(workspace_id), UUID(user_id)
    except ValueError:
        raise InvalidEvent(f"{workspace_id[:50]}:{user_id[:50]} names no member of a workspace") from None


PUBLISHES: tuple[type[Event], ...] = (StatusEvent,)
CONSUMES: Consumes = {WorkspaceMemberEvent: {WorkspaceMemberSaved: join, Tombstone: leave}}

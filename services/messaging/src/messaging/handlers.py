"""What messaging says and hears: it keeps copies of who people are, fed by identity, of who is here, by presence, and
of which files are not fit to be sent, by files."""

from datetime import UTC, datetime
from uuid import UUID

from eventbus import Consumes, Db, Event, InvalidEvent, Tombstone
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.messaging.v1.audit_event_pb2 import AuditEvent, AuditNoted
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent, PreferencesChanged
from nexus.messaging.v1.workspace_event_pb2 import WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from nexus.presence.v1.status_event_pb2 import PersonArrived, StatusEvent

from messaging import audit, bots, copies, members, users
from messaging.links import quotes
from messaging.mentions import people_here
from messaging.personal import attached
from messaging.read_state import receipts


async def save_user(event: UserEvent, db: Db) -> None:
    """The copy becomes what identity says, whatever it was before. A new bot is let in where it belongs."""
    saved = event.user_saved
    avatar_url = saved.avatar_url if saved.HasField("avatar_url") else None
    user_id, organization_id = UUID(event.user_id), UUID(saved.organization_id)
    is_new = await users.save(
        db, user_id, organization_id, saved.email, saved.name, avatar_url, saved.is_bot, saved.is_deactivated
    )
    if saved.is_bot and (is_new or saved.is_removed):
        change = bots.go if saved.is_removed else bots.come
        await change(db, user_id, UUID(saved.bot_workspace_id), UUID(event.meta.actor_id))


async def leave_channels(gone: Tombstone, db: Db) -> None:
    """Who was removed from a workspace leaves its channels here as well; the fact's id says when that was."""
    try:
        workspace_id, user_id = map(UUID, gone.key.split(":"))
        at = datetime.fromtimestamp((UUID(gone.id).int >> 80) / 1_000, UTC)
    except ValueError as error:
        raise InvalidEvent(f"nobody's place in a workspace: {error}") from error
    await copies.wait_gone(db, workspace_id, user_id, at)
    await members.leave_channels(db, workspace_id, user_id, at)


PUBLISHES: tuple[type[Event], ...] = (
    AuditEvent, ChannelDirectoryEvent, ChannelEvent, ChannelMemberEvent, InvitationEvent, LegalHoldEvent, PersonalEvent,
    WorkspaceEvent, WorkspaceMemberEvent,
)  # fmt: skip
CONSUMES: Consumes = {
    UserEvent: {UserSaved: save_user},
    StatusEvent: {PersonArrived: people_here.arrive, Tombstone: people_here.leave},
    AuditEvent: {AuditNoted: audit.record_told},
    FileEvent: attached.CONSUMES,
}
# Where channels are in several databases, each hears what becomes of messages that were passed on to it.
CONSUMES_BESIDE: Consumes = {ChannelEvent: quotes.CONSUMES}
# Of a database that has channels alone: people and workspaces come to it by replication.
CONSUMES_AWAY: Consumes = {
    WorkspaceMemberEvent: {Tombstone: leave_channels},
    PersonalEvent: {PreferencesChanged: receipts.tell_seers_here},
    **CONSUMES_BESIDE,
    FileEvent: attached.CONSUMES,
}

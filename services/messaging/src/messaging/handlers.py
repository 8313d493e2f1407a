"""What messaging says and hears: it keeps copies of who people are, fed by identity, and who is here, by presence."""

from uuid import UUID

from eventbus import Consumes, Db, Event, Tombstone
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from nexus.presence.v1.status_event_pb2 import PersonArrived, StatusEvent

from messaging import people_here, users


async def save_user(event: UserEvent, db: Db) -> None:
    """The copy becomes what identity says, whatever it was before."""
    saved = event.user_saved
    avatar_url = saved.avatar_url if saved.HasField("avatar_url") else None
    await users.save(db, UUID(event.user_id), UUID(saved.organization_id), saved.email, saved.name, avatar_url)


PUBLISHES: tuple[type[Event], ...] = (ChannelEvent, InvitationEvent, PersonalEvent, WorkspaceMemberEvent)
CONSUMES: Consumes = {
    UserEvent: {UserSaved: save_user},
    StatusEvent: {PersonArrived: people_here.arrive, Tombstone: people_here.leave},
}

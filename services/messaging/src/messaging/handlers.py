"""What messaging says and hears: it keeps copies of who people are, fed by identity, and who is here, by presence."""

from uuid import UUID

from eventbus import Consumes, Db, Event, Tombstone
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from nexus.presence.v1.status_event_pb2 import PersonArrived, StatusEvent

from messaging import bots, people_here, users


async def save_user(event: UserEvent, db: Db) -> None:
    """The copy becomes what identity says, whatever it was before. A new bot is let in where it belongs."""
    saved = event.user_saved
    avatar_url = saved.avatar_url if saved.HasField("avatar_url") else None
    user_id, organization_id = UUID(event.user_id), UUID(saved.organization_id)
    is_new = await users.save(db, user_id, organization_id, saved.email, saved.name, avatar_url, saved.is_bot)
    if saved.is_bot and (is_new or saved.is_removed):
        change = bots.go if saved.is_removed else bots.come
        await change(db, user_id, UUID(saved.bot_workspace_id), UUID(event.meta.actor_id))


PUBLISHES: tuple[type[Event], ...] = (ChannelEvent, InvitationEvent, PersonalEvent, WorkspaceMemberEvent)
CONSUMES: Consumes = {
    UserEvent: {UserSaved: save_user},
    StatusEvent: {PersonArrived: people_here.arrive, Tombstone: people_here.leave},
}

"""What identity says, and how it answers what others say: invitations let people in, roles let them look after bots."""

from datetime import UTC
from uuid import UUID

from eventbus import Consumes, Db, InvalidEvent, Tombstone
from nexus.identity.v1.session_event_pb2 import SessionEvent
from nexus.identity.v1.user_event_pb2 import UserEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent, InvitationIssued
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from identity import invitations, managers
from identity.invitations import Invitation


async def remember_invitation(event: InvitationEvent, db: Db) -> None:
    """Whoever has the token may register into the organization from now on."""
    issued = event.invitation_issued
    await invitations.save(
        db,
        Invitation(
            _id(event.invitation_id), _id(issued.organization_id), issued.email.lower(), issued.token_hash,
            issued.expires_at.ToDatetime(UTC),
        ),
    )  # fmt: skip


async def forget_invitation(gone: Tombstone, db: Db) -> None:
    """It was accepted, withdrawn or replaced."""
    await invitations.remove(db, _id(gone.key))


async def remember_manager(event: WorkspaceMemberEvent, db: Db) -> None:
    """Owners and admins look after the workspace's bots; whoever becomes less does so no longer."""
    saved = event.workspace_member_saved
    change = managers.add if saved.role in ("owner", "admin") else managers.remove
    await change(db, _id(saved.workspace_id), _id(saved.user_id))


async def forget_manager(gone: Tombstone, db: Db) -> None:
    """They are no longer in the workspace."""
    workspace_id, _, user_id = gone.key.partition(":")
    await managers.remove(db, _id(workspace_id), _id(user_id))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidEvent(f"{text!r} is no id") from error


PUBLISHES = (UserEvent, SessionEvent)
CONSUMES: Consumes = {
    InvitationEvent: {InvitationIssued: remember_invitation, Tombstone: forget_invitation},
    WorkspaceMemberEvent: {WorkspaceMemberSaved: remember_manager, Tombstone: forget_manager},
}

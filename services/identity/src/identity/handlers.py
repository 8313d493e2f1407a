"""What identity says, and how it answers what others say: invitations let people in."""

from datetime import UTC
from uuid import UUID

from eventbus import Consumes, Db, InvalidEvent, Tombstone
from nexus.identity.v1.session_event_pb2 import SessionEvent
from nexus.identity.v1.user_event_pb2 import UserEvent
from nexus.messaging.v1.invitation_event_pb2 import InvitationEvent, InvitationIssued

from identity import invitations
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


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidEvent(f"{text!r} is no id") from error


PUBLISHES = (UserEvent, SessionEvent)
CONSUMES: Consumes = {InvitationEvent: {InvitationIssued: remember_invitation, Tombstone: forget_invitation}}

"""Invitations as messaging tells of them: they let a person register into an organization."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from eventbus import Db


class InvitationNotFound(Exception):
    """No invitation has this token."""


class InvitationForAnotherEmail(Exception):
    """The invitation was sent to another address."""


class InvitationExpired(Exception):
    """The invitation came too late."""


@dataclass(frozen=True, slots=True)
class Invitation:
    id: UUID
    organization_id: UUID
    email: str
    token_hash: str
    expires_at: datetime


async def save(db: Db, invitation: Invitation) -> None:
    await db.execute(
        """
        INSERT INTO invitations (id, organization_id, email, token_hash, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, email = excluded.email,
            token_hash = excluded.token_hash, expires_at = excluded.expires_at
        """,
        invitation.id, invitation.organization_id, invitation.email, invitation.token_hash, invitation.expires_at,
    )  # fmt: skip


async def remove(db: Db, invitation_id: UUID) -> None:
    await db.execute("DELETE FROM invitations WHERE id = $1", invitation_id)


async def organization_to_join(db: Db, token: str, email: str) -> UUID:
    """The organization that the holder of the token may join with this address."""
    row = await db.fetchrow(
        """
        SELECT i.* FROM invitations i JOIN organizations o ON o.id = i.organization_id
        WHERE token_hash = $1 ORDER BY expires_at DESC LIMIT 1
        """,
        hashlib.sha256(token.encode()).hexdigest(),
    )
    if row is None:
        raise InvitationNotFound
    invitation = Invitation(**row)
    if invitation.email != email:
        raise InvitationForAnotherEmail
    if invitation.expires_at <= datetime.now(UTC):
        raise InvitationExpired
    return invitation.organization_id

"""Invitations by e-mail: issued by token, accepted once, by the person they were meant for."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.tokens import Principal
from eventbus import Db
from eventbus.wire import Json
from pydantic import TypeAdapter, ValidationError
from uuid_utils.compat import uuid7

from messaging import announcements, members, users, workspaces
from messaging.bodies import Email, Invite
from messaging.permissions import Action, Standing, check, standing_of
from messaging.rows import plain_json, texts
from messaging.sharding.databases import Across

ORGANIZATION = "SELECT organization_id FROM workspaces WHERE id = $1"
MEMBER_BY_EMAIL = """
    SELECT 1 FROM workspace_members m JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND lower(u.email) = $2 AND m.status = 'active'
"""
REPLACE = """
    UPDATE invitations SET status = 'replaced'
    WHERE workspace_id = $1 AND lower(email) = $2 AND status = 'pending' RETURNING id
"""
ISSUE = """
    INSERT INTO invitations (id, workspace_id, email, role, message, token, invited_by, expires_at, channel_ids)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *
"""
LIST = "SELECT *, expires_at < now() AS is_over FROM invitations WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1000"
# The row's lock makes two who accept at once take turns.
FIND = "SELECT * FROM invitations WHERE token = $1 FOR UPDATE"
ACCEPT = "UPDATE invitations SET status = 'accepted', accepted_by = $2 WHERE id = $1"
EMAIL: TypeAdapter[str] = TypeAdapter(Email)


async def issue(across: Across, standing: Standing, workspace_id: UUID, invite: Invite, days: int) -> Json:
    """Invite each address; an earlier invitation that is still open is replaced. Answers who could not be, and why."""
    if invite.role == "admin" and not standing.is_admin:
        raise Problem(403, "forbidden", "Only admins can invite admins.")
    db = across.home
    await _require_channels(across, standing, invite.channel_ids)
    organization_id: UUID = await db.fetchval(ORGANIZATION, workspace_id)
    sent: list[str] = []
    failed: list[Json] = []
    for given in dict.fromkeys(invite.emails):
        email, reason = await _checked(db, workspace_id, given)
        if reason or email in sent:
            failed.append({"email": given, "reason": reason or "named_twice"})
            continue
        await _issue_one(db, workspace_id, organization_id, email, invite, standing.user_id, days)
        sent.append(email)
    return {"sent": sent, "failed": failed}


async def listed(db: Db, workspace_id: UUID) -> list[Json]:
    """The newest 1,000 invitations, with the token that makes the link while they are open."""
    return [_json(row) for row in await db.fetch(LIST, workspace_id)]


async def accept(db: Db, token: str, user: Principal) -> Json:
    """Join the workspace. `Problem` 404 unknown, 403 meant for another address, 410 used or too old."""
    row = await db.fetchrow(FIND, token)
    if row is None:
        raise not_found("invitation")
    if row["email"].lower() != user.email.lower():
        raise Problem(403, "invitation_for_another_email", "This invitation is for another e-mail address.")
    if row["status"] == "accepted" and row["accepted_by"] == user.user_id:
        return await _joined(db, row, user)
    if row["status"] != "pending" or row["expires_at"] < datetime.now(UTC):
        raise Problem(410, "invitation_expired", "This invitation has been used or is too old: ask for a new one.")
    await users.ensure(db, user)
    await db.execute(ACCEPT, row["id"], user.user_id)
    await members.add(
        db, row["workspace_id"], user.user_id, row["role"], row["invited_by"], channel_ids=row["channel_ids"]
    )
    await announcements.invitation_closed(db, row["id"])
    return await _joined(db, row, user)


async def _require_channels(across: Across, standing: Standing, channel_ids: Iterable[UUID]) -> None:
    """`Problem` 404 or 403 unless whoever invites could add people to each of these channels of the workspace."""
    for channel_id in channel_ids:
        there = await standing_of(await across.of(channel_id), standing.user_id, {"channel_id": str(channel_id)})
        if there.workspace_id != standing.workspace_id:
            raise not_found("channel")
        check(Action.CHANNEL_ADD_MEMBER, there)


async def _joined(db: Db, row: Record, user: Principal) -> Json:
    member = await members.get(db, row["workspace_id"], user.user_id)
    return {"workspace": await workspaces.get(db, row["workspace_id"], user.user_id), "member": member}


async def _checked(db: Db, workspace_id: UUID, given: str) -> tuple[str, str]:
    try:
        email = EMAIL.validate_python(given)
    except ValidationError:
        return given, "invalid_email"
    already = await db.fetchval(MEMBER_BY_EMAIL, workspace_id, email)
    return email, "already_a_member" if already else ""


async def _issue_one(
    db: Db, workspace_id: UUID, organization_id: UUID, email: str, invite: Invite, actor_id: UUID, days: int
) -> None:
    for row in await db.fetch(REPLACE, workspace_id, email):
        await announcements.invitation_closed(db, row["id"])
    expires_at = datetime.now(UTC) + timedelta(days=days)
    row = await one(
        db, ISSUE, uuid7(), workspace_id, email, invite.role, invite.message, secrets.token_urlsafe(32),
        actor_id, expires_at, list(dict.fromkeys(invite.channel_ids)),
    )  # fmt: skip
    await announcements.invitation_issued(db, row, organization_id)


def _json(row: Record) -> Json:
    is_open = row["status"] == "pending" and not row["is_over"]
    status = "expired" if row["status"] == "pending" and row["is_over"] else row["status"]
    told = plain_json(row, "id", "email", "role", "expires_at", "created_at", "invited_by")
    channels = {"channelIds": texts(row["channel_ids"])}
    return {**told, **channels, "status": status, "token": row["token"] if is_open else None}

"""Workspaces, their members and invitations."""

from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.tokens import Principal
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging import audit, channels, members, users
from messaging.bodies import NewChannel, NewWorkspace, WorkspaceChange
from messaging.permissions import Standing
from messaging.retention import retained
from messaging.rows import plain_json

WORKSPACE = """w.id, w.name, w.description, w.avatar_url, w.organization_id, w.is_public, w.allow_external_invites,
    w.retention_days, w.retention_spares_pins, w.members_mention_everyone, w.members_see_edits, w.status, w.created_by,
    w.created_at, w.updated_at, m.role"""
CREATE = """
    INSERT INTO workspaces (id, name, description, organization_id, is_public, allow_external_invites, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
MINE = f"""
    SELECT {WORKSPACE} FROM workspaces w JOIN workspace_members m ON m.workspace_id = w.id
    WHERE m.user_id = $1 AND m.status = 'active' AND ($2::uuid IS NULL OR w.id = $2) ORDER BY w.created_at, w.id
"""  # noqa: S608
UPDATE = """
    UPDATE workspaces SET name = coalesce($2, name), description = coalesce($3, description),
        is_public = coalesce($4, is_public), allow_external_invites = coalesce($5, allow_external_invites),
        retention_days = coalesce($6, retention_days), status = coalesce($7, status),
        members_mention_everyone = coalesce($8, members_mention_everyone),
        retention_spares_pins = coalesce($9, retention_spares_pins),
        members_see_edits = coalesce($10, members_see_edits), updated_at = now()
    WHERE id = $1
"""


async def create(db: Db, new: NewWorkspace, user: Principal) -> Json:
    """A workspace with its creator as owner and a general channel that everyone joins."""
    await users.ensure(db, user)
    workspace_id = uuid7()
    await db.execute(
        CREATE, workspace_id, new.name, new.description, user.organization_id, new.is_public,
        new.allow_external_invites, user.user_id,
    )  # fmt: skip
    await members.add(db, workspace_id, user.user_id, "owner", None)
    await channels.create(db, workspace_id, NewChannel(name=channels.GENERAL), user.user_id, is_default=True)
    return await get(db, workspace_id, user.user_id)


async def mine(db: Db, user_id: UUID) -> list[Json]:
    return [_json(row) for row in await db.fetch(MINE, user_id, None)]


async def get(db: Db, workspace_id: UUID, user_id: UUID) -> Json:
    """The workspace as one of its members sees it."""
    return _json(await one(db, MINE, user_id, workspace_id))


async def update(db: Db, standing: Standing, workspace_id: UUID, change: WorkspaceChange) -> None:
    await db.execute(
        UPDATE, workspace_id, change.name, change.description, change.is_public, change.allow_external_invites,
        change.retention_days, change.status, change.members_mention_everyone, change.retention_spares_pins,
        change.members_see_edits,
    )  # fmt: skip
    if change.retention_spares_pins is False:
        await retained.look_again(db, workspace_id)
    if decided := change.model_dump(by_alias=True, exclude_none=True):
        await audit.record(db, standing, "workspace.changed", decided)


def _json(row: Record) -> Json:
    return plain_json(row, *(name.strip().split(".")[1] for name in WORKSPACE.split(",")))

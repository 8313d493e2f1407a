"""Groups of people in a workspace, who are mentioned by one name."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.workspace_event_pb2 import GroupRemoved, GroupSaved
from uuid_utils.compat import uuid7

from messaging import announcements, channels, members
from messaging.bodies import GroupChange, NewGroup
from messaging.rows import plain_json, texts
from messaging.standings import Standing

MOST_GROUPS = 200

LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM user_groups WHERE workspace_id = $1"
CREATE = """
    INSERT INTO user_groups (id, workspace_id, name, description, created_by) VALUES ($1, $2, $3, $4, $5)
"""
GROUPS = """
    SELECT g.*, ARRAY(SELECT user_id FROM user_group_members m WHERE m.group_id = g.id ORDER BY user_id) AS member_ids
    FROM user_groups g WHERE g.workspace_id = $1 AND ($2::uuid IS NULL OR g.id = $2) ORDER BY lower(g.name)
"""
CHANGE = """
    UPDATE user_groups SET name = coalesce($3, name), description = coalesce($4, description), updated_at = now()
    WHERE workspace_id = $1 AND id = $2 RETURNING id
"""
REMOVE = "DELETE FROM user_groups WHERE workspace_id = $1 AND id = $2 RETURNING id"
LEAVE = "DELETE FROM user_group_members WHERE group_id = $1 AND NOT user_id = ANY($2)"
JOIN = """
    INSERT INTO user_group_members (group_id, user_id) SELECT $1, user_id FROM unnest($2::uuid[]) AS given(user_id)
    ON CONFLICT DO NOTHING
"""


async def listed(db: Db, standing: Standing, workspace_id: UUID) -> list[Json]:
    """All, but for a guest only with people they know."""
    rows = await db.fetch(GROUPS, workspace_id, None)
    people = {user_id for row in rows for user_id in row["member_ids"]}
    known = await members.known_of(db, standing, people) if standing.role == "guest" else people
    return [_json(row) | {"memberIds": texts(who for who in row["member_ids"] if who in known)} for row in rows]


async def create(db: Db, workspace_id: UUID, new: NewGroup, actor_id: UUID) -> Json:
    """`Problem` 409 if the name is taken or the workspace has 200 groups, 404 for people who are not in it."""
    await db.execute(LOCK_WORKSPACE, workspace_id)
    if await db.fetchval(COUNT, workspace_id) >= MOST_GROUPS:
        raise Problem(409, "too_many_groups", f"A workspace can have {MOST_GROUPS} groups.")
    group_id = uuid7()
    try:
        await db.execute(CREATE, group_id, workspace_id, new.name, new.description, actor_id)
    except asyncpg.UniqueViolationError:
        raise _taken(new.name) from None
    await _set_members(db, workspace_id, group_id, new.members)
    return await _announced(db, workspace_id, group_id, actor_id)


async def change(db: Db, workspace_id: UUID, group_id: UUID, wanted: GroupChange, actor_id: UUID) -> Json:
    """The group as it is then; `members`, if given, are all of them."""
    try:
        found = await db.fetchval(CHANGE, workspace_id, group_id, wanted.name, wanted.description)
    except asyncpg.UniqueViolationError:
        raise _taken(wanted.name) from None
    if not found:
        raise not_found("group")
    if wanted.members is not None:
        await _set_members(db, workspace_id, group_id, wanted.members)
    return await _announced(db, workspace_id, group_id, actor_id)


async def remove(db: Db, workspace_id: UUID, group_id: UUID, actor_id: UUID) -> None:
    """Messages that mentioned its people go on doing so."""
    if not await db.fetchval(REMOVE, workspace_id, group_id):
        raise not_found("group")
    await announcements.workspace_changed(db, workspace_id, GroupRemoved(id=str(group_id)), actor_id)


async def _announced(db: Db, workspace_id: UUID, group_id: UUID, actor_id: UUID) -> Json:
    row = await one(db, GROUPS, workspace_id, group_id)
    saved = GroupSaved(
        id=str(group_id), name=row["name"], description=row["description"], member_ids=texts(row["member_ids"])
    )
    await announcements.workspace_changed(db, workspace_id, saved, actor_id)
    return _json(row)


async def _set_members(db: Db, workspace_id: UUID, group_id: UUID, user_ids: Sequence[UUID]) -> None:
    await channels.require_in_workspace(db, workspace_id, user_ids)
    await db.execute(LEAVE, group_id, list(user_ids))
    await db.execute(JOIN, group_id, sorted(set(user_ids)))


def _taken(name: str | None) -> Problem:
    return Problem(409, "group_name_taken", f"There is a group called {name} in this workspace.")


def _json(row: Record) -> Json:
    names = ("id", "workspace_id", "name", "description", "created_by", "created_at", "updated_at")
    return {**plain_json(row, *names), "memberIds": texts(row["member_ids"])}

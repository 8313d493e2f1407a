"""Who belongs to a workspace, and as what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps, one
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging import announcements, arrivals, audit, channels, shards
from messaging.bodies import MemberChange
from messaging.permissions import Standing
from messaging.rows import plain_json

MEMBER = """m.id, m.workspace_id, m.user_id, m.role, m.permissions, m.status, m.invited_by, m.joined_at, m.last_seen_at,
    coalesce(u.name, '') AS name, coalesce(u.email, '') AS email, u.avatar_url, coalesce(u.is_bot, FALSE) AS is_bot"""
FROM = "FROM workspace_members m LEFT JOIN users u ON u.id = m.user_id"
# Also those who were removed, as they were at last.
FROM_ALL = """
    FROM (SELECT id, workspace_id, user_id, role, permissions, status, invited_by, joined_at, last_seen_at,
            '{}'::uuid[] AS channel_ids FROM workspace_members
        UNION ALL SELECT id, workspace_id, user_id, role, '{}', 'inactive', NULL, joined_at, NULL, channel_ids
            FROM former_members f WHERE NOT EXISTS (
                SELECT FROM workspace_members n WHERE n.workspace_id = f.workspace_id AND n.user_id = f.user_id)
    ) m LEFT JOIN users u ON u.id = m.user_id
"""
FILTER = r"""
    m.workspace_id = $1 AND ($3::text IS NULL OR m.role = $3) AND ($4::text IS NULL OR m.status = $4)
    AND ($5::text IS NULL OR position(lower($5) IN lower(u.name)) > 0 OR position(lower($5) IN lower(u.email)) > 0)
    AND ($6::uuid[] IS NULL OR m.user_id = ANY($6))
"""
# Somebody with whom the guest shares a channel.
KNOWN_TO = """
    EXISTS (SELECT FROM channel_members mine JOIN channels c ON c.id = mine.channel_id AND c.workspace_id = $1
        JOIN channel_members theirs ON theirs.channel_id = mine.channel_id
        WHERE mine.user_id = $2 AND theirs.user_id = m.user_id)
"""
# The same of somebody who was removed.
WAS_KNOWN_TO = """
    EXISTS (SELECT FROM channel_members mine WHERE mine.user_id = $2 AND mine.channel_id = ANY (m.channel_ids))
"""
FOR_GUESTS = "($2::uuid IS NULL OR m.user_id = $2"
KNOWN = f"""
    SELECT m.user_id FROM workspace_members m WHERE m.workspace_id = $1 AND m.user_id = ANY($3::uuid[]) AND {KNOWN_TO}
"""  # noqa: S608 - constants
COUNTED = f"SELECT {MEMBER}, count(*) OVER () AS total"
ORDERED = "ORDER BY lower(u.name), m.user_id LIMIT 1000"
LIST = f"{COUNTED} {FROM} WHERE {FILTER} AND {FOR_GUESTS} OR {KNOWN_TO}) {ORDERED}"
LIST_ALL = f"{COUNTED} {FROM_ALL} WHERE {FILTER} AND {FOR_GUESTS} OR {KNOWN_TO} OR {WAS_KNOWN_TO}) {ORDERED}"
ONE = f"SELECT {MEMBER} {FROM} WHERE m.workspace_id = $1 AND m.user_id = $2"
ADD = """
    INSERT INTO workspace_members (id, workspace_id, user_id, role, invited_by) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id, user_id) DO NOTHING RETURNING *
"""
LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
CHANGE = """
    UPDATE workspace_members SET role = $3, permissions = coalesce($4, permissions)
    WHERE workspace_id = $1 AND user_id = $2 RETURNING *
"""
OWNERS = "SELECT count(*) FROM workspace_members WHERE workspace_id = $1 AND role = 'owner' AND status = 'active'"
REMOVE = """
    WITH gone AS (DELETE FROM workspace_members WHERE workspace_id = $1 AND user_id = $2 RETURNING *)
    INSERT INTO former_members (id, workspace_id, user_id, role, joined_at, channel_ids)
    SELECT id, workspace_id, user_id, role, joined_at, $3 FROM gone
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET id = excluded.id, role = excluded.role,
        joined_at = excluded.joined_at, channel_ids = excluded.channel_ids
"""
LEAVE_ALL = """
    DELETE FROM channel_members m USING channels c
    WHERE c.id = m.channel_id AND c.workspace_id = $1 AND m.user_id = $2 AND NOT is_leaving(c.id) RETURNING m.channel_id
"""
LEAVE_BEFORE = LEAVE_ALL.replace("RETURNING", "AND m.joined_at < $3 RETURNING")
LEAVE_GROUPS = """
    DELETE FROM user_group_members m USING user_groups g
    WHERE g.id = m.group_id AND g.workspace_id = $1 AND m.user_id = $2
"""
LOCK_CHANNELS = """
    SELECT c.id FROM channels c JOIN channel_members m ON m.channel_id = c.id AND m.user_id = $2
    WHERE c.workspace_id = $1 AND NOT is_leaving(c.id) ORDER BY c.id FOR NO KEY UPDATE OF c
"""


async def add(
    db: Db, workspace_id: UUID, user_id: UUID, role: str, invited_by: UUID | None, channel_ids: Sequence[UUID] = ()
) -> bool:
    """Make somebody a member and let them into the channels that are named, else into the default ones; False if they
    were one already."""
    row = await db.fetchrow(ADD, uuid7(), workspace_id, user_id, role, invited_by)
    if row is None:
        return False
    await announcements.workspace_member_saved(db, row, invited_by or user_id)
    joined: set[UUID] = set()
    if channel_ids:
        joined = await channels.join_some(db, workspace_id, user_id, channel_ids)
    else:
        await channels.join_defaults(db, workspace_id, user_id)
    await arrivals.expect(db, workspace_id, user_id, {*channel_ids} - joined, has_defaults=not channel_ids)
    return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members are asked for; what is not said does not matter."""

    role: str | None = None
    status: str | None = None
    search: str | None = None
    user_ids: Sequence[UUID] | None = None
    with_former: bool = False


async def listed(db: Db, standing: Standing, wanted: Wanted) -> Json:
    """The first 1,000 members by name that match, and how many match in all; for a guest of those they know. Former
    members are `inactive`."""
    guest = standing.user_id if standing.role == "guest" else None
    those = (wanted.role, wanted.status, wanted.search, wanted.user_ids)
    rows = await db.fetch(LIST_ALL if wanted.with_former else LIST, standing.workspace_id, guest, *those)
    return {"members": [_json(row) for row in rows], "total": rows[0]["total"] if rows else 0}


async def known_of(db: Db, standing: Standing, user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them whom a guest knows: people with whom they share a channel, and themselves."""
    rows = await db.fetch(KNOWN, standing.workspace_id, standing.user_id, list(user_ids))
    return {row["user_id"] for row in rows} | {standing.user_id}


async def require_known(db: Db, standing: Standing, user_ids: Iterable[UUID]) -> None:
    """`Problem` 404 for a guest who names somebody with whom they share no channel."""
    if standing.role == "guest" and set(user_ids) - await known_of(db, standing, user_ids):
        raise not_found("person in this workspace")


async def get(db: Db, workspace_id: UUID, user_id: UUID) -> Json:
    row = await db.fetchrow(ONE, workspace_id, user_id)
    if row is None:
        raise not_found("member of this workspace")
    return _json(row)


async def change(db: Db, standing: Standing, workspace_id: UUID, user_id: UUID, wanted: MemberChange) -> Json:
    """Give another role. Only owners make and unmake owners, and one always remains."""
    await db.execute(LOCK_WORKSPACE, workspace_id)
    before = await get(db, workspace_id, user_id)
    await _check_owner_rules(db, standing, workspace_id, before, wanted.role)
    permissions = None if wanted.permissions is None else dumps(wanted.permissions)
    row = await one(db, CHANGE, workspace_id, user_id, wanted.role, permissions)
    await announcements.workspace_member_saved(db, row, standing.user_id)
    details = {"userId": str(user_id), **wanted.model_dump(by_alias=True, exclude_none=True)}
    await audit.record(db, standing, "member.changed", {**details, "formerRole": before["role"]})
    return await get(db, workspace_id, user_id)


async def remove(db: Db, standing: Standing, workspace_id: UUID, user_id: UUID) -> None:
    """Out of the workspace and of all its channels; their messages stay."""
    await db.execute(LOCK_WORKSPACE, workspace_id)
    await _check_owner_rules(db, standing, workspace_id, await get(db, workspace_id, user_id), None)
    await arrivals.forget(db, workspace_id, user_id)
    await shards.pass_over_closed(db)
    await db.execute(LOCK_CHANNELS, workspace_id, user_id)
    left = [row["channel_id"] for row in await db.fetch(LEAVE_ALL, workspace_id, user_id)]
    await db.execute(REMOVE, workspace_id, user_id, left)
    await db.execute(LEAVE_GROUPS, workspace_id, user_id)
    await announcements.members_left(db, sorted(left), user_id, standing.user_id)
    await announcements.workspace_member_gone(db, workspace_id, user_id)
    await audit.record(db, standing, "member.removed", {"userId": str(user_id)})


async def leave_channels(db: Db, workspace_id: UUID, user_id: UUID, joined_before: datetime) -> None:
    """Out of the channels that are here, after somebody was removed from a workspace that is in another database; not
    out of those that they joined since, as a member again."""
    await shards.pass_over_closed(db)
    await db.execute(LOCK_CHANNELS, workspace_id, user_id)
    left = [row["channel_id"] for row in await db.fetch(LEAVE_BEFORE, workspace_id, user_id, joined_before)]
    await announcements.members_left(db, sorted(left), user_id, user_id)


async def _check_owner_rules(db: Db, standing: Standing, workspace_id: UUID, before: Json, role: str | None) -> None:
    if "owner" in (role, before["role"]) and standing.role != "owner":
        raise Problem(403, "forbidden", "Only an owner can make or unmake owners.")
    if before["role"] == "owner" and role != "owner" and await db.fetchval(OWNERS, workspace_id) == 1:
        raise Problem(409, "last_owner", "A workspace needs an owner: make somebody else one first.")


def _json(row: Record) -> Json:
    names = ("id", "workspace_id", "user_id", "role", "status", "invited_by", "joined_at", "last_seen_at")
    told = plain_json(row, *names, "name", "email", "avatar_url", "is_bot")
    return {**told, "permissions": orjson.loads(row["permissions"])}

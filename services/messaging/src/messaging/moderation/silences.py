"""Who may read but say nothing until a time: letting people be silent, who is, and telling them."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.database import one
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.personal_event_pb2 import MemberSilenced

from messaging import announcements, audit, directory
from messaging.personal import devices
from messaging.rights.terms import OF_ROLE, Rank
from messaging.rows import plain_json, timestamp
from messaging.standings import Standing

ROLES = """
    SELECT m.role, cm.role AS channel_role FROM workspace_members m
    LEFT JOIN channel_members cm ON cm.channel_id = $3 AND cm.user_id = m.user_id
    WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.status = 'active'
"""
LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
IN_WORKSPACE = "UPDATE workspace_members SET silenced_until = $3 WHERE workspace_id = $1 AND user_id = $2 RETURNING *"
LOCK_CHANNEL = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
IN_CHANNEL = "UPDATE channel_members SET silenced_until = $3 WHERE channel_id = $1 AND user_id = $2"
# Those of channels that are nobody's own: in conversations nobody is silenced.
EVERYBODY = """
    SELECT m.user_id, coalesce(u.name, '') AS name, m.role, m.silenced_until, NULL::uuid AS channel_id
    FROM workspace_members m LEFT JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND m.silenced_until > now()
    UNION ALL
    SELECT m.user_id, coalesce(u.name, ''), m.role, cm.silenced_until, c.id
    FROM channels c JOIN channel_members cm ON cm.channel_id = c.id AND cm.silenced_until > now()
    JOIN workspace_members m ON m.workspace_id = c.workspace_id AND m.user_id = cm.user_id
    LEFT JOIN users u ON u.id = m.user_id
    WHERE c.workspace_id = $1
    ORDER BY name, user_id, channel_id NULLS FIRST LIMIT 1000
"""
MINE = """
    SELECT workspace_id AS place_id, silenced_until FROM workspace_members
    WHERE user_id = $1 AND silenced_until > now()
    UNION ALL
    SELECT channel_id, silenced_until FROM channel_members WHERE user_id = $1 AND silenced_until > now()
"""


async def impose(db: Db, standing: Standing, user_id: UUID, until: datetime | None) -> None:
    """Until then somebody says nothing in the channel that the standing is towards, or in the whole workspace; None
    lets them speak. `Problem` 404 for who is not there, 403 for who is as much as the asker or more."""
    if until is not None and until <= datetime.now(UTC):
        raise Problem(422, "invalid_request", "until: must be ahead")
    lock = (LOCK_CHANNEL, standing.channel_id) if standing.channel_id else (LOCK_WORKSPACE, standing.workspace_id)
    await db.execute(*lock)
    row = await db.fetchrow(ROLES, standing.workspace_id, user_id, standing.channel_id)
    if row is None or (standing.channel_id and row["channel_role"] is None):
        raise not_found("member")
    rank = Rank.CHANNEL_ADMIN if row["channel_role"] == "admin" and row["role"] == "member" else OF_ROLE[row["role"]]
    if rank >= standing.rank:
        raise Problem(403, "forbidden", "You may not silence somebody who is as much here as you are.")
    await _note(db, standing, user_id, until)
    await _tell(db, standing, user_id, until)
    where = {"channelId": str(standing.channel_id)} if standing.channel_id else {}
    details = {**where, "userId": str(user_id), "until": until}
    await audit.record(db, standing, "member.silenced" if until else "member.unsilenced", details)


async def listed(db: Db, workspace_id: UUID) -> list[Json]:
    """The first 1,000 by name; `channelId` null is the whole workspace."""
    names = ("user_id", "name", "role", "silenced_until", "channel_id")
    return [plain_json(row, *names) for row in await db.fetch(EVERYBODY, workspace_id)]


async def of(db: Db, user_id: UUID) -> dict[str, float]:
    """Until when somebody is silent, in Unix seconds, by the channels and workspaces where they are."""
    return {str(row["place_id"]): row["silenced_until"].timestamp() for row in await db.fetch(MINE, user_id)}


async def _note(db: Db, standing: Standing, user_id: UUID, until: datetime | None) -> None:
    if standing.channel_id:
        await db.execute(IN_CHANNEL, standing.channel_id, user_id, until)
        await directory.list_members(db, [(standing.channel_id, user_id)])
    else:
        member = await one(db, IN_WORKSPACE, standing.workspace_id, user_id, until)
        await announcements.workspace_member_saved(db, member, standing.user_id)


async def _tell(db: Db, standing: Standing, user_id: UUID, until: datetime | None) -> None:
    silenced = MemberSilenced(
        workspace_id=str(standing.workspace_id),
        channel_id=str(standing.channel_id) if standing.channel_id else None,
        until=timestamp(until),
    )
    await devices.tell(db, user_id, silenced)

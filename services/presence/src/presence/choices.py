"""What people chose to show, and who may see it: those who share a workspace, guests those who share a channel."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg
from eventbus import Db

from presence.statuses import Status

CHOOSE = """
    INSERT INTO chosen_statuses (user_id, status) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, chosen_at = now()
"""
CLEAR = "DELETE FROM chosen_statuses WHERE user_id = $1"
CHOSEN = "SELECT user_id, status FROM chosen_statuses WHERE user_id = ANY($1)"
WORKSPACES = """
    SELECT user_id, array_agg(workspace_id) AS workspace_ids FROM workspace_members
    WHERE user_id = ANY($1) GROUP BY user_id
"""
VISIBLE = """
    SELECT other.user_id FROM workspace_members mine
    JOIN workspace_members other ON other.workspace_id = mine.workspace_id
    WHERE mine.user_id = $1 AND NOT mine.is_guest AND other.user_id = ANY($2)
    UNION
    SELECT theirs.user_id FROM workspace_members mine
    JOIN channel_members ours ON ours.user_id = mine.user_id
    JOIN channel_members theirs ON theirs.channel_id = ours.channel_id AND theirs.user_id = ANY($2)
    WHERE mine.user_id = $1 AND mine.is_guest
"""
# Of guests there are few: their channels are looked at, not everybody's.
GUESTS = """
    SELECT theirs.user_id, array_agg(DISTINCT guest.user_id) AS guest_ids
    FROM (SELECT DISTINCT user_id FROM workspace_members WHERE is_guest) AS guest
    JOIN channel_members ours ON ours.user_id = guest.user_id
    JOIN channel_members theirs ON theirs.channel_id = ours.channel_id AND theirs.user_id <> guest.user_id
    WHERE theirs.user_id = ANY($1) GROUP BY theirs.user_id
"""
JOIN = """
    INSERT INTO workspace_members (workspace_id, user_id, is_guest) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET is_guest = excluded.is_guest
"""
JOIN_CHANNEL = "INSERT INTO channel_members (channel_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
LEAVE_CHANNEL = "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2"
LEAVE = "DELETE FROM workspace_members WHERE workspace_id = $1 AND user_id = $2"

# Either a pool or one of its connections.
Asked = asyncpg.Pool | Db


async def choose(db: Asked, user_id: UUID, status: Status) -> None:
    """Online is no choice but the absence of one."""
    if status is Status.ONLINE:
        await db.execute(CLEAR, user_id)
    else:
        await db.execute(CHOOSE, user_id, status.value)


async def chosen_by(db: Asked, user_ids: Iterable[str]) -> dict[str, Status]:
    rows = await db.fetch(CHOSEN, [UUID(id_) for id_ in user_ids])
    return {str(row["user_id"]): Status(row["status"]) for row in rows}


async def workspaces_of(db: Asked, user_ids: Iterable[str]) -> dict[str, list[str]]:
    rows = await db.fetch(WORKSPACES, [UUID(id_) for id_ in user_ids])
    return {str(row["user_id"]): [str(id_) for id_ in row["workspace_ids"]] for row in rows}


async def guests_of(db: Asked, user_ids: Iterable[str]) -> dict[str, list[str]]:
    """Guests who share a channel with each of the users."""
    rows = await db.fetch(GUESTS, [UUID(id_) for id_ in user_ids])
    return {str(row["user_id"]): [str(id_) for id_ in row["guest_ids"]] for row in rows}


async def visible_to(db: Asked, asker_id: UUID, user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the users with whom the asker shares a workspace, or as a guest a channel; and the asker."""
    wanted = set(user_ids)
    rows = await db.fetch(VISIBLE, asker_id, list(wanted))
    return {row["user_id"] for row in rows} | ({asker_id} & wanted)


async def join(db: Db, workspace_id: UUID, user_id: UUID, is_guest: bool) -> None:
    await db.execute(JOIN, workspace_id, user_id, is_guest)


async def leave(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(LEAVE, workspace_id, user_id)


async def join_channel(db: Db, channel_id: UUID, user_id: UUID) -> None:
    await db.execute(JOIN_CHANNEL, channel_id, user_id)


async def leave_channel(db: Db, channel_id: UUID, user_id: UUID) -> None:
    await db.execute(LEAVE_CHANNEL, channel_id, user_id)

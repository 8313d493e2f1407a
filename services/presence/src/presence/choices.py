"""What people chose to show, and who may see it: those who share a workspace."""

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
    SELECT DISTINCT other.user_id FROM workspace_members mine
    JOIN workspace_members other ON other.workspace_id = mine.workspace_id
    WHERE mine.user_id = $1 AND other.user_id = ANY($2)
"""
JOIN = "INSERT INTO workspace_members (workspace_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
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


async def visible_to(db: Asked, asker_id: UUID, user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the users who share a workspace with the asker, and the asker."""
    wanted = set(user_ids)
    rows = await db.fetch(VISIBLE, asker_id, list(wanted))
    return {row["user_id"] for row in rows} | ({asker_id} & wanted)


async def join(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(JOIN, workspace_id, user_id)


async def leave(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(LEAVE, workspace_id, user_id)

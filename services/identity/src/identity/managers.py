"""Who looks after a workspace, as messaging tells of its owners and admins."""

from uuid import UUID

import asyncpg
from chassis.problems import not_found
from eventbus import Db


async def add(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(
        "INSERT INTO workspace_managers (workspace_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        workspace_id, user_id,
    )  # fmt: skip


async def remove(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute("DELETE FROM workspace_managers WHERE workspace_id = $1 AND user_id = $2", workspace_id, user_id)


async def require(db: Db | asyncpg.Pool, workspace_id: UUID, user_id: UUID) -> None:
    """`Problem` 404 for whoever does not look after the workspace, whether there is one or not."""
    found = await db.fetchval(
        "SELECT true FROM workspace_managers WHERE workspace_id = $1 AND user_id = $2", workspace_id, user_id
    )
    if not found:
        raise not_found("workspace")

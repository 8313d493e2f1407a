"""Who is where: copies of what messaging tells. What is known here decides who sees what, from the next request on."""

from uuid import UUID

from eventbus import Db

SAVE_WORKSPACE_MEMBER = """
    INSERT INTO workspace_members (workspace_id, user_id, role) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role
"""
REMOVE_WORKSPACE_MEMBER = "DELETE FROM workspace_members WHERE workspace_id = $1 AND user_id = $2"
SAVE_CHANNEL = """
    INSERT INTO channels (id, workspace_id, type, is_archived) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET type = excluded.type, is_archived = excluded.is_archived
"""
REMOVE_CHANNEL = "DELETE FROM channels WHERE id = $1"
SAVE_CHANNEL_MEMBER = "INSERT INTO channel_members (channel_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
REMOVE_CHANNEL_MEMBER = "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2"


async def save_workspace_member(db: Db, workspace_id: UUID, user_id: UUID, role: str) -> None:
    await db.execute(SAVE_WORKSPACE_MEMBER, workspace_id, user_id, role)


async def remove_workspace_member(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(REMOVE_WORKSPACE_MEMBER, workspace_id, user_id)


async def save_channel(db: Db, channel_id: UUID, workspace_id: UUID, type_: str, is_archived: bool) -> None:
    await db.execute(SAVE_CHANNEL, channel_id, workspace_id, type_, is_archived)


async def remove_channel(db: Db, channel_id: UUID) -> None:
    await db.execute(REMOVE_CHANNEL, channel_id)


async def save_channel_member(db: Db, channel_id: UUID, user_id: UUID) -> None:
    await db.execute(SAVE_CHANNEL_MEMBER, channel_id, user_id)


async def remove_channel_member(db: Db, channel_id: UUID, user_id: UUID) -> None:
    await db.execute(REMOVE_CHANNEL_MEMBER, channel_id, user_id)

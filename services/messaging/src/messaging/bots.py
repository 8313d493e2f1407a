"""Bots come into the workspace they were made for, and go when they are removed, as identity tells."""

from uuid import UUID

from chassis.problems import Problem, not_found
from eventbus import Db, InvalidEvent

from messaging import members
from messaging.integrations import endpoints
from messaging.permissions import Standing

# Identity has asked this of its own copy; ours is the one that counts.
MAY_BRING = """
    SELECT EXISTS (SELECT FROM workspace_members
    WHERE workspace_id = $1 AND user_id = $2 AND status = 'active' AND role IN ('owner', 'admin'))
"""
IS_BOT = """
    SELECT true FROM workspace_members m JOIN users u ON u.id = m.user_id
    WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.status = 'active' AND u.is_bot
"""
IS_MEMBER = "SELECT EXISTS (SELECT FROM workspace_members WHERE workspace_id = $1 AND user_id = $2)"


async def require(db: Db, workspace_id: UUID, bot_id: UUID) -> None:
    """`Problem` 404 unless it is a bot of the workspace."""
    if not await db.fetchval(IS_BOT, workspace_id, bot_id):
        raise not_found("bot")


async def come(db: Db, bot_id: UUID, workspace_id: UUID, maker_id: UUID) -> None:
    """Let a new bot in; one whose maker looks after the workspace no longer stays outside."""
    if await db.fetchval(MAY_BRING, workspace_id, maker_id):
        await members.add(db, workspace_id, bot_id, "member", maker_id)


async def go(db: Db, bot_id: UUID, workspace_id: UUID, actor_id: UUID) -> None:
    """Out of the workspace; what it wrote stays."""
    await endpoints.forget(db, bot_id)
    if not await db.fetchval(IS_MEMBER, workspace_id, bot_id):
        return
    try:
        await members.remove(db, Standing(actor_id, workspace_id, "owner"), workspace_id, bot_id)
    except Problem as problem:
        raise InvalidEvent(f"the bot cannot go: {problem.detail}") from problem

"""Bots: users that are programs. Each belongs to a workspace, whose owners and admins look after it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from chassis.problems import Problem, not_found
from eventbus import Db
from uuid_utils.compat import uuid7

from identity import managers, sessions, users

MOST = 100
# Nobody receives mail there (RFC 2606), so nobody can prove that such an address is theirs.
DOMAIN = "bots.invalid"
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('bots:' || $1, 0))"
COLUMNS = "id, bot_workspace_id AS workspace_id, name, avatar_url, created_at"
COUNT = "SELECT count(*) FROM users WHERE bot_workspace_id = $1 AND removed_at IS NULL"


@dataclass(frozen=True, slots=True)
class Bot:
    id: UUID
    workspace_id: UUID
    name: str
    avatar_url: str | None
    created_at: datetime


async def add(db: Db, workspace_id: UUID, name: str, avatar_url: str | None, actor_id: UUID) -> Bot:
    """A bot of the workspace, in the organization of whoever makes it; messaging lets it in once it hears of it."""
    await managers.require(db, workspace_id, actor_id)
    await db.execute(TAKE_TURN, str(workspace_id))
    if await db.fetchval(COUNT, workspace_id) >= MOST:
        raise Problem(409, "too_many_bots", f"A workspace can have {MOST} bots: remove one first.")
    bot_id = uuid7()
    organization_id = (await users.get(db, actor_id)).organization_id
    bot = users.NewBot(bot_id, organization_id, f"{bot_id}@{DOMAIN}", name, avatar_url, workspace_id)
    await users.add_bot(db, bot, actor_id)
    return await get(db, bot_id, actor_id)


async def listed(db: Db | asyncpg.Pool, workspace_id: UUID, actor_id: UUID) -> list[Bot]:
    await managers.require(db, workspace_id, actor_id)
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM users WHERE bot_workspace_id = $1 AND removed_at IS NULL ORDER BY lower(name), id",  # noqa: S608
        workspace_id,
    )
    return [Bot(**row) for row in rows]


async def get(db: Db | asyncpg.Pool, bot_id: UUID, actor_id: UUID) -> Bot:
    """`Problem` 404 for a bot that is not the actor's to look after."""
    row = await db.fetchrow(
        f"""
        SELECT {COLUMNS} FROM users JOIN workspace_managers m ON m.workspace_id = bot_workspace_id AND m.user_id = $2
        WHERE id = $1 AND removed_at IS NULL
        """,  # noqa: S608
        bot_id, actor_id,
    )  # fmt: skip
    if row is None:
        raise not_found("bot")
    return Bot(**row)


async def remove(db: Db, bot_id: UUID, actor_id: UUID) -> None:
    """For good: its tokens and open sockets end, and it leaves its workspace. What it wrote stays."""
    await get(db, bot_id, actor_id)
    await users.remove_bot(db, bot_id, actor_id)
    await sessions.revoke_all(db, bot_id, "bot_removed")

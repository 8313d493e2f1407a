"""People, as far as messaging needs them: a copy of what identity tells."""

from uuid import UUID

from chassis.tokens import Principal
from eventbus import Db

SAVE = """
    WITH before AS (SELECT is_bot FROM users WHERE id = $1)
    INSERT INTO users (id, organization_id, email, name, avatar_url, is_bot, is_deactivated)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, email = excluded.email,
        name = excluded.name, avatar_url = excluded.avatar_url, is_bot = excluded.is_bot,
        is_deactivated = excluded.is_deactivated
    RETURNING is_bot AND NOT coalesce((SELECT is_bot FROM before), FALSE)
"""
ENSURE = """
    INSERT INTO users (id, organization_id, email, name) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
"""


async def save(
    db: Db, user_id: UUID, organization_id: UUID, email: str, name: str, avatar_url: str | None, is_bot: bool = False,
    is_deactivated: bool = False,
) -> bool:  # fmt: skip
    """Whether it is a bot of which nothing was known."""
    return bool(await db.fetchval(SAVE, user_id, organization_id, email, name, avatar_url, is_bot, is_deactivated))


async def ensure(db: Db, user: Principal) -> None:
    """Know somebody by their access token, when their event has not arrived yet."""
    await db.execute(ENSURE, user.user_id, user.organization_id, user.email, user.name)

"""People, as far as messaging needs them: a copy of what identity tells."""

from uuid import UUID

from chassis.tokens import Principal
from eventbus import Db

SAVE = """
    INSERT INTO users (id, organization_id, email, name, avatar_url) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, email = excluded.email,
        name = excluded.name, avatar_url = excluded.avatar_url
"""
ENSURE = """
    INSERT INTO users (id, organization_id, email, name) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
"""


async def save(db: Db, user_id: UUID, organization_id: UUID, email: str, name: str, avatar_url: str | None) -> None:
    await db.execute(SAVE, user_id, organization_id, email, name, avatar_url)


async def ensure(db: Db, user: Principal) -> None:
    """Know somebody by their access token, when their event has not arrived yet."""
    await db.execute(ENSURE, user.user_id, user.organization_id, user.email, user.name)

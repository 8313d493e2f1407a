"""Users and the organizations they belong to; every change of a user is announced."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from eventbus import Db, outbox
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from uuid_utils.compat import uuid7

COLUMNS = """
    id, organization_id, email, name, avatar_url, created_at, updated_at, deactivated_at, bot_workspace_id, removed_at
"""


class Deactivated(Exception):
    """The user was shut out."""


class EmailTaken(Exception):
    """Another user has this e-mail address."""


@dataclass(frozen=True, slots=True)
class User:
    """A user, without the password; a bot has a workspace that it belongs to."""

    id: UUID
    organization_id: UUID
    email: str
    name: str
    avatar_url: str | None
    created_at: datetime
    updated_at: datetime
    deactivated_at: datetime | None = None
    bot_workspace_id: UUID | None = None
    removed_at: datetime | None = None

    @property
    def is_bot(self) -> bool:
        return self.bot_workspace_id is not None


@dataclass(frozen=True, slots=True)
class NewBot:
    """A bot that is to be added."""

    id: UUID
    organization_id: UUID
    email: str
    name: str
    avatar_url: str | None
    workspace_id: UUID


@dataclass(frozen=True, slots=True)
class Credentials:
    user: User
    password_hash: str


async def found_organization(db: Db, name: str) -> UUID:
    """Create an organization; its id."""
    organization_id = uuid7()
    await db.execute("INSERT INTO organizations (id, name) VALUES ($1, $2)", organization_id, name)
    return organization_id


async def add(db: Db, organization_id: UUID, email: str, name: str, password_hash: str) -> User:
    """Add a user; `EmailTaken` if the address is in use."""
    row = await db.fetchrow(
        f"""
        INSERT INTO users (id, organization_id, email, name, password_hash) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (email) DO NOTHING RETURNING {COLUMNS}
        """,  # noqa: S608 - a constant of ours
        uuid7(), organization_id, email, name, password_hash,
    )  # fmt: skip
    if row is None:
        raise EmailTaken
    return await _announced(db, User(**row))


async def add_bot(db: Db, bot: NewBot, actor_id: UUID) -> None:
    """Add a bot, which nobody can sign in as with a password."""
    row = await db.fetchrow(
        f"""
        INSERT INTO users (id, organization_id, email, name, avatar_url, bot_workspace_id)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING {COLUMNS}
        """,  # noqa: S608
        bot.id, bot.organization_id, bot.email, bot.name, bot.avatar_url, bot.workspace_id,
    )  # fmt: skip
    await _announced(db, _present(row), actor_id)


async def remove_bot(db: Db, bot_id: UUID, actor_id: UUID) -> None:
    row = await db.fetchrow(
        f"UPDATE users SET removed_at = now(), updated_at = now() WHERE id = $1 RETURNING {COLUMNS}",  # noqa: S608
        bot_id,
    )
    await _announced(db, _present(row), actor_id)


async def change(db: Db, user_id: UUID, changes: dict[str, str | None]) -> User:
    """Set `name`, `avatar_url` or both."""
    row = await db.fetchrow(
        f"""
        UPDATE users SET updated_at = now(), name = CASE WHEN $2 THEN $3 ELSE name END,
            avatar_url = CASE WHEN $4 THEN $5 ELSE avatar_url END
        WHERE id = $1 RETURNING {COLUMNS}
        """,  # noqa: S608
        user_id, "name" in changes, changes.get("name"), "avatar_url" in changes, changes.get("avatar_url"),
    )  # fmt: skip
    return await _announced(db, _present(row))


async def name_founder(db: Db, organization_id: UUID, user_id: UUID) -> None:
    await db.execute("UPDATE organizations SET founder_id = $2 WHERE id = $1", organization_id, user_id)


async def set_active(db: Db, user_id: UUID, is_active: bool, actor_id: UUID) -> None:
    """Shut a user out or let them in again; nothing happens to who is so already."""
    row = await db.fetchrow(
        f"""
        UPDATE users SET updated_at = now(), deactivated_at = CASE WHEN $2 THEN NULL ELSE now() END
        WHERE id = $1 AND (deactivated_at IS NULL) <> $2 RETURNING {COLUMNS}
        """,  # noqa: S608
        user_id, is_active,
    )  # fmt: skip
    if row is not None:
        await _announced(db, User(**row), actor_id)


async def check_active(db: Db, user_id: UUID) -> None:
    """`Deactivated` for who was shut out. Whoever deactivates them meanwhile waits, and ends the new session too."""
    if await db.fetchval("SELECT deactivated_at FROM users WHERE id = $1 FOR SHARE", user_id):
        raise Deactivated


async def get(db: Db | asyncpg.Pool, user_id: UUID) -> User:
    return _present(await db.fetchrow(f"SELECT {COLUMNS} FROM users WHERE id = $1", user_id))  # noqa: S608


async def credentials(db: Db | asyncpg.Pool, email: str) -> Credentials | None:
    """What is needed to check a sign-in; None if nobody has this address."""
    row = await db.fetchrow(
        f"SELECT {COLUMNS}, password_hash FROM users WHERE email = $1 AND password_hash IS NOT NULL",  # noqa: S608
        email,
    )
    if row is None:
        return None
    facts = dict(row)
    return Credentials(password_hash=facts.pop("password_hash"), user=User(**facts))


async def replace_password_hash(db: Db | asyncpg.Pool, user_id: UUID, old: str, new: str) -> None:
    """Store a new hash of the same password, unless the password was changed meanwhile."""
    await db.execute("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", user_id, old, new)


def _present(row: asyncpg.Record | None) -> User:
    if row is None:
        raise LookupError("a session's user is always there")
    return User(**row)


async def _announced(db: Db, user: User, actor_id: UUID | None = None) -> User:
    saved = UserSaved(organization_id=str(user.organization_id), email=user.email, name=user.name)
    if user.avatar_url is not None:
        saved.avatar_url = user.avatar_url
    if user.bot_workspace_id is not None:
        saved.is_bot, saved.bot_workspace_id = True, str(user.bot_workspace_id)
        saved.is_removed = user.removed_at is not None
    saved.is_deactivated = user.deactivated_at is not None
    saved.created_at.FromDatetime(user.created_at)
    await outbox.append(db, UserEvent(user_id=str(user.id), user_saved=saved), actor_id=str(actor_id or user.id))
    return user

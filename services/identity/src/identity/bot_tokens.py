"""Bots' long-lived tokens: shown once, kept as a hash, and exchanged for short access tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from chassis.problems import Problem
from eventbus import Db

from identity import sessions, users
from identity.sessions import LIVE, Client

MOST = 20
PREFIX = "nxb_"
HINT = len(PREFIX) + 8
LIST = f"""
    SELECT t.session_id AS id, t.name, t.hint, t.scopes, t.created_by, s.created_at, s.expires_at,
        nullif(s.last_used_at, s.created_at) AS last_used_at
    FROM bot_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id = $1 AND {LIVE}
    ORDER BY s.created_at, t.session_id
"""  # noqa: S608 - constants of ours
USE = f"""
    UPDATE sessions s SET last_used_at = now() FROM bot_tokens t
    WHERE t.hash = $1 AND s.id = t.session_id AND {LIVE} RETURNING s.id AS session_id, s.user_id, t.scopes
"""  # noqa: S608
LOCK_BOT = "SELECT id FROM users WHERE id = $1 FOR UPDATE"


@dataclass(frozen=True, slots=True)
class BotToken:
    """A token without what makes it one; `hint` are its first characters."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Used:
    """Whose token was shown, and what it is good for."""

    session_id: UUID
    user_id: UUID
    scopes: list[str]


async def issue(
    db: Db, bot_id: UUID, name: str, scopes: Sequence[str], lifetime: timedelta, actor_id: UUID, client: Client
) -> tuple[UUID, str]:
    """Its id and the token itself, of 256 random bits, which is kept nowhere."""
    await db.execute(LOCK_BOT, bot_id)
    await users.check_active(db, bot_id)
    if len(await of_bot(db, bot_id)) >= MOST:
        raise Problem(409, "too_many_tokens", f"A bot can have {MOST} tokens: revoke one first.")
    token = PREFIX + secrets.token_urlsafe(32)
    session_id = await sessions.start_for_bot(db, bot_id, client, lifetime)
    await db.execute(
        "INSERT INTO bot_tokens (session_id, hash, name, hint, scopes, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
        session_id, _hash(token), name, token[:HINT], sorted(scopes), actor_id,
    )  # fmt: skip
    return session_id, token


async def of_bot(db: Db | asyncpg.Pool, bot_id: UUID) -> list[BotToken]:
    """Those that are good."""
    return [BotToken(**row) for row in await db.fetch(LIST, bot_id)]


async def use(db: Db | asyncpg.Pool, token: str) -> Used | None:
    """Whose token it is; None if it is none, or no longer."""
    row = await db.fetchrow(USE, _hash(token))
    return Used(**row) if row else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

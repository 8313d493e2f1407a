"""Refresh tokens: each is good for one use, and a second use ends the session it belongs to."""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from eventbus import Db

from identity import sessions

log = logging.getLogger(__name__)
REUSED = "refresh_token_reused"

# The rows of the token and its session stay locked, so of two uses at once exactly one is the first.
FIND = """
    SELECT s.id, s.user_id, t.used_at IS NOT NULL AS used, t.expires_at > now() AND s.revoked_at IS NULL AS good
    FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1 FOR UPDATE OF t, s
"""
ISSUE = """
    WITH session AS (
        UPDATE sessions SET last_used_at = now(), usable_until = least(expires_at, now() + $3::interval)
        WHERE id = $2 RETURNING usable_until
    )
    INSERT INTO refresh_tokens (hash, session_id, expires_at) SELECT $1, $2, usable_until FROM session
"""


@dataclass(frozen=True, slots=True)
class Rotated:
    user_id: UUID
    session_id: UUID
    token: str


async def issue(db: Db, session_id: UUID, lifetime: timedelta) -> str:
    """A new token of 256 random bits; only its hash is stored. The session stays usable as long as the token."""
    token = secrets.token_urlsafe(32)
    await db.execute(ISSUE, _hash(token), session_id, lifetime)
    return token


async def rotate(db: Db, token: str, lifetime: timedelta) -> Rotated | None:
    """Exchange a token for the next. None if it is not good; commit even then, as its session may have ended."""
    row = await db.fetchrow(FIND, _hash(token))
    if row is None or not row["good"]:
        return None
    if row["used"]:
        log.warning("a refresh token of session %s was used twice: the session ends", row["id"])
        await sessions.revoke(db, row["id"], row["user_id"], REUSED)
        return None
    await db.execute("UPDATE refresh_tokens SET used_at = now() WHERE hash = $1", _hash(token))
    return Rotated(row["user_id"], row["id"], await issue(db, row["id"], lifetime))


async def forget_expired(db: Db) -> None:
    await db.execute("DELETE FROM refresh_tokens WHERE expires_at < now()")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

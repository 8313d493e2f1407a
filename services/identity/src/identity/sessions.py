"""Sessions: one for each sign-in, until its user ends it, nobody refreshes it, or a refresh token is used twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from eventbus import Db, outbox
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionOpened, SessionRevoked
from uuid_utils.compat import uuid7

from identity.metrics import SESSIONS_REVOKED

LIVE = "revoked_at IS NULL AND usable_until > now()"
LISTED = 100
SWEEP = 500
# Long after the last access token of the session has expired.
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Client:
    """From where someone signs in."""

    user_agent: str
    ip_address: str


@dataclass(frozen=True, slots=True)
class Session:
    id: UUID
    created_at: datetime
    last_used_at: datetime
    user_agent: str
    ip_address: str


async def start(db: Db, user_id: UUID, client: Client, lifetime: timedelta) -> UUID:
    """Open a session; its id. It is usable once it has its first refresh token."""
    return await _open(db, user_id, client, lifetime, timedelta())


async def start_for_bot(db: Db, user_id: UUID, client: Client, lifetime: timedelta) -> UUID:
    """Open the session that a bot's token stands for: it needs no refreshing and is usable as long as it lasts."""
    return await _open(db, user_id, client, lifetime, lifetime)


async def _open(db: Db, user_id: UUID, client: Client, lifetime: timedelta, usable: timedelta) -> UUID:
    session_id = uuid7()
    expires_at = await db.fetchval(
        """
        INSERT INTO sessions (id, user_id, user_agent, ip_address, expires_at, usable_until)
        VALUES ($1, $2, $3, $4, now() + $5::interval, now() + $6::interval)
        RETURNING expires_at
        """,
        session_id, user_id, client.user_agent, client.ip_address, lifetime, usable,
    )  # fmt: skip
    opened = SessionOpened(user_id=str(user_id))
    opened.expires_at.FromDatetime(expires_at)
    await outbox.append(db, SessionEvent(session_id=str(session_id), session_opened=opened), actor_id=str(user_id))
    return session_id


async def revoke(db: Db, session_id: UUID, user_id: UUID, reason: str) -> bool:
    """End a live session of this user; False if there is none of this id."""
    ended = await db.fetchval(
        f"""
        UPDATE sessions SET revoked_at = now(), revoke_reason = $3
        WHERE id = $1 AND user_id = $2 AND {LIVE} RETURNING true
        """,  # noqa: S608 - a constant of ours
        session_id, user_id, reason,
    )  # fmt: skip
    if not ended:
        return False
    revoked = SessionRevoked(user_id=str(user_id), reason=reason)
    await outbox.append(db, SessionEvent(session_id=str(session_id), session_revoked=revoked), actor_id=str(user_id))
    SESSIONS_REVOKED.labels(reason).inc()
    return True


async def revoke_all(db: Db, user_id: UUID, reason: str) -> int:
    """End all live sessions of a user; how many."""
    rows = await db.fetch(f"SELECT id FROM sessions WHERE user_id = $1 AND {LIVE}", user_id)  # noqa: S608
    for row in rows:
        await revoke(db, row["id"], user_id, reason)
    return len(rows)


async def is_live(db: Db | asyncpg.Pool, session_id: UUID, user_id: UUID) -> bool:
    return bool(
        await db.fetchval(f"SELECT true FROM sessions WHERE id = $1 AND user_id = $2 AND {LIVE}", session_id, user_id)  # noqa: S608
    )


async def of_user(db: Db | asyncpg.Pool, user_id: UUID) -> list[Session]:
    """The user's live sessions, those used last first, a hundred at the most."""
    rows = await db.fetch(
        f"""
        SELECT id, created_at, last_used_at, user_agent, ip_address FROM sessions
        WHERE user_id = $1 AND {LIVE} ORDER BY last_used_at DESC LIMIT {LISTED}
        """,  # noqa: S608
        user_id,
    )
    return [Session(**row) for row in rows]


async def forget_ended(db: Db) -> int:
    """Delete some sessions that ended a day ago, and their records on the compacted topic; how many."""
    rows = await db.fetch(
        """
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE usable_until < now() - $1::interval OR revoked_at < now() - $1::interval
            LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        KEPT, SWEEP,
    )  # fmt: skip
    for row in rows:
        await outbox.tombstone(db, SessionEvent, str(row["id"]))
    return len(rows)

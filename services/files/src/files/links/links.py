"""Share links as they are kept, and in which state each of them is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from eventbus import Db
from uuid_utils.compat import uuid7

from files.links import announcements
from files.links.tokens import token_hash
from files.standings import REACHED

# Links that a file may have at once, of those that are not revoked.
MOST = 100

COUNT = "SELECT count(*) FROM links WHERE file_id = $1 AND revoked_at IS NULL"
LOCK = "SELECT version FROM files WHERE id = $1 FOR NO KEY UPDATE"
ADD = """
    INSERT INTO links (id, file_id, token_hash, created_by, password_hash, expires_at, download_limit)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *
"""
# A link is as good as its maker's own right to the file.
STATE = f"""
    CASE
        WHEN l.revoked_at IS NOT NULL THEN 'revoked'
        WHEN l.expires_at <= now() THEN 'expired'
        WHEN l.downloads >= l.download_limit THEN 'used_up'
        WHEN f.version IS NULL OR NOT {REACHED.replace("$1", "l.created_by")} THEN 'dead'
        ELSE 'good'
    END
"""
ALL = f"SELECT l.*, {STATE} AS state FROM links l JOIN files f ON f.id = l.file_id"  # noqa: S608 - constants
OF_FILE = f"{ALL} WHERE l.file_id = $1 ORDER BY l.id"
BY_ID = f"{ALL} WHERE l.id = $1"
BY_TOKEN = f"""
    SELECT l.*, {STATE} AS state, f.filename, f.version, b.size, b.media_type
    FROM links l JOIN files f ON f.id = l.file_id
    LEFT JOIN file_versions v ON v.file_id = f.id AND v.number = f.version
    LEFT JOIN blobs b ON b.id = v.blob_id
    WHERE l.token_hash = $1
"""  # noqa: S608
REVOKE = "UPDATE links SET revoked_at = now(), revoked_by = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING *"


class State(StrEnum):
    """What a link is good for; only the first opens anything, and strangers are not told which it is."""

    GOOD = "good"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Terms:
    """What its maker says of a link."""

    password_hash: str | None
    expires_at: datetime | None
    download_limit: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A link that somebody named by its token, with what it leads to."""

    id: UUID
    file_id: UUID
    state: State
    password_hash: str | None
    expires_at: datetime | None
    left: int | None
    filename: str
    version: int
    size: int
    media_type: str


async def add(db: Db, file_id: UUID, user_id: UUID, token: str, terms: Terms) -> dict[str, Any]:
    """`Problem` 409 for a file that was never found clean, and beyond a hundred."""
    if await db.fetchval(LOCK, file_id) is None:
        raise Problem(409, "not_clean", "The file has not been scanned yet, or was refused.")
    if await db.fetchval(COUNT, file_id) >= MOST:
        raise Problem(409, "too_many_links", f"A file may have {MOST} links: revoke some first.")
    row = await one(
        db, ADD, uuid7(), file_id, token_hash(token), user_id, terms.password_hash, terms.expires_at,
        terms.download_limit,
    )  # fmt: skip
    await announcements.made(db, file_id, row["id"], user_id)
    return told({**dict(row), "state": State.GOOD.value})


async def listed(db: Db, file_id: UUID) -> list[dict[str, Any]]:
    return [told(dict(row)) for row in await db.fetch(OF_FILE, file_id)]


async def get(db: Db, link_id: UUID) -> dict[str, Any]:
    row = await db.fetchrow(BY_ID, link_id)
    if row is None:
        raise not_found("link")
    return told(dict(row))


async def revoke(db: Db, link_id: UUID, user_id: UUID) -> None:
    """Revoked twice is revoked once."""
    row = await db.fetchrow(REVOKE, link_id, user_id)
    if row is not None:
        await announcements.revoked(db, row["file_id"], link_id, row["created_by"], user_id)


async def find(db: Db, token: str) -> Found | None:
    row = await db.fetchrow(BY_TOKEN, token_hash(token))
    return _found(row) if row else None


def _found(row: Record) -> Found:
    limit = row["download_limit"]
    return Found(
        row["id"], row["file_id"], State(row["state"]), row["password_hash"], row["expires_at"],
        None if limit is None else limit - row["downloads"], row["filename"], row["version"] or 0, row["size"] or 0,
        row["media_type"] or "",
    )  # fmt: skip


def told(link: dict[str, Any]) -> dict[str, Any]:
    """As its maker is shown it: its secret is not known here any more."""
    return {
        "id": str(link["id"]),
        "fileId": str(link["file_id"]),
        "createdBy": str(link["created_by"]),
        "createdAt": link["created_at"].isoformat(),
        "expiresAt": link["expires_at"] and link["expires_at"].isoformat(),
        "hasPassword": link["password_hash"] is not None,
        "downloadLimit": link["download_limit"],
        "downloads": link["downloads"],
        "revokedAt": link["revoked_at"] and link["revoked_at"].isoformat(),
        "state": link["state"],
    }

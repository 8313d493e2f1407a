"""Signed reports of what retention removed, from where: JSON lines, the last of which signs those before it.

The signature is Ed25519, over the lines as they are sent, each with its line feed. Its key follows from the secret that
the installation's services share: `key_of`.
"""

import hashlib
import hmac
from base64 import b64encode
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import dumps
from chassis.problems import not_found
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging import audit
from messaging.rows import plain_json

# Each of 500 messages at the most: about 2 MB.
MOST_LINES = 100
COLUMNS = ("id", "started_at", "closed_at", "messages")

OPEN = "SELECT id FROM retention_reports WHERE workspace_id = $1 AND closed_at IS NULL"
BEGIN = "INSERT INTO retention_reports (id, workspace_id) VALUES ($1, $2) RETURNING id"
ADD_LINE = """
    INSERT INTO retention_report_lines (report_id, number, line)
    SELECT $1, count(*) + 1, $2 FROM retention_report_lines WHERE report_id = $1 RETURNING number
"""
COUNT = "UPDATE retention_reports SET messages = messages + $2 WHERE id = $1"
ALL_OPEN = "SELECT id FROM retention_reports WHERE closed_at IS NULL"
CLOSE = """
    UPDATE retention_reports SET closed_at = now() WHERE id = $1 AND closed_at IS NULL
    RETURNING id, workspace_id, started_at, closed_at, messages
"""
ADD_HEAD = "INSERT INTO retention_report_lines (report_id, number, line) VALUES ($1, 0, $2)"
SIGN = "UPDATE retention_reports SET signature = $2 WHERE id = $1"
LINES = "SELECT line FROM retention_report_lines WHERE report_id = $1 ORDER BY number"
PAGE = """
    SELECT id, started_at, closed_at, messages FROM retention_reports
    WHERE workspace_id = $1 AND closed_at IS NOT NULL AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""
ONE = "SELECT id, signature FROM retention_reports WHERE workspace_id = $1 AND id = $2 AND closed_at IS NOT NULL"


def key_of(secret: str) -> Ed25519PrivateKey:
    """The installation's key for reports: its seed is HMAC-SHA-256 of these words with the internal secret."""
    seed = hmac.new(secret.encode(), b"nexus messaging retention reports", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_of(key: Ed25519PrivateKey) -> str:
    """Its public half: 32 bytes in base64, by which anybody verifies a report."""
    return b64encode(key.public_key().public_bytes_raw()).decode()


async def add(db: Db, workspace_id: UUID, line: Json, messages: int, key: Ed25519PrivateKey) -> None:
    """Say in the workspace's open report what is removed in this transaction."""
    report_id = await db.fetchval(OPEN, workspace_id) or await db.fetchval(BEGIN, uuid7(), workspace_id)
    number = await db.fetchval(ADD_LINE, report_id, dumps(line))
    await db.execute(COUNT, report_id, messages)
    if number == MOST_LINES:
        await _close(db, report_id, key)


async def close_all(pool: asyncpg.Pool, key: Ed25519PrivateKey) -> None:
    """Sign what is open, also what a process left that was killed."""
    for row in await pool.fetch(ALL_OPEN):
        async with pool.acquire(timeout=5) as db, db.transaction():
            await _close(db, row["id"], key)


async def listed(db: Db, workspace_id: UUID, before: UUID | None, limit: int) -> Json:
    """The newest first; `before` is the id of the last one already had."""
    rows = await db.fetch(PAGE, workspace_id, before, limit + 1)
    return {"reports": [plain_json(row, *COLUMNS) for row in rows[:limit]], "hasMore": len(rows) > limit}


async def text(db: Db, workspace_id: UUID, report_id: UUID, key: Ed25519PrivateKey) -> str:
    row = await db.fetchrow(ONE, workspace_id, report_id)
    if row is None:
        raise not_found("report")
    signed = {"algorithm": "Ed25519", "publicKey": public_of(key), "signature": row["signature"]}
    return f"{await _signed_part(db, report_id)}{dumps(signed)}\n"


async def _close(db: Db, report_id: UUID, key: Ed25519PrivateKey) -> None:
    row = await db.fetchrow(CLOSE, report_id)
    if row is None:
        return
    await db.execute(ADD_HEAD, report_id, dumps(await _head(db, row)))
    signature = key.sign((await _signed_part(db, report_id)).encode())
    await db.execute(SIGN, report_id, b64encode(signature).decode())
    details = {"reportId": str(report_id), "messages": row["messages"]}
    await audit.record_of(db, row["workspace_id"], None, "retention.ran", details)


async def _head(db: Db, row: Record) -> Json:
    """With the audit trail's head, which so is signed as well: what is cut off from its end can be seen."""
    head = await db.fetchrow(audit.LAST, row["workspace_id"])
    last = {"number": head["number"], "hash": head["hash"].hex()} if head else None
    return {**plain_json(row, *COLUMNS), "workspaceId": str(row["workspace_id"]), "auditHead": last}


async def _signed_part(db: Db, report_id: UUID) -> str:
    return "".join(f"{row['line']}\n" for row in await db.fetch(LINES, report_id))

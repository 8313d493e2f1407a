"""What messages said before they were edited: each form with when it began, the last being today's."""

from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import one
from eventbus import Db
from eventbus.wire import Json

from messaging.retention import holds
from messaging.rows import plain_json

MOST = 100

NEWEST = "SELECT coalesce(max(version), 0) FROM message_versions WHERE message_id = $1"
ADD = """
    INSERT INTO message_versions (message_id, version, content, formatted_content, attachments, written_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
TRIM = "DELETE FROM message_versions WHERE message_id = $1 AND version <= $2"
OF_MESSAGE = """
    SELECT version, content, formatted_content, attachments, written_at FROM message_versions
    WHERE message_id = $1 ORDER BY version
"""
NEVER_EDITED = """
    SELECT 1 AS version, content, formatted_content, attachments, created_at AS written_at, user_id FROM messages
    WHERE id = $1
"""


async def keep(db: Db, before: Record, after: Record) -> None:
    """Keep both forms of a message that was edited: the newest 100, or all while a hold covers it."""
    newest: int = await db.fetchval(NEWEST, before["id"])
    if not newest:
        newest = 1
        await _add(db, before, newest, before["created_at"])
    await _add(db, after, newest + 1, after["updated_at"])
    if newest >= MOST and not await holds.cover(db, before["channel_id"], before["user_id"]):
        await db.execute(TRIM, before["id"], newest + 1 - MOST)


async def of_message(db: Db, message_id: UUID) -> Json:
    """`versions`, oldest first, the last being what the message says now; all are its author's."""
    now = await one(db, NEVER_EDITED, message_id)
    rows = await db.fetch(OF_MESSAGE, message_id) or [now]
    return {"messageId": str(message_id), "userId": str(now["user_id"]), "versions": [_json(row) for row in rows]}


async def _add(db: Db, row: Record, version: int, written_at: object) -> None:
    said = (row["content"], row["formatted_content"], row["attachments"])
    await db.execute(ADD, row["id"], version, *said, written_at)


def _json(row: Record) -> Json:
    document = row["formatted_content"]
    return {
        **plain_json(row, "version", "content", "written_at"),
        "formattedContent": orjson.loads(document) if document else None,
        "attachments": orjson.loads(row["attachments"]),
    }

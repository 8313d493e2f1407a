"""What people have written and not sent: one draft in each channel and thread, the same on all of their devices."""

from uuid import UUID

from asyncpg import Record
from chassis.database import dumps, one
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.personal_event_pb2 import DraftChanged

from messaging.formatting.forms import Forms, of_document
from messaging.personal import devices, limits
from messaging.personal.bodies import KeptDraft
from messaging.rows import timestamp

MOST = 500

DRAFT = "channel_id, parent_message_id, content, formatted_content, content_type, attachments, version, updated_at"
# Those in channels that they left are neither shown nor counted.
MINE = """
    FROM drafts d JOIN channels c ON c.id = d.channel_id
    JOIN channel_members m ON m.channel_id = d.channel_id AND m.user_id = d.user_id
    JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = d.user_id AND w.status = 'active'
    WHERE d.user_id = $1
"""
PAGE = f"""
    SELECT d.channel_id, d.parent_message_id, d.content, d.formatted_content, d.content_type, d.attachments, d.version,
        d.updated_at
    {MINE} AND ($2::bigint IS NULL OR d.version < $2) ORDER BY d.version DESC LIMIT $3
"""
OTHERS = f"SELECT count(*) {MINE} AND (d.channel_id <> $2 OR d.parent_message_id IS DISTINCT FROM $3)"  # noqa: S608
THREAD = "SELECT true FROM messages WHERE id = $1 AND channel_id = $2 AND parent_message_id IS NULL"
SAVE = f"""
    INSERT INTO drafts (user_id, {DRAFT})
    VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::jsonb, '[]'), nextval('draft_versions'), now())
    ON CONFLICT (user_id, channel_id, parent_message_id) DO UPDATE SET content = excluded.content,
        formatted_content = excluded.formatted_content, content_type = excluded.content_type,
        attachments = coalesce($7::jsonb, drafts.attachments), version = excluded.version,
        updated_at = excluded.updated_at
    RETURNING {DRAFT}
"""  # noqa: S608
REMOVE = """
    DELETE FROM drafts WHERE user_id = $1 AND channel_id = $2 AND parent_message_id IS NOT DISTINCT FROM $3
    RETURNING channel_id, parent_message_id, NULL AS content, NULL AS formatted_content, content_type,
        '[]' AS attachments, nextval('draft_versions') AS version, now() AS updated_at
"""


async def page(db: Db, user_id: UUID, before: int | None, limit: int) -> Json:
    """Drafts, those changed last first; `before` is the version of the last one already had."""
    rows = await db.fetch(PAGE, user_id, before, limit + 1)
    return {"drafts": [to_wire(_draft_of(row)) for row in rows[:limit]], "hasMore": len(rows) > limit}


async def save(db: Db, user_id: UUID, channel_id: UUID, draft: KeptDraft) -> Json | None:
    """The draft as it is kept now, whatever another device kept before; None if it is empty, which removes it.
    `Problem` 404 for a thread that is not in the channel, 409 above 500 drafts."""
    if draft.is_empty:
        await remove(db, user_id, channel_id, draft.parent_message_id)
        return None
    await devices.take_turn(db, user_id)
    if draft.parent_message_id and not await db.fetchval(THREAD, draft.parent_message_id, channel_id):
        raise not_found("thread")
    held = await db.fetchval(OTHERS, user_id, channel_id, draft.parent_message_id)
    limits.require_room(held, MOST, "drafts")
    forms = _forms(draft)
    row = await one(
        db, SAVE, user_id, channel_id, draft.parent_message_id, forms.content, forms.formatted_content,
        draft.content_type, None if draft.attachments is None else dumps(draft.attachments),
    )  # fmt: skip
    changed = _draft_of(row)
    await devices.tell(db, user_id, changed)
    return to_wire(changed)


async def remove(db: Db, user_id: UUID, channel_id: UUID, parent_message_id: UUID | None) -> None:
    """Removing what is not there changes nothing."""
    await devices.take_turn(db, user_id)
    row = await db.fetchrow(REMOVE, user_id, channel_id, parent_message_id)
    if row:
        await devices.tell(db, user_id, _draft_of(row))


def _forms(draft: KeptDraft) -> Forms:
    """Markdown is kept as it is typed, half done; of a document there is Markdown as well, for who writes in that."""
    return Forms(draft.content, None) if draft.formatted_content is None else of_document(draft.formatted_content)


def _draft_of(row: Record) -> DraftChanged:
    return DraftChanged(
        channel_id=str(row["channel_id"]),
        parent_message_id=str(row["parent_message_id"]) if row["parent_message_id"] else None,
        content=row["content"],
        formatted_content=row["formatted_content"],
        content_type=row["content_type"],
        attachments=row["attachments"],
        version=row["version"],
        updated_at=timestamp(row["updated_at"]),
    )

"""What moderators do with messages: hide them, and show them again."""

from uuid import UUID

from chassis.database import one
from chassis.problems import not_found
from eventbus import Db

from messaging import announcements, audit, revisions
from messaging.links import quotes
from messaging.rows import MESSAGE, message_of
from messaging.standings import Standing

STATE = "SELECT is_hidden, is_deleted FROM messages WHERE id = $1"
KEEP = """
    INSERT INTO kept_contents (message_id, reason, content)
    SELECT id, 'hidden', jsonb_build_object(
        'content', content, 'formatted_content', formatted_content, 'plain_text', plain_text, 'previews', previews,
        'attachments', attachments, 'forwarded', forwarded, 'poll', poll, 'actions', actions)
    FROM messages WHERE id = $1
"""
DROP_PREVIEW_JOB = "DELETE FROM preview_jobs WHERE message_id = $1"
HIDE = f"""
    UPDATE messages SET content = '', formatted_content = NULL, plain_text = NULL, previews = NULL, attachments = '[]',
        forwarded = NULL, poll = NULL, actions = NULL, is_hidden = TRUE, revision = $2, updated_at = now()
    WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608 - a constant
SHOW = f"""
    WITH k AS (DELETE FROM kept_contents WHERE message_id = $1 AND reason = 'hidden' RETURNING content AS said)
    UPDATE messages SET content = k.said->>'content', plain_text = k.said->>'plain_text',
        formatted_content = nullif(k.said->'formatted_content', 'null'),
        previews = nullif(k.said->'previews', 'null'), attachments = k.said->'attachments',
        forwarded = nullif(k.said->'forwarded', 'null'), poll = nullif(k.said->'poll', 'null'),
        actions = nullif(k.said->'actions', 'null'), is_hidden = FALSE, revision = $2, updated_at = now()
    FROM k WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608


async def set_hidden(db: Db, standing: Standing, channel_id: UUID, message_id: UUID, hidden: bool) -> None:
    """Let a message say nothing, or what it said again, also where it was passed on; doing so twice changes nothing.
    `Problem` 404 if it is deleted."""
    await quotes.lock(db, channel_id, message_id)
    state = await db.fetchrow(STATE, message_id)
    if state is None or state["is_deleted"]:
        raise not_found("message")
    if state["is_hidden"] == hidden:
        return
    if hidden:
        await db.execute(KEEP, message_id)
        await db.execute(DROP_PREVIEW_JOB, message_id)
    row = await one(db, HIDE if hidden else SHOW, message_id, await revisions.take(db, channel_id))
    message = message_of(row)
    await announcements.message_updated(db, message, standing.user_id)
    change = quotes.silenced("isHidden") if hidden else quotes.shown(message)
    await quotes.follow(db, message_id, change, standing.user_id)
    details = {"channelId": str(channel_id), "messageId": str(message_id)}
    await audit.record(db, standing, "message.hidden" if hidden else "message.shown", details)

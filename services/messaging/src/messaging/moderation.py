"""What moderators do: hide messages and show them again, and let people read but say nothing for a while."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.database import one
from chassis.problems import Problem, not_found
from eventbus import Db

from messaging import announcements, audit, revisions
from messaging.rights import OF_ROLE, Rank
from messaging.rows import MESSAGE, message_of
from messaging.standings import Standing

# The channel's row first, as everyone does: its events keep one order.
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
STATE = "SELECT is_hidden, is_deleted FROM messages WHERE id = $1"
KEEP = """
    INSERT INTO kept_contents (message_id, reason, content)
    SELECT id, 'hidden', jsonb_build_object(
        'content', content, 'formatted_content', formatted_content, 'plain_text', plain_text, 'previews', previews,
        'attachments', attachments, 'forwarded', forwarded)
    FROM messages WHERE id = $1
"""
DROP_PREVIEW_JOB = "DELETE FROM preview_jobs WHERE message_id = $1"
HIDE = f"""
    UPDATE messages SET content = '', formatted_content = NULL, plain_text = NULL, previews = NULL, attachments = '[]',
        forwarded = NULL, is_hidden = TRUE, revision = $2, updated_at = now()
    WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608 - a constant
SHOW = f"""
    WITH k AS (DELETE FROM kept_contents WHERE message_id = $1 AND reason = 'hidden' RETURNING content AS said)
    UPDATE messages SET content = k.said->>'content', plain_text = k.said->>'plain_text',
        formatted_content = nullif(k.said->'formatted_content', 'null'),
        previews = nullif(k.said->'previews', 'null'), attachments = k.said->'attachments',
        forwarded = nullif(k.said->'forwarded', 'null'), is_hidden = FALSE, revision = $2, updated_at = now()
    FROM k WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608
ROLES = """
    SELECT m.role, cm.role AS channel_role FROM workspace_members m
    LEFT JOIN channel_members cm ON cm.channel_id = $3 AND cm.user_id = m.user_id
    WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.status = 'active'
"""
SILENCE = "UPDATE workspace_members SET silenced_until = $3 WHERE workspace_id = $1 AND user_id = $2"
SILENCE_IN_CHANNEL = "UPDATE channel_members SET silenced_until = $3 WHERE channel_id = $1 AND user_id = $2"


async def set_hidden(db: Db, standing: Standing, channel_id: UUID, message_id: UUID, hidden: bool) -> None:
    """Let a message say nothing, or what it said again; doing so twice changes nothing. `Problem` 404 if it is
    deleted."""
    await db.execute(LOCK, channel_id)
    state = await db.fetchrow(STATE, message_id)
    if state is None or state["is_deleted"]:
        raise not_found("message")
    if state["is_hidden"] == hidden:
        return
    if hidden:
        await db.execute(KEEP, message_id)
        await db.execute(DROP_PREVIEW_JOB, message_id)
    row = await one(db, HIDE if hidden else SHOW, message_id, await revisions.take(db, channel_id))
    await announcements.message_updated(db, message_of(row), standing.user_id)
    details = {"channelId": str(channel_id), "messageId": str(message_id)}
    await audit.record(db, standing, "message.hidden" if hidden else "message.shown", details)


async def silence(db: Db, standing: Standing, user_id: UUID, until: datetime | None) -> None:
    """Until then somebody says nothing in the channel that the standing is towards, or in the whole workspace; None
    lets them speak. `Problem` 404 for who is not there, 403 for who is as much as the asker or more."""
    if until is not None and until <= datetime.now(UTC):
        raise Problem(422, "invalid_request", "until: must be ahead")
    row = await db.fetchrow(ROLES, standing.workspace_id, user_id, standing.channel_id)
    if row is None or (standing.channel_id and row["channel_role"] is None):
        raise not_found("member")
    rank = Rank.CHANNEL_ADMIN if row["channel_role"] == "admin" and row["role"] == "member" else OF_ROLE[row["role"]]
    if rank >= standing.rank:
        raise Problem(403, "forbidden", "You may not silence somebody who is as much here as you are.")
    if standing.channel_id:
        await db.execute(SILENCE_IN_CHANNEL, standing.channel_id, user_id, until)
    else:
        await db.execute(SILENCE, standing.workspace_id, user_id, until)
    where = {"channelId": str(standing.channel_id)} if standing.channel_id else {}
    details = {**where, "userId": str(user_id), "until": until}
    await audit.record(db, standing, "member.silenced" if until else "member.unsilenced", details)

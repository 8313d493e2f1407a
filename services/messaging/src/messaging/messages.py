"""Changing messages: edits, tombstones, pins and reactions."""

from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json, to_wire

from messaging import announcements
from messaging.bodies import MessageChange
from messaging.rows import MESSAGE, message_of

MOST_PINS = 100
MOST_EMOJIS = 50

# The channel's row first, as everyone does: its events keep one order.
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
EDIT = f"""
    UPDATE messages SET content = $2, attachments = coalesce($3, attachments), is_edited = TRUE, updated_at = now()
    WHERE id = $1 AND NOT is_deleted RETURNING {MESSAGE}
"""  # noqa: S608
DELETE = f"""
    UPDATE messages SET content = '', formatted_content = NULL, attachments = '[]', reactions = '{{}}',
        is_deleted = TRUE, is_pinned = FALSE, deleted_at = now(), updated_at = now()
    WHERE id = $1 AND NOT is_deleted RETURNING {MESSAGE}
"""  # noqa: S608
UNCOUNT = "UPDATE channels SET message_count = message_count - 1 WHERE id = $1"
UNREPLY = "UPDATE messages SET thread_reply_count = greatest(0, thread_reply_count - 1) WHERE id = $1"
PIN = f"""
    UPDATE messages SET is_pinned = $2, updated_at = now()
    WHERE id = $1 AND is_pinned <> $2 AND NOT is_deleted RETURNING {MESSAGE}
"""  # noqa: S608
PINNED = f"SELECT {MESSAGE} FROM messages WHERE channel_id = $1 AND is_pinned ORDER BY seq DESC"  # noqa: S608
REACTIONS = "SELECT reactions FROM messages WHERE id = $1 AND NOT is_deleted"
REACT = "UPDATE messages SET reactions = $2 WHERE id = $1"


async def edit(db: Db, channel_id: UUID, message_id: UUID, change: MessageChange, actor_id: UUID) -> Json:
    """The message as it reads now."""
    await db.execute(LOCK, channel_id)
    attachments = None if change.attachments is None else dumps(change.attachments)
    message = message_of(_found(await db.fetchrow(EDIT, message_id, change.content, attachments)))
    await announcements.message_updated(db, message, actor_id)
    return to_wire(message)


async def delete(db: Db, channel_id: UUID, message_id: UUID, actor_id: UUID) -> None:
    """Leave a tombstone: the number stays, what was said is gone."""
    await db.execute(LOCK, channel_id)
    message = message_of(_found(await db.fetchrow(DELETE, message_id)))
    await db.execute(UNCOUNT, channel_id)
    if message.HasField("parent_message_id"):
        await db.execute(UNREPLY, UUID(message.parent_message_id))
    await announcements.message_deleted(db, message, actor_id)


async def pin(db: Db, channel_id: UUID, message_id: UUID, pinned: bool, actor_id: UUID) -> None:
    """Pin or unpin; doing so twice changes nothing. `Problem` 409 above 100 pins."""
    await db.execute(LOCK, channel_id)
    if pinned and len(await db.fetch(PINNED, channel_id)) >= MOST_PINS:
        raise Problem(409, "too_many_pins", f"A channel can have {MOST_PINS} pinned messages; unpin one first.")
    row = await db.fetchrow(PIN, message_id, pinned)
    if row:
        await announcements.message_updated(db, message_of(row), actor_id)


async def pinned(db: Db, channel_id: UUID) -> list[Json]:
    return [to_wire(message_of(row)) for row in await db.fetch(PINNED, channel_id)]


async def react(db: Db, channel_id: UUID, message_id: UUID, user_id: UUID, emoji: str, added: bool) -> None:
    """One reaction per user, message and emoji: adding or removing twice changes nothing."""
    await db.execute(LOCK, channel_id)
    reactions: dict[str, list[str]] = orjson.loads(_found(await db.fetchrow(REACTIONS, message_id))["reactions"])
    people = reactions.get(emoji, [])
    if (str(user_id) in people) == added:
        return
    if added and not people and len(reactions) >= MOST_EMOJIS:
        raise Problem(409, "too_many_reactions", f"A message can carry {MOST_EMOJIS} different emoji.")
    reactions[emoji] = [*people, str(user_id)] if added else [person for person in people if person != str(user_id)]
    await db.execute(REACT, message_id, dumps({name: who for name, who in reactions.items() if who}))
    await announcements.reaction_changed(db, channel_id, message_id, user_id, emoji, added)


def _found(row: Record | None) -> Record:
    if row is None:
        raise not_found("message")
    return row

"""What a message says where it was passed on: nothing once a moderator has hidden it or it was deleted, and what it
says today once it is shown again.

A quote has the words of another's message, so its author and moderators decide about them there, too. Whoever passed it
on keeps what they said of it. Retention leaves quotes alone: each is part of the message that carries it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps, one
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, Message, MessageDeleted, MessageUpdated

from messaging import announcements, revisions, shards
from messaging.retention import holds
from messaging.rows import MESSAGE, message_of

SAID = ("channelId", "userId", "createdAt", "content", "contentType", "formattedContent", "attachments")
# A quote can have another in it, and that one none.
_FORWARDED = "forwarded IS NOT NULL AND (forwarded->>'messageId' = $1 OR forwarded->'forwarded'->>'messageId' = $1)"
_HIDDEN = """k.reason = 'hidden' AND (k.content->'forwarded'->>'messageId' = $1
    OR k.content->'forwarded'->'forwarded'->>'messageId' = $1)"""
PLACES = f"""
    SELECT channel_id FROM messages WHERE {_FORWARDED}
    UNION SELECT m.channel_id FROM kept_contents k JOIN messages m ON m.id = k.message_id WHERE {_HIDDEN}
"""  # noqa: S608 - constants
# In the order of their ids, as everyone does.
LOCK = "SELECT id, is_leaving(id) AS is_leaving FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
SHOWN = f"SELECT id, channel_id, user_id, forwarded FROM messages WHERE {_FORWARDED} ORDER BY channel_id, seq"  # noqa: S608
HIDDEN = f"""
    SELECT k.message_id AS id, m.channel_id, m.user_id, k.content->'forwarded' AS forwarded
    FROM kept_contents k JOIN messages m ON m.id = k.message_id WHERE {_HIDDEN}
"""  # noqa: S608
CHANGE = f"""
    UPDATE messages SET forwarded = $2, revision = $3, updated_at = now() WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608
CHANGE_HIDDEN = """
    UPDATE kept_contents SET content = content || jsonb_build_object('forwarded', $2::jsonb)
    WHERE message_id = $1 AND reason = 'hidden'
"""
# The first that it was is what a hold keeps.
KEEP = """
    INSERT INTO kept_contents (message_id, reason, content)
    VALUES ($1, 'quote', jsonb_build_object('forwarded', $2::jsonb)) ON CONFLICT DO NOTHING
"""
Change = Callable[[Json, bool], Json]


async def lock(db: Db, channel_id: UUID, message_id: UUID) -> None:
    """The message's channel and all to which it was passed on, until the end of the transaction: whoever passes it on
    waits. `Problem` 503 while one of them is on its way to another database."""
    await _lock(db, {channel_id, *(row["channel_id"] for row in await db.fetch(PLACES, str(message_id)))})


def silenced(flag: str) -> Change:
    """For a message that says nothing any more: `isHidden` or `isDeleted`."""

    def silence(quote: Json, _: bool) -> Json:
        flags = {name: value for name, value in quote.items() if name not in ("isHidden", "isDeleted")}
        return {**flags, "content": "", "formattedContent": None, "attachments": [], "forwarded": None, flag: True}

    return silence


def shown(message: Message) -> Change:
    """For a message that was hidden, and says again what it said or says now."""
    told = to_wire(message)
    carried: Json | None = orjson.loads(message.forwarded) if message.forwarded else None

    def show(quote: Json, is_inner: bool) -> Json:
        if not quote.get("isHidden"):
            return quote
        inner = {**carried, "forwarded": None} if carried and not is_inner else None
        return {"messageId": message.id, **{name: told[name] for name in SAID}, "forwarded": inner}

    return show


async def follow(db: Db, message_id: UUID, change: Change, actor_id: UUID) -> None:
    """Quotes of the message here become what it is; doing so twice changes nothing."""
    places = {row["channel_id"] for row in await db.fetch(PLACES, str(message_id))}
    await _lock(db, places)
    for row in await db.fetch(HIDDEN, str(message_id)):
        if (forwarded := await _changed(db, row, message_id, change)) is not None:
            await db.execute(CHANGE_HIDDEN, row["id"], forwarded)
    for row in await db.fetch(SHOWN, str(message_id)):
        if (forwarded := await _changed(db, row, message_id, change)) is not None:
            changed = await one(db, CHANGE, row["id"], forwarded, await revisions.take(db, row["channel_id"]))
            await announcements.message_updated(db, message_of(changed), actor_id)


async def follow_deleted(event: ChannelEvent, db: Db) -> None:
    """Of a message that may be in another database."""
    message = event.message_deleted.message
    await follow(db, UUID(message.id), silenced("isDeleted"), _actor(event, message))


async def follow_updated(event: ChannelEvent, db: Db) -> None:
    message = event.message_updated.message
    change = silenced("isHidden") if message.is_hidden else shown(message)
    await follow(db, UUID(message.id), change, _actor(event, message))


# Of databases beside each other: what is passed on from one to another is heard of.
CONSUMES: Mapping[Any, Any] = {MessageDeleted: follow_deleted, MessageUpdated: follow_updated}


async def _lock(db: Db, channel_ids: Iterable[UUID]) -> None:
    if any(row["is_leaving"] for row in await db.fetch(LOCK, list(channel_ids))):
        raise shards.elsewhere()


async def _changed(db: Db, row: Record, message_id: UUID, change: Change) -> str | None:
    """What the row passes on from now on; None if that is what it does already."""
    before: Json = orjson.loads(row["forwarded"])
    after = _applied(before, str(message_id), change)
    if after == before:
        return None
    if await holds.cover(db, row["channel_id"], row["user_id"]):
        await db.execute(KEEP, row["id"], row["forwarded"])
    return dumps(after)


def _applied(quote: Json, message_id: str, change: Change, is_inner: bool = False) -> Json:
    if quote["messageId"] == message_id:
        return change(quote, is_inner)
    inner: Any = quote.get("forwarded")
    return {**quote, "forwarded": _applied(inner, message_id, change, True)} if inner else quote


def _actor(event: ChannelEvent, message: Message) -> UUID:
    return UUID(event.meta.actor_id or message.user_id)

"""Outgoing webhooks: programs that are told of a channel's messages."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json, to_wire
from uuid_utils.compat import uuid7

from messaging.batches import New
from messaging.integrations import asking, endpoints
from messaging.integrations.hook_bodies import NewOutgoingHook, OutgoingHookChange
from messaging.rows import plain_json

MOST = 20
BY_HAND = "switched off by hand"
HOOK = "h.id, h.channel_id, h.name, h.trigger_words, h.disabled_reason, h.created_by, h.created_at, e.url"
FROM = "FROM outgoing_hooks h LEFT JOIN endpoints e ON e.integration_id = h.id"
OF_CHANNEL = f"SELECT {HOOK} {FROM} WHERE h.channel_id = $1 ORDER BY h.created_at, h.id"
GET = f"SELECT {HOOK} {FROM} WHERE h.id = $1"
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
ADD = "INSERT INTO outgoing_hooks (id, channel_id, name, trigger_words, created_by) VALUES ($1, $2, $3, $4, $5)"
CHANGE = """
    UPDATE outgoing_hooks SET name = coalesce($2, name), trigger_words = coalesce($3, trigger_words),
        disabled_reason = CASE $4::bool WHEN TRUE THEN NULL WHEN FALSE THEN $5 ELSE disabled_reason END
    WHERE id = $1
"""
WANTED = (
    "SELECT id, channel_id, trigger_words FROM outgoing_hooks WHERE channel_id = ANY($1) AND disabled_reason IS NULL"
)
BOTS = "SELECT id FROM users WHERE id = ANY($1) AND is_bot"
DELIVER = "INSERT INTO deliveries (id, hook_id, body) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])"
# Not what somebody is being told just now: that row is theirs to finish.
FORGET = """
    DELETE FROM deliveries d USING outgoing_hooks h
    WHERE h.id = d.hook_id AND h.channel_id = $1 AND d.taken_by IS NULL
        AND d.body::jsonb #>> '{data,message,id}' = $2::text
"""


async def listed(db: Db, channel_id: UUID) -> list[Json]:
    return [_json(row) for row in await db.fetch(OF_CHANNEL, channel_id)]


async def add(db: Db, channel_id: UUID, new: NewOutgoingHook, actor_id: UUID) -> Json:
    """The hook with its secret, which is shown this once."""
    await db.execute(LOCK, channel_id)
    if len(await db.fetch(OF_CHANNEL, channel_id)) >= MOST:
        raise Problem(409, "too_many_hooks", f"A channel can have {MOST} outgoing webhooks: remove one first.")
    id_ = id_beside(channel_id)
    await db.execute(ADD, id_, channel_id, new.name, list(new.trigger_words), actor_id)
    secret = await endpoints.save(db, id_, new.url)
    return {**_json(await one(db, GET, id_)), "secret": secret}


async def change(db: Db, hook_id: UUID, wanted: OutgoingHookChange) -> Json:
    words = None if wanted.trigger_words is None else list(wanted.trigger_words)
    await db.execute(CHANGE, hook_id, wanted.name, words, wanted.is_enabled, BY_HAND)
    if wanted.url is not None:
        await endpoints.save(db, hook_id, wanted.url)
    return _json(await one(db, GET, hook_id))


async def remove(db: Db, hook_id: UUID) -> None:
    await endpoints.forget(db, hook_id)
    await db.execute("DELETE FROM outgoing_hooks WHERE id = $1", hook_id)


async def tell(db: Db, posted: Sequence[New]) -> None:
    """Have the programs told that want to hear of these messages, in the transaction that stores them.

    What programs say is told to none, or two of them could talk for ever.
    """
    hooks = await db.fetch(WANTED, list({new.send.draft.channel_id for new in posted}))
    if not hooks:
        return
    bots = {row["id"] for row in await db.fetch(BOTS, list({new.send.user_id for new in posted}))}
    people = [new for new in posted if new.send.via is None and new.send.user_id not in bots]
    rows = [
        (uuid7(), hook["id"], _body(hook, new, word).decode())
        for new in people
        for hook in hooks
        if hook["channel_id"] == new.send.draft.channel_id and (word := _trigger(hook, new)) is not None
    ]
    if rows:
        await db.execute(DELIVER, *map(list, zip(*rows, strict=True)))


async def forget(db: Db, channel_id: UUID, message_id: UUID) -> None:
    """Keep nothing of what a deleted message said, whether it was told or waits."""
    await db.execute(FORGET, channel_id, str(message_id))


def _trigger(hook: Record, new: New) -> str | None:
    """The word that the message begins with; nothing where every message is meant."""
    if not hook["trigger_words"]:
        return ""
    first = new.message.content.split(maxsplit=1)[:1]
    return first[0] if first and first[0].casefold() in {word.casefold() for word in hook["trigger_words"]} else None


def _body(hook: Record, new: New, word: str) -> bytes:
    told: Json = {"hookId": str(hook["id"]), "triggerWord": word or None, "message": to_wire(new.message)}
    return asking.event("message.posted", told)


def _json(row: Record) -> Json:
    names = ("id", "channel_id", "name", "url", "disabled_reason", "created_by", "created_at")
    told = plain_json(row, *names)
    return {**told, "triggerWords": row["trigger_words"], "isEnabled": row["disabled_reason"] is None}

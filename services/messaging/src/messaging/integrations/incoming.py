"""Incoming webhooks: a secret address by which a program writes in one channel."""

from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.requests import id_of
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json

from messaging.integrations import endpoints, saying
from messaging.integrations.hook_bodies import HookChange, NewHook
from messaging.integrations.saying import Via
from messaging.integrations.slack import Said
from messaging.integrations.tokens import new_token, token_hash
from messaging.rows import plain_json

MOST = 50
A_MINUTE = 60
HOOK = "h.id, h.channel_id, h.name, h.icon_emoji, h.created_by, h.created_at, h.last_used_at, e.url AS actions_url"
FROM = "FROM incoming_hooks h LEFT JOIN endpoints e ON e.integration_id = h.id"
OF_CHANNEL = f"SELECT {HOOK} {FROM} WHERE h.channel_id = $1 ORDER BY h.created_at, h.id"
GET = f"SELECT {HOOK} {FROM} WHERE h.id = $1"
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
ADD = """
    INSERT INTO incoming_hooks (id, channel_id, name, icon_emoji, token_hash, created_by)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
CHANGE = """
    UPDATE incoming_hooks SET name = coalesce($2, name), icon_emoji = coalesce($3, icon_emoji) WHERE id = $1
"""
# The same look-up finds the hook, checks its token and counts, so that no answer tells which of them failed.
USE = """
    UPDATE incoming_hooks SET last_used_at = now(),
        counted = CASE WHEN counted_from < now() - interval '1 minute' THEN 1 ELSE counted + 1 END,
        counted_from = CASE WHEN counted_from < now() - interval '1 minute' THEN now() ELSE counted_from END
    WHERE id = $1 AND token_hash = $2
    RETURNING id, channel_id, name, icon_emoji, counted,
        extract(epoch FROM counted_from + interval '1 minute' - now())::float AS seconds_left
"""


async def listed(db: Db, channel_id: UUID) -> list[Json]:
    return [_json(row) for row in await db.fetch(OF_CHANNEL, channel_id)]


async def add(db: Db, channel_id: UUID, new: NewHook, actor_id: UUID) -> Json:
    """The hook with its address and, for its buttons, the secret: both are shown this once."""
    await db.execute(LOCK, channel_id)
    if len(await db.fetch(OF_CHANNEL, channel_id)) >= MOST:
        raise Problem(409, "too_many_hooks", f"A channel can have {MOST} incoming webhooks: remove one first.")
    id_, token = id_beside(channel_id), new_token()
    await db.execute(ADD, id_, channel_id, new.name, new.icon_emoji, token_hash(token), actor_id)
    secret = await endpoints.save(db, id_, new.actions_url) if new.actions_url else None
    return {**_json(await one(db, GET, id_)), "path": _path(id_, token), "secret": secret}


async def change(db: Db, hook_id: UUID, wanted: HookChange) -> Json:
    """With a `secret` if its buttons have an address only now."""
    await db.execute(CHANGE, hook_id, wanted.name, wanted.icon_emoji)
    secret = await endpoints.save(db, hook_id, wanted.actions_url) if wanted.actions_url else None
    return {**_json(await one(db, GET, hook_id)), "secret": secret}


async def renew(db: Db, hook_id: UUID) -> Json:
    """Another address; the old one is good for nothing from now on."""
    token = new_token()
    await db.execute("UPDATE incoming_hooks SET token_hash = $2 WHERE id = $1", hook_id, token_hash(token))
    return {"path": _path(hook_id, token)}


async def remove(db: Db, hook_id: UUID) -> None:
    await endpoints.forget(db, hook_id)
    await db.execute("DELETE FROM incoming_hooks WHERE id = $1", hook_id)


async def use(pool: asyncpg.Pool, hook_id: str, token: str) -> Record:
    """The hook of an address; `Problem` 404 for any that is not right in all its parts, 429 above 60 a minute."""
    row = await pool.fetchrow(USE, id_of(hook_id, "webhook"), token_hash(token))
    if row is None:
        raise not_found("webhook")
    if row["counted"] > A_MINUTE:
        detail = f"A webhook can post {A_MINUTE} messages a minute."
        raise Problem(429, "too_many_requests", detail, retry_after=row["seconds_left"])
    return row


async def say(db: Db, hook: Record, said: Said, key: str | None) -> None:
    """Post in the hook's channel; with the same `key` it is the same message."""
    via = Via("webhook", hook["id"], hook["name"], hook["icon_emoji"])
    if said.payload.actions and await endpoints.of(db, hook["id"]) is None:
        raise Problem(422, "invalid_request", "actions: the webhook has no address to tell of presses (actionsUrl)")
    await saying.in_channel(db, hook["channel_id"], via, said, client_message_id=key)


def _path(hook_id: UUID, token: str) -> str:
    return f"/api/hooks/{hook_id}/{token}"


def _json(row: Record) -> Json:
    names = ("id", "channel_id", "name", "icon_emoji", "actions_url", "created_by", "created_at", "last_used_at")
    return plain_json(row, *names)

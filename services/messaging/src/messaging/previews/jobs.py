"""Which messages' links wait to be looked at, and what comes of it: each preview is shown once, whoever is killed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps, one
from eventbus import Db
from uuid_utils.compat import uuid7

from messaging import announcements, revisions
from messaging.formatting.forms import Forms, links
from messaging.rows import MESSAGE, message_of

Preview = dict[str, str]

ADD = """
    INSERT INTO preview_jobs (message_id, channel_id, workspace_id, urls)
    SELECT message_id, c.id, c.workspace_id, urls
    FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS new(message_id, channel_id, urls)
    JOIN channels c ON c.id = new.channel_id
    ON CONFLICT (message_id) DO UPDATE SET urls = excluded.urls, attempts = 0, taken_by = NULL, due_at = now()
"""
DROP = "DELETE FROM preview_jobs WHERE message_id = $1"
# Longer than a look at five links can take.
TAKE = """
    UPDATE preview_jobs SET attempts = attempts + 1, taken_by = $1, due_at = now() + interval '30 seconds'
    WHERE message_id = (
        SELECT message_id FROM preview_jobs WHERE due_at <= now() AND NOT is_leaving(message_id)
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING message_id, channel_id, workspace_id, urls, attempts
"""
PUT_OFF = """
    UPDATE preview_jobs SET due_at = now() + $3, taken_by = NULL, attempts = $4 WHERE message_id = $1 AND taken_by = $2
"""
DONE = "DELETE FROM preview_jobs WHERE message_id = $1 AND taken_by = $2 RETURNING true"
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
HELD = "SELECT previews FROM messages WHERE id = $1 AND NOT is_deleted AND NOT previews_removed"
SHOW = f"""
    UPDATE messages SET previews = $2, revision = $3, updated_at = now() WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608
IS_REMOVED = "SELECT previews_removed FROM messages WHERE id = $1"
REMOVE = "UPDATE messages SET previews_removed = TRUE WHERE id = $1 AND NOT is_deleted RETURNING previews"


@dataclass(frozen=True, slots=True)
class Job:
    """A message's links, taken to be looked at by whoever holds `taken_by`."""

    message_id: UUID
    channel_id: UUID
    workspace_id: UUID
    urls: tuple[str, ...]
    attempts: int
    taken_by: UUID


async def add(db: Db, messages: Sequence[tuple[UUID, UUID, Sequence[str]]]) -> None:
    """Have the links of messages looked at: id, channel, addresses. Within the transaction that stores them."""
    waiting = [(message_id, channel_id, dumps(urls)) for message_id, channel_id, urls in messages if urls]
    if waiting:
        await db.execute(ADD, *(list(column) for column in zip(*waiting, strict=True)))


async def after_edit(db: Db, before: Record, forms: Forms) -> str | None:
    """The previews that an edited message keeps, as JSON; links that are new to it are looked at later."""
    wanted = links_of(forms, before["content_type"])
    known = orjson.loads(before["previews"]) if before["previews"] else []
    kept = [preview for preview in known if preview["url"] in wanted]
    if wanted != links_of(forms_of(before), before["content_type"]):
        await db.execute(DROP, before["id"])
        if not await db.fetchval(IS_REMOVED, before["id"]):
            await add(db, [(before["id"], before["channel_id"], wanted)])
    return dumps(kept) if kept else None


def links_of(forms: Forms, content_type: str) -> list[str]:
    return [] if content_type == "code" else links(forms.content, forms.document)


async def take(db: Db) -> Job | None:
    """The next message whose links wait; nobody else gets it for half a minute."""
    taken_by = uuid7()
    row = await db.fetchrow(TAKE, taken_by)
    if row is None:
        return None
    urls = tuple(orjson.loads(row["urls"]))
    return Job(row["message_id"], row["channel_id"], row["workspace_id"], urls, row["attempts"], taken_by)


async def put_off(db: Db, job: Job, seconds: float, attempts: int) -> None:
    """Have it looked at again later, by whoever comes first."""
    await db.execute(PUT_OFF, job.message_id, job.taken_by, timedelta(seconds=seconds), attempts)


async def finish(db: Db, job: Job, found: Sequence[Preview]) -> bool:
    """Show what was found, unless somebody else did, the links changed or the author wants none; whether it was."""
    await db.execute(LOCK, job.channel_id)
    if not await db.fetchval(DONE, job.message_id, job.taken_by):
        return False
    held = await db.fetchrow(HELD, job.message_id)
    if held is None or (orjson.loads(held["previews"]) if held["previews"] else []) == list(found):
        return False
    await _show(db, job.channel_id, job.message_id, found, None)
    return True


async def remove(db: Db, channel_id: UUID, message_id: UUID, actor_id: UUID) -> None:
    """Show none of a message's previews, now and later; doing so twice changes nothing."""
    await db.execute(LOCK, channel_id)
    await db.execute(DROP, message_id)
    if await db.fetchval(REMOVE, message_id):
        await _show(db, channel_id, message_id, (), actor_id)


async def _show(db: Db, channel_id: UUID, message_id: UUID, found: Sequence[Preview], actor_id: UUID | None) -> None:
    revision = await revisions.take(db, channel_id)
    row = await one(db, SHOW, message_id, dumps(found) if found else None, revision)
    await announcements.message_updated(db, message_of(row), actor_id or row["user_id"])


def forms_of(message: Record) -> Forms:
    document = message["formatted_content"]
    return Forms(message["content"], orjson.loads(document) if document else None)

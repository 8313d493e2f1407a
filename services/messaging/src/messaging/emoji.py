"""Emoji that a workspace made for itself, which react as `:name:`."""

import re
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.confined.limits import Busy, Failed
from chassis.confined.runner import Runner
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.workspace_event_pb2 import EmojiAdded, EmojiRemoved
from uuid_utils.compat import uuid7

from messaging import announcements
from messaging.images import intake
from messaging.images.intake import Image
from messaging.permissions import Standing
from messaging.rows import plain_json, timestamp

MOST_EMOJI = 1_000
MOST_BYTES = 256 * 1_024
NAME = r"[a-z0-9_+-]{1,50}"
REACTION = re.compile(f":({NAME}):")

LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM custom_emoji WHERE workspace_id = $1"
ADD = """
    INSERT INTO custom_emoji (id, workspace_id, name, content_type, width, height, image, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING id, workspace_id, name, content_type, width, height, created_by, created_at
"""
LIST = """
    SELECT id, workspace_id, name, content_type, width, height, created_by, created_at FROM custom_emoji
    WHERE workspace_id = $1 ORDER BY name
"""
IMAGE = "SELECT name, content_type, image FROM custom_emoji WHERE workspace_id = $1 AND id = $2"
BY_NAME = "SELECT id, created_by FROM custom_emoji WHERE workspace_id = $1 AND name = $2"
REMOVE = "DELETE FROM custom_emoji WHERE id = $1"


async def listed(db: Db, workspace_id: UUID) -> list[Json]:
    return [_json(row) for row in await db.fetch(LIST, workspace_id)]


async def taken_in(decoder: Runner, data: bytes) -> Image:
    """`Problem` 422 `not_an_image` unless all of it is decoded as a small PNG, GIF or WebP, 503 if that has to wait."""
    try:
        return await intake.taken_in(decoder, data)
    except Failed as failure:
        raise Problem(422, "not_an_image", failure.sentence) from failure
    except Busy as error:
        raise intake.too_many() from error


async def add(db: Db, workspace_id: UUID, name: str, image: Image, actor_id: UUID) -> Json:
    """`Problem` 409 if the name is taken or the workspace has 1,000."""
    await db.execute(LOCK_WORKSPACE, workspace_id)
    if await db.fetchval(COUNT, workspace_id) >= MOST_EMOJI:
        raise Problem(409, "too_many_emoji", f"A workspace can have {MOST_EMOJI:,} emoji of its own.")
    made = (workspace_id, name, image.content_type, image.width, image.height, image.data, actor_id)
    try:
        row = _found(await db.fetchrow(ADD, uuid7(), *made))
    except asyncpg.UniqueViolationError:
        raise Problem(409, "emoji_name_taken", f"There is an emoji called {name} in this workspace.") from None
    await announcements.workspace_changed(db, workspace_id, _added(row), actor_id)
    return _json(row)


async def image_of(db: Db, workspace_id: UUID, emoji_id: UUID) -> tuple[bytes, str, str]:
    """The image, its content type and a name for its file."""
    row = _found(await db.fetchrow(IMAGE, workspace_id, emoji_id))
    suffix = row["content_type"].removeprefix("image/")
    return row["image"], row["content_type"], f"{row['name']}.{suffix}"


async def remove(db: Db, standing: Standing, workspace_id: UUID, name: str) -> None:
    """One's own, or any for an admin. Reactions with it stay, by name."""
    row = _found(await db.fetchrow(BY_NAME, workspace_id, name))
    if not standing.is_admin and row["created_by"] != standing.user_id:
        raise Problem(403, "forbidden", "Only admins remove what others added.")
    await db.execute(REMOVE, row["id"])
    removed = EmojiRemoved(id=str(row["id"]), name=name)
    await announcements.workspace_changed(db, workspace_id, removed, standing.user_id)


async def require(db: Db, workspace_id: UUID | None, reaction: str) -> None:
    """`Problem` 404 for a `:name:` that the workspace does not have; other text is not ours to judge."""
    named = REACTION.fullmatch(reaction)
    if named:
        _found(await db.fetchrow(BY_NAME, workspace_id, named[1]))


def _found(row: Record | None) -> Record:
    if row is None:
        raise not_found("emoji")
    return row


def _added(row: Record) -> EmojiAdded:
    return EmojiAdded(
        id=str(row["id"]), name=row["name"], content_type=row["content_type"], created_by=str(row["created_by"]),
        created_at=timestamp(row["created_at"]),
    )  # fmt: skip


def _json(row: Record) -> Json:
    told = plain_json(row, "id", "workspace_id", "name", "content_type", "width", "height", "created_by", "created_at")
    return {**told, "url": f"/api/workspaces/{row['workspace_id']}/emoji/{row['id']}/image"}

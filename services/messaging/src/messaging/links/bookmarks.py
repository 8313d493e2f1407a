"""Links at a channel's head, in an order that its members choose."""

from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import Bookmark
from uuid_utils.compat import uuid7

from messaging import announcements
from messaging.links.bodies import BookmarkChange, NewBookmark
from messaging.rows import timestamp

MOST = 100

# The channel's row first, as everyone does: its events keep one order.
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
ALL = """
    SELECT id, title, url, emoji, created_by, created_at FROM channel_bookmarks WHERE channel_id = $1 ORDER BY position
"""
ADD = """
    INSERT INTO channel_bookmarks (id, channel_id, title, url, emoji, position, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
CHANGE = """
    UPDATE channel_bookmarks SET title = coalesce($3, title), url = coalesce($4, url),
        emoji = CASE WHEN $6 THEN $5 ELSE emoji END
    WHERE id = $1 AND channel_id = $2 RETURNING id
"""
REMOVE = "DELETE FROM channel_bookmarks WHERE id = $1 AND channel_id = $2 RETURNING id"
PLACE = """
    UPDATE channel_bookmarks b SET position = given.place - 1
    FROM unnest($1::uuid[]) WITH ORDINALITY AS given(id, place) WHERE b.id = given.id
"""


async def listed(db: Db, channel_id: UUID) -> list[Json]:
    return [to_wire(_contract(row)) for row in await db.fetch(ALL, channel_id)]


async def add(db: Db, channel_id: UUID, new: NewBookmark, actor_id: UUID) -> list[Json]:
    """All of the channel, the new one last; `Problem` 409 above 100."""
    await db.execute(LOCK, channel_id)
    held = len(await db.fetch(ALL, channel_id))
    if held >= MOST:
        raise Problem(409, "too_many_bookmarks", f"A channel can have {MOST} bookmarks; remove one first.")
    await db.execute(ADD, uuid7(), channel_id, new.title, new.url, new.emoji, held, actor_id)
    return await _tell(db, channel_id, actor_id)


async def change(db: Db, channel_id: UUID, bookmark_id: UUID, wanted: BookmarkChange, actor_id: UUID) -> list[Json]:
    """All of the channel, one of them changed or in another place."""
    await db.execute(LOCK, channel_id)
    facts = (wanted.title, wanted.url, wanted.emoji, "emoji" in wanted.model_fields_set)
    if not await db.fetchval(CHANGE, bookmark_id, channel_id, *facts):
        raise not_found("bookmark")
    if wanted.position is not None:
        others = [row["id"] for row in await db.fetch(ALL, channel_id) if row["id"] != bookmark_id]
        await db.execute(PLACE, [*others[: wanted.position], bookmark_id, *others[wanted.position :]])
    return await _tell(db, channel_id, actor_id)


async def remove(db: Db, channel_id: UUID, bookmark_id: UUID, actor_id: UUID) -> list[Json]:
    """Those that are left."""
    await db.execute(LOCK, channel_id)
    if not await db.fetchval(REMOVE, bookmark_id, channel_id):
        raise not_found("bookmark")
    await db.execute(PLACE, [row["id"] for row in await db.fetch(ALL, channel_id)])
    return await _tell(db, channel_id, actor_id)


async def _tell(db: Db, channel_id: UUID, actor_id: UUID) -> list[Json]:
    bookmarks = [_contract(row) for row in await db.fetch(ALL, channel_id)]
    await announcements.bookmarks_changed(db, channel_id, bookmarks, actor_id)
    return [to_wire(bookmark) for bookmark in bookmarks]


def _contract(row: Record) -> Bookmark:
    return Bookmark(
        id=str(row["id"]), title=row["title"], url=row["url"], emoji=row["emoji"], created_by=str(row["created_by"]),
        created_at=timestamp(row["created_at"]),
    )  # fmt: skip

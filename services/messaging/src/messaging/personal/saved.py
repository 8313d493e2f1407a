"""Messages people keep for themselves, with a note and whether they are done with it."""

from uuid import UUID

from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json, iso
from nexus.messaging.v1.personal_event_pb2 import SavedMessageChanged
from uuid_utils.compat import uuid7

from messaging.personal import devices, limits, shown
from messaging.personal.bodies import Keep

MOST = 2_000

OTHERS = "SELECT count(*) FROM saved_messages WHERE user_id = $1 AND message_id <> $2"
SAVE = """
    INSERT INTO saved_messages (user_id, message_id, id, note, is_done) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, message_id) DO UPDATE SET note = excluded.note, is_done = excluded.is_done
"""
REMOVE = "DELETE FROM saved_messages WHERE user_id = $1 AND message_id = $2 RETURNING id"
PLACE = "SELECT id FROM saved_messages WHERE user_id = $1 AND message_id = $2"
PAGE = """
    SELECT message_id, id AS place, note, is_done, saved_at FROM saved_messages
    WHERE user_id = $1 AND ($2::boolean IS NULL OR is_done = $2) AND ($3::uuid IS NULL OR id < $3)
    ORDER BY id DESC LIMIT $4
"""


async def save(db: Db, user_id: UUID, message_id: UUID, keep: Keep) -> None:
    """Keep a message, or change its note and state; it stays in its place. `Problem` 409 above 2,000."""
    await devices.take_turn(db, user_id)
    limits.require_room(await db.fetchval(OTHERS, user_id, message_id), MOST, "saved messages")
    await db.execute(SAVE, user_id, message_id, uuid7(), keep.note, keep.state == "done")
    changed = SavedMessageChanged(message_id=str(message_id), is_saved=True, note=keep.note, state=keep.state)
    await devices.tell(db, user_id, changed)


async def remove(db: Db, user_id: UUID, message_id: UUID) -> None:
    """Also of a message that one may no longer see; removing what is not kept changes nothing."""
    if await db.fetchval(REMOVE, user_id, message_id):
        await devices.tell(db, user_id, SavedMessageChanged(message_id=str(message_id)))


async def page(
    db: Db, user_id: UUID, state: str | None, before: UUID | None, limit: int, place: UUID | None = None
) -> Json:
    """What was saved last first; `before` is the id of the message before which to go on, `place` the same for who
    knows it already."""
    place = await db.fetchval(PLACE, user_id, before) if before else place
    if before and place is None:
        raise not_found("saved message")
    is_done = None if state is None else state == "done"
    rows = await db.fetch(PAGE, user_id, is_done, place, limit + 1)
    messages = await shown.of(db, user_id, (row["message_id"] for row in rows[:limit]))
    return {
        "saved": [{**_json(row), **messages[row["message_id"]]} for row in rows[:limit]],
        "hasMore": len(rows) > limit,
    }


def _json(row: Record) -> Json:
    return {
        "messageId": str(row["message_id"]),
        "place": str(row["place"]),
        "note": row["note"],
        "state": "done" if row["is_done"] else "open",
        "savedAt": iso(row["saved_at"]),
    }

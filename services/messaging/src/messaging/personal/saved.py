"""Messages people keep for themselves, with a note and whether they are done with it."""

from uuid import UUID

from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json, iso
from nexus.messaging.v1.personal_event_pb2 import SavedMessageChanged
from uuid_utils.compat import uuid7

from messaging.permissions import Standing
from messaging.personal import devices, limits
from messaging.personal.bodies import Keep
from messaging.rows import MESSAGE, message_json, qualified

MOST = 2_000

OTHERS = "SELECT count(*) FROM saved_messages WHERE user_id = $1 AND message_id <> $2"
SAVE = """
    INSERT INTO saved_messages (user_id, message_id, id, note, is_done) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, message_id) DO UPDATE SET note = excluded.note, is_done = excluded.is_done
"""
REMOVE = "DELETE FROM saved_messages WHERE user_id = $1 AND message_id = $2 RETURNING id"
PLACE = "SELECT id FROM saved_messages WHERE user_id = $1 AND message_id = $2"
# With what decides whether the person still sees the message.
PAGE = f"""
    SELECT s.message_id AS saved_message_id, s.id AS place, s.note, s.is_done, s.saved_at, w.role AS workspace_role,
        c.type AS channel_type, cm.role AS channel_role, {qualified(MESSAGE, "t")}
    FROM saved_messages s
    LEFT JOIN messages t ON t.id = s.message_id
    LEFT JOIN channels c ON c.id = t.channel_id
    LEFT JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = $1 AND w.status = 'active'
    LEFT JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = $1
    WHERE s.user_id = $1 AND ($2::boolean IS NULL OR s.is_done = $2) AND ($3::uuid IS NULL OR s.id < $3)
    ORDER BY s.id DESC LIMIT $4
"""  # noqa: S608 - constants


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
    knows it already. A message that the person may no longer see, or that is gone, is null and `unavailable` says
    which."""
    place = await db.fetchval(PLACE, user_id, before) if before else place
    if before and place is None:
        raise not_found("saved message")
    is_done = None if state is None else state == "done"
    rows = await db.fetch(PAGE, user_id, is_done, place, limit + 1)
    return {"saved": [_json(user_id, row) for row in rows[:limit]], "hasMore": len(rows) > limit}


def _json(user_id: UUID, row: Record) -> Json:
    unavailable = _unavailable(user_id, row)
    return {
        "messageId": str(row["saved_message_id"]),
        "place": str(row["place"]),
        "message": None if unavailable else message_json(row),
        "unavailable": unavailable,
        "note": row["note"],
        "state": "done" if row["is_done"] else "open",
        "savedAt": iso(row["saved_at"]),
    }


def _unavailable(user_id: UUID, row: Record) -> str | None:
    if row["id"] is None:
        return "deleted"
    role, channel_type, channel_role = row["workspace_role"], row["channel_type"], row["channel_role"]
    standing = Standing(user_id, role=role, channel_type=channel_type, channel_role=channel_role)
    if role is None or not standing.sees_channel:
        return "not_visible"
    return "deleted" if row["is_deleted"] else None

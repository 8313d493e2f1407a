"""Reminders people set themselves, of a message or of anything: each is told once, when it is due."""

from datetime import timedelta
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.problems import not_found
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.personal_event_pb2 import Reminder, ReminderDue, ReminderGone, ReminderSaved
from uuid_utils.compat import uuid7

from messaging.permissions import standing_of
from messaging.personal import devices, limits
from messaging.personal.bodies import NewReminder, ReminderChange
from messaging.rows import timestamp

MOST = 500
MOST_DONE = 100
LATEST = timedelta(days=5 * 365)
BATCH = 100

REMINDER = "id, user_id, message_id, channel_id, text, remind_at, state, created_at"
MINE = f"""
    SELECT {REMINDER} FROM reminders WHERE user_id = $1 AND ($2::text IS NULL OR state = $2) ORDER BY remind_at, id
"""  # noqa: S608 - constants
COUNT = "SELECT count(*) FROM reminders WHERE user_id = $1 AND state <> 'done'"
ADD = f"""
    INSERT INTO reminders (id, user_id, message_id, channel_id, text, remind_at) VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING {REMINDER}
"""  # noqa: S608
CHANGE = f"""
    UPDATE reminders SET text = coalesce($3, text), remind_at = coalesce($4, remind_at),
        state = CASE WHEN $4::timestamptz IS NULL THEN state ELSE 'waiting' END
    WHERE id = $1 AND user_id = $2 RETURNING {REMINDER}
"""  # noqa: S608
FINISH = f"UPDATE reminders SET state = 'done' WHERE id = $1 AND user_id = $2 RETURNING {REMINDER}"  # noqa: S608
FORGET_OLD = """
    DELETE FROM reminders WHERE id IN (
        SELECT id FROM reminders WHERE user_id = $1 AND state = 'done' ORDER BY remind_at DESC, id OFFSET $2)
"""
REMOVE = "DELETE FROM reminders WHERE id = $1 AND user_id = $2 RETURNING id"
DUE = f"""
    UPDATE reminders SET state = 'due' WHERE id IN (
        SELECT id FROM reminders WHERE state = 'waiting' AND remind_at <= now() AND NOT is_leaving(id)
        ORDER BY remind_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING {REMINDER}
"""  # noqa: S608


async def listed(db: Db, user_id: UUID, state: str | None) -> list[Json]:
    return [to_wire(_contract(row)) for row in await db.fetch(MINE, user_id, state)]


async def add(db: Db, user_id: UUID, new: NewReminder) -> Json:
    """`Problem` 404 for a message that the person may not see, 409 above 500 that are not done."""
    limits.require_ahead("remindAt", new.remind_at, LATEST)
    channel_id = await _channel_of(db, user_id, new.message_id)
    await devices.take_turn(db, user_id)
    limits.require_room(await db.fetchval(COUNT, user_id), MOST, "reminders")
    id_ = id_beside(new.message_id) if new.message_id else uuid7()
    row = await one(db, ADD, id_, user_id, new.message_id, channel_id, new.text, new.remind_at)
    return await _saved(db, row)


async def change(db: Db, user_id: UUID, reminder_id: UUID, wanted: ReminderChange) -> Json:
    """Other words, or put off: with a new time it waits again."""
    if wanted.remind_at is not None:
        limits.require_ahead("remindAt", wanted.remind_at, LATEST)
    return await _saved(db, _found(await db.fetchrow(CHANGE, reminder_id, user_id, wanted.text, wanted.remind_at)))


async def finish(db: Db, user_id: UUID, reminder_id: UUID) -> Json:
    """Done; of those that are done the latest 100 are kept."""
    row = _found(await db.fetchrow(FINISH, reminder_id, user_id))
    await db.execute(FORGET_OLD, user_id, MOST_DONE)
    return await _saved(db, row)


async def cancel(db: Db, user_id: UUID, reminder_id: UUID) -> None:
    _found(await db.fetchrow(REMOVE, reminder_id, user_id))
    await devices.tell(db, user_id, ReminderGone(id=str(reminder_id)))


async def tell_due(pool: asyncpg.Pool) -> None:
    """Tell everybody of what is due, in the transaction that marks it so."""
    full = True
    while full:
        async with pool.acquire(timeout=5) as db, db.transaction():
            rows = await db.fetch(DUE, BATCH)
            for row in rows:
                await devices.tell(db, row["user_id"], ReminderDue(reminder=_contract(row)))
        full = len(rows) == BATCH


async def _channel_of(db: Db, user_id: UUID, message_id: UUID | None) -> UUID | None:
    if message_id is None:
        return None
    return (await standing_of(db, user_id, {"message_id": str(message_id)})).channel_id


async def _saved(db: Db, row: Record) -> Json:
    saved = _contract(row)
    await devices.tell(db, row["user_id"], ReminderSaved(reminder=saved))
    return to_wire(saved)


def _found(row: Record | None) -> Record:
    if row is None:
        raise not_found("reminder")
    return row


def _contract(row: Record) -> Reminder:
    return Reminder(
        id=str(row["id"]), message_id=_text(row["message_id"]), channel_id=_text(row["channel_id"]), text=row["text"],
        remind_at=timestamp(row["remind_at"]), state=row["state"], created_at=timestamp(row["created_at"]),
    )  # fmt: skip


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)

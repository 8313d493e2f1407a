"""Reminders people set themselves, of a message or of anything: each is told once, when it is due."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.personal_event_pb2 import Reminder, ReminderDue, ReminderGone, ReminderSaved
from uuid_utils.compat import uuid7

from messaging.permissions import standing_of
from messaging.personal import devices, limits, shown
from messaging.personal.bodies import NewReminder, ReminderChange
from messaging.rows import timestamp

MOST = 500
MOST_DONE = 100
LATEST = timedelta(days=5 * 365)
BATCH = 100
# Those that are asked for by one name.
STATES = {"open": ["waiting", "due"]}
OF_NONE: Json = {"message": None, "unavailable": None}

REMINDER = "id, user_id, message_id, channel_id, text, remind_at, state, created_at"
# In milliseconds, as clients are told times: they name the place after which to go on.
PAGE = f"""
    SELECT {REMINDER} FROM reminders
    WHERE user_id = $1 AND ($2::text[] IS NULL OR state = ANY($2))
        AND ($3::timestamptz IS NULL OR (date_trunc('milliseconds', remind_at), id) > ($3, $4))
    ORDER BY date_trunc('milliseconds', remind_at), id LIMIT $5
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


async def page(db: Db, user_id: UUID, state: str | None, after: str | None, limit: int) -> Json:
    """The soonest first, with what the messages say that they are of; `after` is the `place` of the last one had.
    `Problem` 422 for one that is none."""
    moment, id_ = _place(after) if after else (None, None)
    states = None if state is None else STATES.get(state, [state])
    rows = await db.fetch(PAGE, user_id, states, moment, id_, limit + 1)
    messages = await shown.of(db, user_id, (row["message_id"] for row in rows[:limit] if row["message_id"]))
    return {
        "reminders": [{**_listed(row), **messages.get(row["message_id"], OF_NONE)} for row in rows[:limit]],
        "hasMore": len(rows) > limit,
    }


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


def _listed(row: Record) -> Json:
    reminder = to_wire(_contract(row))
    return {**reminder, "place": f"{reminder['remindAt']}/{reminder['id']}"}


def _place(after: str) -> tuple[datetime, UUID]:
    moment, _, id_ = after.partition("/")
    try:
        return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC), UUID(id_)
    except ValueError:
        raise Problem(422, "invalid_request", "after: is no place of a reminder") from None


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)

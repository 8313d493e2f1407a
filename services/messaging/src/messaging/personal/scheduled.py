"""Messages that are sent at a time: each once, whichever process sends it and whatever is killed meanwhile."""

import logging
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson
from asyncpg import Record
from chassis.database import dumps, one
from chassis.problems import PART_GONE, Problem, invalid_request, not_found
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import Message
from nexus.messaging.v1.personal_event_pb2 import (
    ScheduledMessage,
    ScheduledMessageFailed,
    ScheduledMessageGone,
    ScheduledMessageSaved,
)  # fmt: skip
from pydantic import ValidationError

from messaging import posting
from messaging.bodies import Draft
from messaging.metrics import SCHEDULED
from messaging.permissions import RULES, Action, standing_of
from messaging.personal import attached, devices, limits
from messaging.personal.bodies import LaterChange, LaterDraft
from messaging.rows import timestamp

log = logging.getLogger(__name__)
MOST = 100
LATEST = timedelta(days=120)
TOO_LATE = "24 hours"
# Refusals that pass: the message waits for a better moment.
PASSING = (429, 503)

SCHEDULED_MESSAGE = "id, user_id, channel_id, message, client_message_id, send_at, failure, created_at, updated_at"
MINE = f"SELECT {SCHEDULED_MESSAGE} FROM scheduled_messages WHERE user_id = $1 ORDER BY send_at, id"  # noqa: S608
COUNT = "SELECT count(*) FROM scheduled_messages WHERE user_id = $1"
KNOWN = f"SELECT {SCHEDULED_MESSAGE} FROM scheduled_messages WHERE user_id = $1 AND client_message_id = $2"  # noqa: S608
LOCK = f"SELECT {SCHEDULED_MESSAGE} FROM scheduled_messages WHERE id = $1 AND user_id = $2 FOR UPDATE"  # noqa: S608
THREAD = "SELECT true FROM messages WHERE id = $1 AND channel_id = $2 AND NOT is_deleted AND parent_message_id IS NULL"
ADD = f"""
    INSERT INTO scheduled_messages (id, user_id, channel_id, message, client_message_id, send_at)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING {SCHEDULED_MESSAGE}
"""  # noqa: S608
CHANGE = f"""
    UPDATE scheduled_messages SET message = $2, send_at = $3, failure = NULL, updated_at = now() WHERE id = $1
    RETURNING {SCHEDULED_MESSAGE}
"""  # noqa: S608
FAIL = f"""
    UPDATE scheduled_messages SET failure = $2, updated_at = now() WHERE id = $1 RETURNING {SCHEDULED_MESSAGE}
"""  # noqa: S608
REMOVE = "DELETE FROM scheduled_messages WHERE id = $1"
# Several processes take different ones.
DUE = f"""
    SELECT {SCHEDULED_MESSAGE}, send_at < now() - interval '{TOO_LATE}' AS is_too_late,
        coalesce((SELECT is_deactivated FROM users WHERE users.id = user_id), FALSE) AS is_deactivated
    FROM scheduled_messages
    WHERE failure IS NULL AND send_at <= now() AND id <> ALL($1) ORDER BY send_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608


async def listed(db: Db, user_id: UUID) -> list[Json]:
    return [to_wire(_contract(row)) for row in await db.fetch(MINE, user_id)]


async def add(db: Db, user_id: UUID, channel_id: UUID, draft: LaterDraft) -> Json:
    """A message that waits; asked again with the same `clientMessageId` it is the one that waits already."""
    limits.require_ahead("sendAt", draft.send_at, LATEST)
    await devices.take_turn(db, user_id)
    known = draft.client_message_id and await db.fetchrow(KNOWN, user_id, draft.client_message_id)
    if known:
        return _same_or_conflict(known, channel_id)
    limits.require_room(await db.fetchval(COUNT, user_id), MOST, "scheduled messages")
    if draft.parent_message_id and not await db.fetchval(THREAD, draft.parent_message_id, channel_id):
        raise not_found("message to reply to")
    await attached.require(db, draft.attachments)
    id_ = id_beside(channel_id)
    message = draft.model_dump(mode="json", by_alias=True, exclude={"send_at", "client_message_id"})
    client_id = draft.client_message_id or f"scheduled:{id_}"
    row = await one(db, ADD, id_, user_id, channel_id, dumps(message), client_id, draft.send_at)
    return await _saved(db, row)


async def change(db: Db, user_id: UUID, scheduled_id: UUID, wanted: LaterChange) -> Json:
    """Other words or another time; one that failed waits anew, and so needs a time to come."""
    row = await _locked(db, user_id, scheduled_id)
    if wanted.send_at is not None:
        limits.require_ahead("sendAt", wanted.send_at, LATEST)
    elif row["failure"]:
        raise Problem(422, "invalid_request", "sendAt: say when to try again")
    await attached.require(db, wanted.attachments or ())
    said = wanted.model_dump(mode="json", by_alias=True, exclude={"send_at"}, exclude_none=True)
    message = {**orjson.loads(row["message"]), **said}
    if "content" in said or "formattedContent" in said:  # either is the whole of what is said
        message |= {"content": said.get("content", ""), "formattedContent": said.get("formattedContent")}
    try:
        Draft.model_validate(message)
    except ValidationError as error:
        raise invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()]) from error
    return await _saved(db, await one(db, CHANGE, scheduled_id, dumps(message), wanted.send_at or row["send_at"]))


async def cancel(db: Db, user_id: UUID, scheduled_id: UUID) -> None:
    await _remove(db, await _locked(db, user_id, scheduled_id), None)


async def send_now(db: Db, user_id: UUID, scheduled_id: UUID) -> Json:
    """The message it became; a `Problem` leaves it waiting as it was."""
    row = await _locked(db, user_id, scheduled_id)
    outcome = await _post(db, row)
    if isinstance(outcome, Problem):
        raise outcome
    await _remove(db, row, outcome)
    return to_wire(outcome)


async def send_due(pool: asyncpg.Pool) -> None:
    """Send all whose time has come, each in a transaction of its own with its row's removal."""
    passed_over: list[UUID] = []
    while True:
        async with pool.acquire(timeout=5) as db, db.transaction():
            row = await db.fetchrow(DUE, passed_over)
            if row is None:
                return
            outcome = _refusal(row) or await _post_or_explain(db, row)
            if isinstance(outcome, Message):
                await _remove(db, row, outcome)
                SCHEDULED.labels("sent").inc()
            elif outcome.status in PASSING:
                passed_over.append(row["id"])
            else:
                await _fail(db, row, outcome)


def _refusal(row: Record) -> Problem | None:
    """Why it is not even tried. Nobody speaks for who was shut out of the organization, also not their former self."""
    if row["is_deactivated"]:
        return Problem(403, "deactivated", "")
    return Problem(410, "too_late", "") if row["is_too_late"] else None


async def _post(db: Db, row: Record) -> posting.Outcome:
    """With mentions of many confirmed: nobody is there to be asked, and whether they are allowed is asked anew."""
    draft = posting.read_draft(
        {
            **orjson.loads(row["message"]), "channelId": str(row["channel_id"]),
            "clientMessageId": row["client_message_id"], "confirmMentions": True,
        }
    )  # fmt: skip
    if isinstance(draft, Problem):
        return draft
    if refusal := await attached.refusal(db, draft.attachments):
        return refusal
    (outcome,) = await posting.post_within(db, [posting.Send(row["user_id"], draft)])
    return outcome


async def _post_or_explain(db: Db, row: Record) -> posting.Outcome:
    """What fails for reasons unknown becomes a failure of this message alone: those after it must not wait for ever."""
    try:
        async with db.transaction():
            return await _post(db, row)
    except PART_GONE:
        raise
    except Exception:
        log.exception("the scheduled message %s could not be sent", row["id"])
        return Problem(500, "internal_error", "")


async def _fail(db: Db, row: Record, problem: Problem) -> None:
    failure = await _failure(db, row, problem)
    failed = await one(db, FAIL, row["id"], failure)
    await devices.tell(db, row["user_id"], ScheduledMessageFailed(scheduled=_contract(failed)))
    SCHEDULED.labels(failure).inc()


async def _failure(db: Db, row: Record, problem: Problem) -> str:
    """What has changed since it was written, in a word; else the refusal's own type."""
    if problem.type not in ("not_found", "forbidden", "file_gone"):
        return problem.type
    try:
        standing = await standing_of(db, row["user_id"], {"channel_id": str(row["channel_id"])})
    except Problem:
        return "left_channel"
    if not standing.in_channel:
        return "left_channel"
    if standing.is_archived or standing.workspace_status != "active":
        return "archived"
    if problem.type == "forbidden":
        return "forbidden" if RULES[Action.MESSAGE_POST](standing) else "read_only"
    return "thread_gone" if problem.type == "not_found" else problem.type


async def _locked(db: Db, user_id: UUID, scheduled_id: UUID) -> Record:
    row = await db.fetchrow(LOCK, scheduled_id, user_id)
    if row is None:
        raise not_found("scheduled message")
    return row


async def _saved(db: Db, row: Record) -> Json:
    saved = _contract(row)
    await devices.tell(db, row["user_id"], ScheduledMessageSaved(scheduled=saved))
    return to_wire(saved)


async def _remove(db: Db, row: Record, message: Message | None) -> None:
    await db.execute(REMOVE, row["id"])
    gone = ScheduledMessageGone(id=str(row["id"]), channel_id=str(row["channel_id"]))
    if message is not None:
        gone.message_id = message.id
    await devices.tell(db, row["user_id"], gone)


def _same_or_conflict(known: Record, channel_id: UUID) -> Json:
    if known["channel_id"] == channel_id:
        return to_wire(_contract(known))
    raise Problem(409, "client_message_id_reused", "This clientMessageId is of another channel's message.")


def _contract(row: Record) -> ScheduledMessage:
    return ScheduledMessage(
        id=str(row["id"]), channel_id=str(row["channel_id"]), message=row["message"],
        client_message_id=row["client_message_id"], send_at=timestamp(row["send_at"]), failure=row["failure"],
        created_at=timestamp(row["created_at"]), updated_at=timestamp(row["updated_at"]),
    )  # fmt: skip

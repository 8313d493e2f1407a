"""Messages are numbered and stored: many at once in one transaction, each answered on its own."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from chassis.database import dumps
from chassis.problems import Problem, invalid_request, not_found
from eventbus import Db
from nexus.messaging.v1.channel_event_pb2 import Message
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from messaging import announcements
from messaging.bodies import ChannelDraft
from messaging.metrics import BATCH_SIZE, POSTED, REFUSED, RESENT
from messaging.permissions import Action, Standing, check
from messaging.rows import MESSAGE, message_of, timestamp

log = logging.getLogger(__name__)
# Everyone locks channels in the order of their ids, so no two transactions wait for each other.
LOCK = "SELECT id, last_seq, thread_enabled FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"

# After the lock: what it sees is what holds while we write. Scalar subqueries keep each to an index look-up.
FACTS = """
    SELECT c.id AS channel_id, c.workspace_id, c.type AS channel_type, c.is_archived, w.status AS workspace_status,
        (SELECT role FROM workspace_members m
         WHERE m.workspace_id = c.workspace_id AND m.user_id = a.user_id AND m.status = 'active') AS role,
        (SELECT role FROM channel_members m WHERE m.channel_id = c.id AND m.user_id = a.user_id) AS channel_role,
        (SELECT id FROM messages t
         WHERE t.user_id = a.user_id AND t.client_message_id = a.client_message_id) AS known_id,
        (SELECT t.parent_message_id IS NULL AND NOT t.is_deleted FROM messages t
         WHERE t.id = a.parent_id AND t.channel_id = c.id) AS parent_fits
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
        AS a(place, channel_id, user_id, client_message_id, parent_id)
    LEFT JOIN channels c ON c.id = a.channel_id
    LEFT JOIN workspaces w ON w.id = c.workspace_id
    ORDER BY a.place
"""
STORE = """
    WITH stored AS (
        INSERT INTO messages (id, channel_id, user_id, content, content_type, parent_message_id, attachments, seq,
            client_message_id, created_at, updated_at)
        SELECT *, $10::timestamptz, $10::timestamptz
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[], $8::bigint[],
            $9::text[])
    ), answered AS (
        UPDATE messages SET thread_reply_count = thread_reply_count + n
        FROM unnest($13::uuid[], $14::int[]) AS replies(parent_id, n) WHERE id = parent_id
    )
    UPDATE channels SET last_seq = last_seq + n, message_count = message_count + n
    FROM unnest($11::uuid[], $12::int[]) AS added(channel_id, n) WHERE id = channel_id
"""
KNOWN = f"SELECT {MESSAGE} FROM messages WHERE id = ANY($1)"  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Send:
    """One message on its way; `socket_id` is where it came from, empty for HTTP."""

    user_id: UUID
    draft: ChannelDraft
    socket_id: str = ""


Outcome = Message | Problem


def read_draft(payload: object) -> ChannelDraft | Problem:
    """The draft in a socket's payload, or why it is none."""
    try:
        return ChannelDraft.model_validate(payload)
    except ValidationError as error:
        return invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()])


async def post_all(pool: asyncpg.Pool, sends: Sequence[Send | Problem]) -> list[Outcome]:
    """Store what can be stored, in order; an answer for each, a resend getting the message it made the first time."""
    good = [send for send in sends if isinstance(send, Send)]
    answers = iter(await _post(pool, good) if good else [])
    outcomes = [send if isinstance(send, Problem) else next(answers) for send in sends]
    refused = [outcome.type for outcome in outcomes if isinstance(outcome, Problem)]
    for type_ in refused:
        REFUSED.labels(type_).inc()
    log.debug("%d messages: %d answered, refused: %s", len(sends), len(sends) - len(refused), refused)
    return outcomes


async def _post(pool: asyncpg.Pool, sends: Sequence[Send]) -> list[Outcome]:
    BATCH_SIZE.observe(len(sends))
    for last_try in (False, True):
        try:
            async with pool.acquire(timeout=5) as db, db.transaction():
                return await post_within(db, sends)
        except asyncpg.UniqueViolationError:
            # The same client id was sent to another channel at the same moment: now it is known, and refused as such.
            if last_try:
                raise
    raise AssertionError("unreachable")


async def post_within(db: Db, sends: Sequence[Send]) -> list[Outcome]:
    """As `post_all`, within the caller's transaction: what is posted and what the caller writes happen together."""
    channels = {row["id"]: row for row in await db.fetch(LOCK, list({send.draft.channel_id for send in sends}))}
    facts = await _facts(db, sends)
    known = await _known(db, [row["known_id"] for row in facts if row["known_id"]])
    batch = _Batch({id_: row["last_seq"] for id_, row in channels.items()})
    for send, row in zip(sends, facts, strict=True):
        batch.add(send, _refusal(send, row, channels), known.get(row["known_id"]))
    if batch.new:
        await _store(db, batch)
        await announcements.messages_posted(db, [(message, send.socket_id) for send, message in batch.new])
    POSTED.inc(len(batch.new))
    return batch.outcomes


class _Batch:
    """The messages of one transaction, numbered as they are added."""

    def __init__(self, last_seqs: dict[UUID, int]) -> None:
        self.last_seqs = last_seqs
        self.at = datetime.now(UTC)
        self.new: list[tuple[Send, Message]] = []
        self.outcomes: list[Outcome] = []
        self._mine: dict[tuple[UUID, str | None], Message] = {}

    def add(self, send: Send, refusal: Problem | None, known: Message | None) -> None:
        identity = (send.user_id, send.draft.client_message_id)
        known = known or (self._mine.get(identity) if send.draft.client_message_id else None)
        if known is not None:
            RESENT.inc()
            self.outcomes.append(_same_or_conflict(send, known))
        elif refusal is not None:
            self.outcomes.append(refusal)
        else:
            message = self._mine[identity] = self._numbered(send)
            self.new.append((send, message))
            self.outcomes.append(message)

    def _numbered(self, send: Send) -> Message:
        draft = send.draft
        seq = self.last_seqs[draft.channel_id] = self.last_seqs[draft.channel_id] + 1
        at = timestamp(self.at)
        return Message(
            id=str(uuid7()), channel_id=str(draft.channel_id), user_id=str(send.user_id), content=draft.content,
            content_type=draft.content_type,
            parent_message_id=str(draft.parent_message_id) if draft.parent_message_id else None,
            attachments=dumps(draft.attachments) if draft.attachments else "[]", reactions="{}",
            created_at=at, updated_at=at, seq=seq, client_message_id=draft.client_message_id,
        )  # fmt: skip


def _same_or_conflict(send: Send, known: Message) -> Outcome:
    if known.channel_id == str(send.draft.channel_id):
        return known
    return Problem(409, "client_message_id_reused", "This clientMessageId has been used for another channel's message.")


def _refusal(send: Send, row: asyncpg.Record, channels: dict[UUID, asyncpg.Record]) -> Problem | None:
    standing = Standing(
        send.user_id, row["workspace_id"], row["role"], row["workspace_status"], False, row["channel_id"],
        row["channel_type"], row["channel_role"], bool(row["is_archived"]),
    )  # fmt: skip
    if row["role"] is None or not standing.sees_channel:
        return not_found("channel")
    try:
        check(Action.MESSAGE_POST, standing)
    except Problem as problem:
        return problem
    if send.draft.parent_message_id is None:
        return None
    if not channels[row["channel_id"]]["thread_enabled"]:
        return Problem(403, "threads_disabled", "This channel has no threads.")
    return None if row["parent_fits"] else not_found("message to reply to")


async def _facts(db: Db, sends: Sequence[Send]) -> list[asyncpg.Record]:
    drafts = [send.draft for send in sends]
    return await db.fetch(
        FACTS, list(range(len(sends))), [draft.channel_id for draft in drafts], [send.user_id for send in sends],
        [draft.client_message_id for draft in drafts], [draft.parent_message_id for draft in drafts],
    )  # fmt: skip


async def _known(db: Db, ids: list[UUID]) -> dict[UUID, Message]:
    if not ids:
        return {}
    return {row["id"]: message_of(row) for row in await db.fetch(KNOWN, ids)}


async def _store(db: Db, batch: _Batch) -> None:
    drafts = [send.draft for send, _ in batch.new]
    messages = [message for _, message in batch.new]
    added = Counter(draft.channel_id for draft in drafts)
    replies = Counter(draft.parent_message_id for draft in drafts if draft.parent_message_id)
    await db.execute(
        STORE, [UUID(message.id) for message in messages], [draft.channel_id for draft in drafts],
        [send.user_id for send, _ in batch.new], [draft.content for draft in drafts],
        [draft.content_type for draft in drafts], [draft.parent_message_id for draft in drafts],
        [message.attachments for message in messages], [message.seq for message in messages],
        [draft.client_message_id for draft in drafts], batch.at, list(added), list(added.values()),
        list(replies), list(replies.values()),
    )  # fmt: skip

"""Messages are numbered and stored: many at once in one transaction, each answered on its own."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import asyncpg
from chassis.problems import Problem, invalid_request, not_found
from eventbus import Db
from nexus.messaging.v1.channel_event_pb2 import Message, MessagePosted
from pydantic import ValidationError

from messaging import announcements, shards, threads
from messaging.batches import Batch, New, Outcome, Send
from messaging.bodies import ChannelDraft
from messaging.formatting.forms import Forms, of_body, references_of
from messaging.integrations import outgoing
from messaging.mentions import mentions
from messaging.mentions.mentions import Mentions
from messaging.metrics import BATCH_SIZE, POSTED, REFUSED
from messaging.permissions import Action, Standing, check
from messaging.rows import MESSAGE, message_of, texts
from messaging.slow_mode import Pace
from messaging.standings import NOTHING_SAID

__all__ = ["Outcome", "Send", "post_all", "post_within", "read_draft"]

log = logging.getLogger(__name__)
# Everyone locks channels in the order of their ids, so no two transactions wait for each other.
LOCK = (
    "SELECT id, last_seq, last_revision, thread_enabled FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
)

# After the lock: what it sees is what holds while we write. Subqueries of one row keep each to an index look-up; the
# thread's channel is compared outside, or a plan made while the table was empty would read all of the channel.
FACTS = """
    SELECT c.id AS channel_id, c.workspace_id, c.type AS channel_type, c.is_archived, w.status AS workspace_status,
        coalesce(c.members_mention_everyone, w.members_mention_everyone) AS members_mention_everyone,
        m.role, cm.role AS channel_role, w.permissions || c.permissions AS permissions,
        m.permissions AS own_permissions, a.user_id = ANY(c.posters) AS is_poster, c.slow_mode_seconds,
        cm.last_posted_at, coalesce(greatest(m.silenced_until, cm.silenced_until) > now(), FALSE) AS is_silenced,
        (SELECT id FROM messages t
         WHERE t.user_id = a.user_id AND t.client_message_id = a.client_message_id) AS known_id,
        (SELECT t.parent_message_id IS NULL AND NOT t.is_deleted AND t.channel_id = c.id FROM messages t
         WHERE t.id = a.parent_id) AS parent_fits,
        (SELECT TRUE FROM slot_departures WHERE slot = slot_of(a.channel_id)) AS is_leaving
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
        AS a(place, channel_id, user_id, client_message_id, parent_id)
    LEFT JOIN channels c ON c.id = a.channel_id
    LEFT JOIN workspaces w ON w.id = c.workspace_id
    LEFT JOIN LATERAL (
        SELECT role, permissions, silenced_until FROM workspace_members
        WHERE workspace_id = c.workspace_id AND user_id = a.user_id AND status = 'active' LIMIT 1) AS m ON TRUE
    LEFT JOIN LATERAL (
        SELECT role, silenced_until, last_posted_at FROM channel_members
        WHERE channel_id = c.id AND user_id = a.user_id LIMIT 1) AS cm ON TRUE
    ORDER BY a.place
"""
KNOWN = f"SELECT {MESSAGE} FROM messages WHERE id = ANY($1)"  # noqa: S608 - a constant


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
    # The same client id may be sent to two channels at once: the second time one is known, and refused as such.
    with suppress(asyncpg.UniqueViolationError):
        return await _post_once(pool, sends)
    return await _post_once(pool, sends)


async def _post_once(pool: asyncpg.Pool, sends: Sequence[Send]) -> list[Outcome]:
    async with pool.acquire(timeout=5) as db, db.transaction():
        return await post_within(db, sends)


async def post_within(db: Db, sends: Sequence[Send]) -> list[Outcome]:
    """As `post_all`, within the caller's transaction: what is posted and what the caller writes happen together."""
    sends = [_in_text(send) for send in sends]  # before anybody waits for us
    channels = {row["id"]: row for row in await db.fetch(LOCK, list({send.draft.channel_id for send in sends}))}
    facts = await _facts(db, sends)
    known = await _known(db, [row["known_id"] for row in facts if row["known_id"]])
    batch = Batch(channels)
    verdicts = await _verdicts(db, sends, facts, channels)
    pace = Pace(batch.at)
    for send, row, verdict in zip(sends, facts, verdicts, strict=True):
        batch.add(send, _paced(send, row, verdict, pace), known.get(row["known_id"]))
    if batch.new:
        shown = await batch.store(db)
        await outgoing.tell(db, batch.new)
        await pace.keep(db)
        followers = await threads.followers(db, [UUID(thread.message_id) for _, thread in shown])
        await announcements.messages_posted(db, [_posted(new, followers) for new in batch.new])
        await announcements.threads_updated(db, shown)
    POSTED.inc(len(batch.new))
    return batch.outcomes


async def _verdicts(
    db: Db, sends: Sequence[Send], facts: Sequence[asyncpg.Record], channels: Mapping[UUID, asyncpg.Record]
) -> list[Mentions | Problem]:
    """For each message whom it mentions, or why it is refused; those that were posted before need neither."""
    standings = [_standing(send, row) for send, row in zip(sends, facts, strict=True)]
    refusals = [_refusal(*each, channels) for each in zip(sends, facts, standings, strict=True)]
    resolved = await mentions.resolve(
        db,
        [
            None if refusal or row["known_id"] else _asked(send, standing)
            for send, row, standing, refusal in zip(sends, facts, standings, refusals, strict=True)
        ],
    )
    return [refusal or verdict for refusal, verdict in zip(refusals, resolved, strict=True)]


def _in_text(send: Send) -> Send:
    """The send with its content as text, and beside it the formatting, whichever of the two forms it came in."""
    draft = send.draft
    forms = of_body(draft.content, draft.formatted_content, draft.content_type)
    if forms.document is None and forms.content is draft.content:
        return send
    text = draft.model_copy(update={"content": forms.content, "formatted_content": None})
    return replace(send, draft=text, document=forms.document)


def _asked(send: Send, standing: Standing) -> mentions.Asked:
    draft = send.draft
    wanted = references_of(Forms(draft.content, send.document), draft.content_type)
    return mentions.Asked(standing, wanted, draft.confirm_mentions)


def _paced(send: Send, row: asyncpg.Record, verdict: Mentions | Problem, pace: Pace) -> Mentions | Problem:
    if isinstance(verdict, Problem) or row["known_id"] or not row["slow_mode_seconds"]:
        return verdict
    return pace.refusal(_standing(send, row), row) or verdict


def _posted(new: New, followers: Mapping[UUID, Sequence[UUID]]) -> MessagePosted:
    thread_id = new.send.draft.parent_message_id
    return MessagePosted(
        message=new.message,
        origin_socket_id=new.send.socket_id,
        mentioned_user_ids=texts(new.mentions.kinds),
        thread_follower_ids=texts(
            who for who in (followers.get(thread_id, ()) if thread_id else ()) if who != new.send.user_id
        ),
    )


def _standing(send: Send, row: asyncpg.Record) -> Standing:
    return Standing(
        send.user_id,
        row["workspace_id"],
        _role(send, row),
        row["workspace_status"],
        channel_id=row["channel_id"],
        channel_type=row["channel_type"],
        channel_role="member" if send.via else row["channel_role"],
        is_archived=bool(row["is_archived"]),
        members_mention_everyone=bool(row["members_mention_everyone"]),
        is_silenced=row["is_silenced"],
        is_poster=bool(row["is_poster"]) or send.via is not None,
        permissions=row["permissions"] or NOTHING_SAID,
        own_permissions=row["own_permissions"] or NOTHING_SAID,
    )


def _role(send: Send, row: asyncpg.Record) -> str | None:
    """An integration stands to its channel as a member who posts; that it is there at all, its own tables say."""
    return "member" if send.via and row["channel_id"] else row["role"]


def _refusal(
    send: Send, row: asyncpg.Record, standing: Standing, channels: Mapping[UUID, asyncpg.Record]
) -> Problem | None:
    if row["is_leaving"]:
        return shards.elsewhere()
    if standing.role is None or not standing.sees_channel:
        return not_found("channel")
    is_reply = send.draft.parent_message_id is not None
    try:
        if is_reply:
            check(Action.MESSAGE_REPLY, standing)
        if not is_reply or send.draft.also_to_channel:
            check(Action.MESSAGE_POST, standing)
    except Problem as problem:
        return problem
    if not is_reply:
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

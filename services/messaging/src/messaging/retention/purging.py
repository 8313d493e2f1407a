"""What messages said is removed once it is older than their workspace or channel keeps it.

A message's row stays as a tombstone that says nothing, with its number: numbers without gaps are how clients see that
they hold everything, `sync` and the digest count on every one, and replies refer to their thread's first message. It is
its channel's next revision, so who was away is brought the tombstone as they are brought any change. A row of the
tombstone is about 150 bytes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.problems import PART_GONE
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventbus import Backoff, Db, repeat
from eventbus.wire import Json, iso
from nexus.messaging.v1.channel_event_pb2 import MessagesPurged, ThreadUpdated

from messaging import announcements, threads
from messaging.metrics import PURGED
from messaging.retention import holds, periods, reports
from messaging.rows import timestamp

BATCH = 500

# One process of messaging at a time; the others find nothing to do.
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtext('retention'))"
# As numbers have no gaps, the message at which retention stands is there. Imports put old messages behind newer ones.
DUE = f"""
    SELECT c.id FROM channels c JOIN workspaces w ON w.id = c.workspace_id
    WHERE {periods.DAYS} > 0 AND c.retained_from <= c.last_seq AND NOT is_leaving(c.id) AND (EXISTS (
        SELECT FROM messages m WHERE m.channel_id = c.id AND m.seq = c.retained_from
            AND m.created_at < now() - make_interval(days => {periods.DAYS})) OR EXISTS (
        SELECT FROM messages m WHERE m.channel_id = c.id AND m.seq > c.retained_from AND m.is_imported
            AND NOT m.is_purged AND m.created_at < now() - make_interval(days => {periods.DAYS})))
    ORDER BY c.id
"""  # noqa: S608 - constants
LOCK = f"""
    SELECT c.id, c.workspace_id, c.retained_from, c.last_revision, {periods.DAYS} AS days, w.retention_spares_pins
    FROM channels c JOIN workspaces w ON w.id = c.workspace_id WHERE c.id = $1 FOR NO KEY UPDATE OF c
"""  # noqa: S608
OLDEST = f"""
    SELECT id, seq, user_id, parent_message_id, is_pinned, is_deleted, is_purged, created_at FROM messages
    WHERE channel_id = $1 AND seq >= $2 ORDER BY seq LIMIT {BATCH}
"""  # noqa: S608
# What is spared is left out here: it stays before others, and would be all that is looked at.
OLDEST_IMPORTED = f"""
    SELECT id, seq, user_id, parent_message_id, is_pinned, is_deleted, is_purged, created_at FROM messages
    WHERE channel_id = $1 AND seq > $2 AND is_imported AND NOT is_purged AND created_at < $3
        AND NOT user_id = ANY($4) AND NOT ($5 AND is_pinned)
    ORDER BY created_at, seq LIMIT {BATCH}
"""  # noqa: S608
STRIP = """
    UPDATE messages m SET content = '', content_type = 'text', formatted_content = NULL, plain_text = NULL,
        previews = NULL, attachments = '[]', reactions = '{}', mentions = NULL, mentions_channel = FALSE,
        mentions_here = FALSE, forwarded = NULL, via = NULL, actions = NULL, poll = NULL, client_message_id = NULL,
        is_pinned = FALSE, is_hidden = FALSE, is_deleted = TRUE, is_purged = TRUE,
        deleted_at = coalesce(deleted_at, $3), updated_at = $3, revision = given.revision, thread_reply_count = (
            SELECT count(*) FROM messages r
            WHERE r.parent_message_id = m.id AND NOT r.is_deleted AND NOT r.id = ANY($1))
    FROM unnest($1::uuid[], $2::bigint[]) AS given(id, revision) WHERE m.id = given.id
"""
# What else holds something of a message, by table; each is emptied of it.
ELSEWHERE = ("message_versions", "kept_contents", "message_mentions", "preview_jobs", "message_reports", "poll_votes")
REMOVE = "DELETE FROM {table} WHERE message_id = ANY($1)"
# Requests to integrations, which say what messages said.
REMOVE_DELIVERIES = """
    DELETE FROM deliveries d USING outgoing_hooks h WHERE h.id = d.hook_id AND h.channel_id = $1 AND d.created_at < $2
"""
UNCOUNT_REPLIES = """
    UPDATE thread_followers f SET replies = greatest(0, f.replies - n)
    FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS gone(thread_id, user_id, n)
    WHERE f.thread_id = gone.thread_id AND f.user_id = gone.user_id
"""
SHOW_FEWER = f"""
    UPDATE messages SET revision = given_revision, thread_participants = {threads.LAST_TO_REPLY},
        thread_reply_count = (
            SELECT count(*) FROM messages r WHERE r.parent_message_id = messages.id AND NOT r.is_deleted)
    FROM unnest($1::uuid[], $2::bigint[]) AS given(thread_id, given_revision) WHERE id = thread_id
    RETURNING {threads.SHOWN}
"""  # noqa: S608
GO_ON = """
    UPDATE channels SET retained_from = $2, last_revision = $3, message_count = message_count - $4 WHERE id = $1
"""
# Kept aside for a hold that has been released since.
FORGET_RELEASED = """
    DELETE FROM kept_contents k USING messages m, channels c
    WHERE k.reason IN ('held', 'quote') AND m.id = k.message_id AND c.id = m.channel_id
        AND NOT is_leaving(c.id) AND NOT EXISTS (
        SELECT FROM legal_holds h WHERE h.workspace_id = c.workspace_id AND h.released_at IS NULL
            AND (h.user_id = m.user_id OR h.channel_id = c.id))
    RETURNING k.message_id
"""
FORGET_VERSIONS = """
    DELETE FROM message_versions v USING messages m
    WHERE m.id = v.message_id AND m.is_deleted AND v.message_id = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The oldest messages of a channel at which retention looks in one transaction."""

    channel: Record
    at: datetime
    old: Sequence[Record]
    gone: Sequence[Record]
    held: int
    # Where retention stands after it.
    stands: int

    @property
    def ids(self) -> list[UUID]:
        return [row["id"] for row in self.gone]

    @property
    def revisions(self) -> list[int]:
        first = self.channel["last_revision"] + 1
        return list(range(first, first + len(self.gone)))


async def run(pool: asyncpg.Pool, key: Ed25519PrivateKey, every: float) -> None:
    """Look every so many seconds at what is too old, for as long as this runs."""

    async def turn() -> float:
        await sweep(pool, key)
        return every

    await repeat(turn, "retention", PART_GONE, Backoff(most=60.0))


async def sweep(pool: asyncpg.Pool, key: Ed25519PrivateKey) -> None:
    """Remove all that is too old now, the oldest of each channel first, and sign what was removed."""
    for row in await pool.fetch(DUE):
        while await _purge(pool, row["id"], key):
            pass
    async with pool.acquire(timeout=5) as db, db.transaction():
        released = [row["message_id"] for row in await db.fetch(FORGET_RELEASED)]
        await db.execute(FORGET_VERSIONS, released)
    await reports.close_all(pool, key)


async def _purge(pool: asyncpg.Pool, channel_id: UUID, key: Ed25519PrivateKey) -> bool:
    """Look at the next 500 messages of a channel; whether there may be more."""
    async with pool.acquire(timeout=5) as db, db.transaction():
        if not await db.fetchval(TAKE_TURN):
            return False
        batch = await _next(db, channel_id)
        if batch is None:
            return False
        revision = batch.channel["last_revision"]
        if batch.gone:
            removed = await _strip(db, batch)
            shown = await _show_threads(db, batch)
            revision += len(batch.gone) + len(shown)
            purged = MessagesPurged(
                message_ids=map(str, batch.ids), seqs=[row["seq"] for row in batch.gone], revisions=batch.revisions,
                purged_at=timestamp(batch.at),
            )  # fmt: skip
            await announcements.messages_purged(db, channel_id, purged)
            await announcements.threads_updated(db, [(channel_id, thread) for thread in shown])
            await reports.add(db, batch.channel["workspace_id"], _line(batch, removed), len(batch.gone), key)
            PURGED.inc(len(batch.gone))
        uncounted = sum(not row["is_deleted"] for row in batch.gone)
        await db.execute(GO_ON, channel_id, batch.stands, revision, uncounted)
        return len(batch.old) == BATCH


async def _next(db: Db, channel_id: UUID) -> _Batch | None:
    """None if nothing is to be done: a hold covers the channel, what comes next is not old enough, or the channel has
    gone to another database."""
    channel, at = await db.fetchrow(LOCK, channel_id), datetime.now(UTC)
    if channel is None:
        return None
    open_holds = await holds.open_in(db, channel["workspace_id"])
    if not channel["days"] or channel_id in open_holds.channel_ids:
        return None
    limit = at - timedelta(days=channel["days"])
    return await _first(db, channel, at, limit, open_holds) or await _imported(db, channel, at, limit, open_holds)


async def _first(db: Db, channel: Record, at: datetime, limit: datetime, open_holds: holds.Holds) -> _Batch | None:
    """The oldest by number, from where retention stands."""
    old = []
    for row in await db.fetch(OLDEST, channel["id"], channel["retained_from"]):
        if row["created_at"] >= limit:
            break
        old.append(row)
    free = [row for row in old if not row["is_purged"] and row["user_id"] not in open_holds.user_ids]
    gone = [row for row in free if not (channel["retention_spares_pins"] and row["is_pinned"])]
    held = sum(not row["is_purged"] and row["user_id"] in open_holds.user_ids for row in old)
    return _Batch(channel, at, old, gone, held, old[-1]["seq"] + 1) if old else None


async def _imported(db: Db, channel: Record, at: datetime, limit: datetime, open_holds: holds.Holds) -> _Batch | None:
    """What is old behind messages that are not."""
    stands, spares = channel["retained_from"], channel["retention_spares_pins"]
    old = await db.fetch(OLDEST_IMPORTED, channel["id"], stands, limit, list(open_holds.user_ids), spares)
    gone = sorted(old, key=lambda row: row["seq"])
    return _Batch(channel, at, old, gone, 0, stands) if old else None


async def _strip(db: Db, batch: _Batch) -> dict[str, int]:
    """How many rows were emptied or removed, by table."""
    removed = {table: _count(await db.execute(REMOVE.format(table=table), batch.ids)) for table in ELSEWHERE}
    last = max(row["created_at"] for row in batch.gone)
    removed["deliveries"] = _count(await db.execute(REMOVE_DELIVERIES, batch.channel["id"], last))
    removed["messages"] = _count(await db.execute(STRIP, batch.ids, batch.revisions, batch.at))
    return {table: number for table, number in removed.items() if number}


async def _show_threads(db: Db, batch: _Batch) -> list[ThreadUpdated]:
    """How threads show that lost replies and whose first message stays as it is."""
    gone = set(batch.ids)
    lost = Counter(
        (row["parent_message_id"], row["user_id"])
        for row in batch.gone
        if row["parent_message_id"] and row["parent_message_id"] not in gone and not row["is_deleted"]
    )
    if not lost:
        return []
    thread_ids, user_ids = zip(*lost, strict=True)
    await db.execute(UNCOUNT_REPLIES, list(thread_ids), list(user_ids), list(lost.values()))
    first = batch.channel["last_revision"] + len(batch.gone) + 1
    shown = sorted(set(thread_ids))
    rows = await db.fetch(SHOW_FEWER, shown, list(range(first, first + len(shown))))
    return [threads.shown(row) for row in rows]


def _line(batch: _Batch, removed: dict[str, int]) -> Json:
    return {
        "channelId": str(batch.channel["id"]), "purgedAt": iso(batch.at), "keptForDays": batch.channel["days"],
        "messages": len(batch.gone), "firstSeq": batch.gone[0]["seq"], "lastSeq": batch.gone[-1]["seq"],
        "saidFrom": iso(min(row["created_at"] for row in batch.gone)),
        "saidTo": iso(max(row["created_at"] for row in batch.gone)),
        "removedFrom": removed, "held": batch.held, "messageIds": [str(id_) for id_ in batch.ids],
    }  # fmt: skip


def _count(status: str) -> int:
    return int(status.rsplit(" ", 1)[1])

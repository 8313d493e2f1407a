"""Imported messages are stored: numbered behind what is there, each once, told to the topic but to nobody."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncpg import Record
from chassis.slots import slot_of
from eventbus import Db
from nexus.messaging.v1.channel_event_pb2 import MessagePosted

from messaging import announcements, shards, threads
from messaging.messages import MOST_PINS
from messaging.rows import message_of
from messaging.sharding.databases import Across, NotThere
from messaging.transfers import staging, steps
from messaging.transfers.jobs import Job, go_on
from messaging.transfers.messages import Row, Source, rows_of
from messaging.transfers.records import Message, Skip
from messaging.transfers.steps import Outcome

AT_ONCE = 250
LOCK = "SELECT id, last_seq, last_revision FROM channels WHERE id = $1 FOR NO KEY UPDATE"
# Of these ids, which are there; a thread has one level.
THERE = "SELECT id, channel_id = $2 AND parent_message_id IS NULL AS is_root FROM messages WHERE id = ANY($1)"
PINNED = "SELECT count(*) FROM messages WHERE channel_id = $1 AND is_pinned"
ADDED = """
    UPDATE channels SET last_seq = last_seq + $2, message_count = message_count + $3,
        last_revision = last_revision + $4 WHERE id = $1
"""
# Who is known to follow or not stays so.
COUNT_REPLIES = """
    INSERT INTO thread_followers AS f (thread_id, channel_id, user_id, replies, last_reply_seq)
    SELECT thread_id, $1, user_id, count(*), max(seq)
    FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS r(thread_id, user_id, seq) GROUP BY thread_id, user_id
    ON CONFLICT (thread_id, user_id) DO UPDATE SET replies = f.replies + excluded.replies,
        last_reply_seq = excluded.last_reply_seq
"""
SHOW_REPLIES = f"""
    UPDATE messages SET thread_reply_count = thread_reply_count + n, revision = given_revision,
        last_reply_at = greatest(coalesce(last_reply_at, at), at), thread_participants = {threads.LAST_TO_REPLY}
    FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::bigint[]) AS given(thread_id, n, at, given_revision)
    WHERE id = thread_id
"""  # noqa: S608 - a constant
FOLLOW = """
    INSERT INTO thread_followers (thread_id, channel_id, user_id, is_following) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
VERSION = """
    INSERT INTO message_versions (message_id, version, content, formatted_content, attachments, written_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
VOTE = """
    INSERT INTO poll_votes (message_id, user_id, option_id, voted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
HIDE = "INSERT INTO kept_contents (message_id, reason, content) VALUES ($1, 'hidden', $2)"


async def store(across: Across, job: Job, source: Source, after: tuple[int, str]) -> list[Message]:
    """The next of a channel's messages behind a place and key; none once all are stored."""
    home = across.home
    read = await staging.next_of(home, job.id, "message", AT_ONCE, source.channel_key, after)
    records = [record for record in read if isinstance(record, Message)]
    if not records:
        return []
    made = await asyncio.to_thread(rows_of, source, records)
    unmade = [
        Skip(k="skip", reason=row, what=f"{source.channel_key}/{record.key}")
        for record, row in zip(records, made, strict=True)
        if isinstance(row, str)
    ]
    await staging.skip(home, job, unmade)
    outcome = await _stored_once(across, job, source, records[-1], [row for row in made if isinstance(row, Row)])
    job.count("messagesNew", outcome.new)
    job.count("messagesBefore", outcome.before)
    await staging.skip(home, job, outcome.skips)
    _count(job, source, [row for row in made if isinstance(row, Row)], outcome.skips)
    await staging.done(home, job.id, "message", [record.key for record in records], source.channel_key)
    job.progress += len(records)
    await go_on(home, job, progress=job.progress)
    return records


def _count(job: Job, source: Source, rows: Sequence[Row], skips: Sequence[Skip]) -> None:
    """What came with the messages, in the words and by the rules of the forecast."""
    lost = Counter(skip.reason for skip in skips)
    replies = sum(None not in (row.record.parent, row.record.parent_at) for row in rows)
    job.count("replies", replies - lost["thread_without_beginning"])
    job.count("edits", sum(row.record.is_edited for row in rows))
    job.count("pins", sum(row.record.is_pinned and not row.record.is_deleted for row in rows) - lost["too_many_pins"])
    job.count("files", sum(each.get("type") == "link" for row in rows for each in row.record.attachments))
    job.count("reactions", sum(_reactions(source, row.record) for row in rows))


def _reactions(source: Source, record: Message) -> int:
    people = [] if record.is_deleted else record.reactions.values()
    return sum(len({key for key in keys if key in source.names.people}) for keys in people)


async def _stored_once(across: Across, job: Job, source: Source, last: Message, rows: Sequence[Row]) -> Outcome:
    """What came of these rows, which may have been stored elsewhere by somebody who was killed before home knew."""
    db = await across.of(source.channel_id)
    channel = await db.fetchrow(LOCK, source.channel_id)
    if channel is None:
        if await db.fetchval(shards.HAS_GONE, slot_of(source.channel_id)):
            raise NotThere("A channel of the import has just gone to another server.")
        raise LookupError(f"channel {source.channel_id} of an import has gone")
    if db is across.home:
        return await _store(db, source, channel, rows)
    outcome = await steps.outcome_of(db, job.id, source.channel_id, source.channel_key, last)
    if outcome is None:
        outcome = await _store(db, source, channel, rows)
        await steps.keep(db, job.id, source.channel_id, source.channel_key, last, outcome)
    return outcome


async def _store(db: Db, source: Source, channel: Record, rows: Sequence[Row]) -> Outcome:
    asked = {row.id for row in rows} | {row.parent_id for row in rows if row.parent_id}
    there = {row["id"]: row["is_root"] for row in await db.fetch(THERE, list(asked), source.channel_id)}
    new = [row for row in rows if row.id not in there]
    if not new:
        return Outcome(0, len(rows))
    skips = await _settle(db, source, new, there)
    for seq, row in enumerate(new, channel["last_seq"] + 1):
        row.columns["seq"] = seq
    await db.copy_records_to_table(
        "messages", columns=list(new[0].columns), records=[tuple(row.columns.values()) for row in new]
    )
    await _keep_the_rest(db, source, new)
    revisions = await _show_threads(db, source, channel, new)
    shown = sum(not row.columns["is_deleted"] for row in new)
    await db.execute(ADDED, source.channel_id, len(new), shown, revisions)
    await announcements.messages_posted(db, [MessagePosted(message=message_of(row.columns)) for row in new])  # type: ignore[arg-type]
    return Outcome(len(new), len(rows) - len(new), skips)


async def _settle(db: Db, source: Source, rows: Sequence[Row], there: Mapping[UUID, bool]) -> list[Skip]:
    """What does not fit is said in the channel instead of a thread that is not there, or is not pinned."""
    pins = await db.fetchval(PINNED, source.channel_id) if any(row.columns["is_pinned"] for row in rows) else 0
    roots = {id_ for id_, is_root in there.items() if is_root}
    skips = []
    for row in rows:
        if row.parent_id and row.parent_id not in roots:
            row.columns.update(parent_message_id=None, also_to_channel=False)
            skips.append(Skip(k="skip", reason="thread_without_beginning", what=_place(source, row)))
        if row.parent_id is None:
            roots.add(row.id)
        pins += row.columns["is_pinned"]
        if row.columns["is_pinned"] and pins > MOST_PINS:
            row.columns["is_pinned"] = False
            skips.append(Skip(k="skip", reason="too_many_pins", what=_place(source, row)))
    return skips


async def _keep_the_rest(db: Db, source: Source, rows: Sequence[Row]) -> None:
    if versions := [version for row in rows for version in row.versions]:
        await db.executemany(VERSION, versions)
    if votes := [vote for row in rows for vote in row.votes]:
        await db.executemany(VOTE, votes)
    if hidden := [(row.id, row.hidden) for row in rows if row.hidden]:
        await db.executemany(HIDE, hidden)
    if followers := [(row.id, source.channel_id, *each) for row in rows for each in row.followers]:
        await db.executemany(FOLLOW, followers)


async def _show_threads(db: Db, source: Source, channel: Record, rows: Sequence[Row]) -> int:
    """How many threads show more replies now, each with a revision."""
    replies = [row for row in rows if row.parent_id and not row.columns["is_deleted"]]
    counts = Counter(row.parent_id for row in replies)
    if not counts:
        return 0
    await threads.follow(db, [], [id_ for id_ in counts if id_])
    said = [(row.parent_id, row.columns["user_id"], row.columns["seq"]) for row in replies]
    await db.execute(COUNT_REPLIES, source.channel_id, *map(list, zip(*said, strict=True)))
    latest = {row.parent_id: row.columns["created_at"] for row in replies}
    first = channel["last_revision"] + 1
    revisions = list(range(first, first + len(counts)))
    await db.execute(SHOW_REPLIES, list(counts), list(counts.values()), [latest[id_] for id_ in counts], revisions)
    return len(counts)


def _place(source: Source, row: Row) -> str:
    return f"{source.channel_key}/{row.record.key}"

"""Threads: how a message shows the replies to it, and who follows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.channel_event_pb2 import ThreadUpdated
from nexus.messaging.v1.personal_event_pb2 import ThreadFollowed

from messaging.personal import devices
from messaging.rows import MESSAGE, message_json, texts, timestamp

PARTICIPANTS = 5
LISTED = 100
# So many followers of a thread are told to others of a reply.
MOST_TOLD = 5_000

# Whoever replies follows, even if they had stopped to.
COUNT_REPLIES = """
    INSERT INTO thread_followers AS f (thread_id, channel_id, user_id, replies, last_reply_seq)
    SELECT thread_id, channel_id, user_id, count(*), max(seq)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) AS r(thread_id, channel_id, user_id, seq)
    GROUP BY thread_id, channel_id, user_id
    ON CONFLICT (thread_id, user_id) DO UPDATE SET is_following = TRUE, replies = f.replies + excluded.replies,
        last_reply_seq = excluded.last_reply_seq
"""
# Who is named in a thread follows it; its first message's author and those named there do once it has a reply.
FOLLOW = """
    INSERT INTO thread_followers (thread_id, channel_id, user_id)
    SELECT thread_id, channel_id, user_id FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
        AS named(thread_id, channel_id, user_id)
    UNION SELECT id, channel_id, user_id FROM messages WHERE id = ANY($4) AND thread_reply_count = 0
    UNION SELECT message_id, n.channel_id, n.user_id FROM message_mentions n JOIN messages m ON m.id = n.message_id
        WHERE n.message_id = ANY($4) AND m.thread_reply_count = 0 AND n.kind = 'user'
    ON CONFLICT DO NOTHING
"""
LAST_TO_REPLY = f"""ARRAY(
    SELECT f.user_id FROM thread_followers f WHERE f.thread_id = messages.id AND f.replies > 0
    ORDER BY f.last_reply_seq DESC LIMIT {PARTICIPANTS})
"""  # noqa: S608
SHOWN = "id, thread_reply_count, last_reply_at, thread_participants, revision"
SHOW_REPLIES = f"""
    UPDATE messages SET thread_reply_count = thread_reply_count + n, last_reply_at = $4, revision = given_revision,
        thread_participants = {LAST_TO_REPLY}
    FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS given(thread_id, n, given_revision) WHERE id = thread_id
    RETURNING {SHOWN}
"""  # noqa: S608
UNCOUNT_REPLY = "UPDATE thread_followers SET replies = greatest(0, replies - 1) WHERE thread_id = $1 AND user_id = $2"
SHOW_ONE_LESS = f"""
    UPDATE messages SET thread_reply_count = greatest(0, thread_reply_count - 1), revision = $2,
        thread_participants = {LAST_TO_REPLY}, last_reply_at = (
            SELECT r.created_at FROM messages r WHERE r.parent_message_id = $1 AND NOT r.is_deleted
            ORDER BY r.seq DESC LIMIT 1)
    WHERE id = $1 RETURNING {SHOWN}
"""  # noqa: S608

ROOT = f"SELECT {MESSAGE} FROM messages WHERE id = $1"  # noqa: S608
SEQ_OF = "SELECT seq FROM messages WHERE id = $1 AND parent_message_id = $2"
BEFORE = f"""
    SELECT {MESSAGE} FROM messages WHERE parent_message_id = $1 AND seq < $2 AND seq > $3 ORDER BY seq DESC LIMIT $4
"""  # noqa: S608
AFTER = BEFORE.replace("DESC", "ASC")
NO_END = 2**62
PEOPLE = f"SELECT user_id FROM thread_followers WHERE thread_id = $1 AND replies > 0 ORDER BY user_id LIMIT {LISTED}"  # noqa: S608
# Who left the channel hears nothing of it, and counts no more.
FOLLOWERS = """
    SELECT count(*) AS number, coalesce(bool_or(f.user_id = $2), FALSE) AS mine
    FROM thread_followers f JOIN channel_members m ON m.channel_id = f.channel_id AND m.user_id = f.user_id
    WHERE f.thread_id = $1 AND f.is_following
"""
FOLLOWING = f"""
    SELECT f.thread_id, f.user_id FROM unnest($1::uuid[]) AS t(id) CROSS JOIN LATERAL (
        SELECT f.thread_id, f.user_id FROM thread_followers f
        JOIN channel_members m ON m.channel_id = f.channel_id AND m.user_id = f.user_id
        WHERE f.thread_id = t.id AND f.is_following ORDER BY f.user_id LIMIT {MOST_TOLD}) AS f
"""  # noqa: S608
LAST_READ = "SELECT last_read_seq FROM thread_reads WHERE thread_id = $1 AND user_id = $2"
SET_FOLLOWING = """
    INSERT INTO thread_followers AS f (thread_id, channel_id, user_id, is_following) VALUES ($1, $2, $3, $4)
    ON CONFLICT (thread_id, user_id) DO UPDATE SET is_following = excluded.is_following
        WHERE f.is_following <> excluded.is_following
    RETURNING TRUE
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it is stored, and whom it names."""

    thread_id: UUID
    channel_id: UUID
    user_id: UUID
    seq: int
    named: Sequence[UUID]


async def answer(db: Db, replies: Sequence[Reply], revisions: Mapping[UUID, int], at: datetime) -> list[ThreadUpdated]:
    """Count new replies and let people follow; how each thread shows now, each with the revision given for it."""
    if not replies:
        return []
    columns = zip(*((reply.thread_id, reply.channel_id, reply.user_id, reply.seq) for reply in replies), strict=True)
    await db.execute(COUNT_REPLIES, *map(list, columns))
    numbers = Counter(reply.thread_id for reply in replies)
    named = [(reply.thread_id, reply.channel_id, who) for reply in replies for who in reply.named]
    await follow(db, named, list(numbers))
    rows = await db.fetch(SHOW_REPLIES, list(numbers), list(numbers.values()), [revisions[id_] for id_ in numbers], at)
    return [shown(row) for row in rows]


async def followers(db: Db, thread_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Members of its channel who follow each thread, as far as others are told of them."""
    found: dict[UUID, list[UUID]] = {}
    for row in await db.fetch(FOLLOWING, thread_ids) if thread_ids else ():
        found.setdefault(row["thread_id"], []).append(row["user_id"])
    return found


async def withdraw(db: Db, thread_id: UUID, user_id: UUID, revision: int) -> ThreadUpdated:
    """A reply was deleted: how its thread shows now."""
    await db.execute(UNCOUNT_REPLY, thread_id, user_id)
    row = await db.fetchrow(SHOW_ONE_LESS, thread_id, revision)
    if row is None:
        raise not_found("thread")
    return shown(row)


async def follow(db: Db, named: Sequence[tuple[UUID, UUID, UUID]], answered: Sequence[UUID] = ()) -> None:
    """Let people follow, each a thread, its channel and the person, unless they stopped to; and whoever is to follow
    a thread as soon as it has been answered."""
    columns = map(list, zip(*named, strict=True)) if named else ([], [], [])
    await db.execute(FOLLOW, *columns, list(answered))


async def page(db: Db, thread_id: UUID, user_id: UUID, limit: int, before: UUID | None, after: UUID | None) -> Json:
    """The thread's first message with a page of its replies, oldest first: the newest, or those just before or after
    one of them. `participants` are the first 100 of those who wrote in it, `followers` how many follow, and
    `lastReadSeq` is how far the asker has read."""
    root = await db.fetchrow(ROOT, thread_id)
    if root is None:
        raise not_found("thread")
    low = await _seq(db, thread_id, after) if after else 0
    high = await _seq(db, thread_id, before) if before else NO_END
    rows = await db.fetch(AFTER if after and not before else BEFORE, thread_id, high, low, limit + 1)
    following = await db.fetchrow(FOLLOWERS, thread_id, user_id)
    last_read_seq: int | None = await db.fetchval(LAST_READ, thread_id, user_id)
    return {
        "root": message_json(root),
        "replies": [message_json(row) for row in sorted(rows[:limit], key=lambda row: int(row["seq"]))],
        "hasMore": len(rows) > limit,
        "participants": texts(row["user_id"] for row in await db.fetch(PEOPLE, thread_id)),
        "followers": following["number"] if following else 0,
        "isFollowing": bool(following and following["mine"]),
        "lastReadSeq": last_read_seq or 0,
    }


async def set_following(db: Db, thread_id: UUID, channel_id: UUID, user_id: UUID, is_following: bool) -> None:
    """Follow or not; what is so already changes nothing, and is told to nobody."""
    if await db.fetchval(SET_FOLLOWING, thread_id, channel_id, user_id, is_following):
        told = ThreadFollowed(channel_id=str(channel_id), thread_id=str(thread_id), is_following=is_following)
        await devices.tell(db, user_id, told)


async def _seq(db: Db, thread_id: UUID, message_id: UUID) -> int:
    seq: int | None = await db.fetchval(SEQ_OF, message_id, thread_id)
    if seq is None:
        raise not_found("reply")
    return seq


def shown(row: Record) -> ThreadUpdated:
    return ThreadUpdated(
        message_id=str(row["id"]), thread_reply_count=row["thread_reply_count"],
        last_reply_at=timestamp(row["last_reply_at"]), participants=texts(row["thread_participants"]),
        revision=row["revision"],
    )  # fmt: skip

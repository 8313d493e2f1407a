"""What is unread in threads: counted from the replies each time it is asked, never kept."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import one
from eventbus import Db
from eventbus.wire import Json

from messaging.read_state.unread import EVERYONE, MOST_COUNTED
from messaging.rows import MESSAGE, message_json, qualified

MOST_LISTED = 100

# Of a thread t.id and a person $1 who has read it up to r.last_read_seq.
COUNTS = f"""
    (SELECT count(*) FROM (
        SELECT FROM messages a WHERE a.parent_message_id = t.id AND a.seq > coalesce(r.last_read_seq, 0)
            AND a.user_id <> $1 AND NOT a.is_deleted AND NOT a.is_imported LIMIT {MOST_COUNTED}) AS found) AS unread,
    (SELECT count(*) FROM (
        SELECT DISTINCT n.seq FROM message_mentions n WHERE n.channel_id = t.channel_id AND n.thread_id = t.id
            AND n.user_id IN ($1, '{EVERYONE}') AND n.author_id <> $1 AND n.seq > coalesce(r.last_read_seq, 0)
        LIMIT {MOST_COUNTED}) AS found) AS unread_mentions
"""  # noqa: S608
OF_THREAD = f"""
    SELECT t.id AS thread_id, t.channel_id, coalesce(r.last_read_seq, 0) AS last_read_seq, {COUNTS}
    FROM messages t LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = $1 WHERE t.id = $2
"""  # noqa: S608
FOLLOWED = f"""
    SELECT * FROM (
        SELECT {qualified(MESSAGE, "t")}, coalesce(r.last_read_seq, 0) AS last_read_seq, {COUNTS}
        FROM thread_followers f
        JOIN channel_members m ON m.channel_id = f.channel_id AND m.user_id = f.user_id
        JOIN channels c ON c.id = f.channel_id AND NOT c.is_archived
        JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = f.user_id AND w.status = 'active'
        JOIN messages t ON t.id = f.thread_id AND t.thread_reply_count > 0
        LEFT JOIN thread_reads r ON r.thread_id = t.id AND r.user_id = f.user_id
        WHERE f.user_id = $1 AND f.is_following
    ) AS followed WHERE unread > 0 OR NOT $2 ORDER BY last_reply_at DESC NULLS LAST, id DESC LIMIT {MOST_LISTED} + 1
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class UnreadThread:
    """What somebody has not read of a thread: others' replies after `last_read_seq`, 1,000 meaning so many or more."""

    thread_id: UUID
    channel_id: UUID
    last_read_seq: int
    unread: int
    unread_mentions: int

    def as_json(self) -> Json:
        return {
            "threadId": str(self.thread_id),
            "channelId": str(self.channel_id),
            "lastReadSeq": self.last_read_seq,
            "unread": self.unread,
            "mentions": self.unread_mentions,
        }


async def of_thread(db: Db, user_id: UUID, thread_id: UUID) -> UnreadThread:
    return UnreadThread(**dict(await one(db, OF_THREAD, user_id, thread_id)))


async def followed(db: Db, user_id: UUID, only_unread: bool) -> Json:
    """The first messages of the threads that somebody follows, each with what is unread; the last answered first."""
    rows = await db.fetch(FOLLOWED, user_id, only_unread)
    threads = [
        {
            "root": message_json(row),
            "lastReadSeq": row["last_read_seq"],
            "unread": row["unread"],
            "mentions": row["unread_mentions"],
        }
        for row in rows[:MOST_LISTED]
    ]
    return {"threads": threads, "hasMore": len(rows) > MOST_LISTED}

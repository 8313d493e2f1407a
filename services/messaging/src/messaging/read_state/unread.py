"""What is unread: counted from the messages themselves each time it is asked, never kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chassis.database import one
from eventbus import Db
from eventbus.wire import Json, iso

from messaging.rows import plain_json

# More than these are told as these: "999+".
MOST_COUNTED = 1_000
# Only the newest numbers are looked at, so that a channel full of one's own messages costs no more than others.
NEWEST = 10_000
# Channels of one person whose counts are told at once.
MOST_CHANNELS = 5_000
# Stands for everyone in the channel in message_mentions.
EVERYONE = UUID(int=0)

# What counts: others' messages after the marker that are there and shown in the channel.
FROM_HERE = f"greatest(m.last_read_seq, c.last_seq - {NEWEST})"
SINCE = f"t.channel_id = m.channel_id AND t.seq > {FROM_HERE}"
COUNTS = f"{SINCE} AND t.user_id <> m.user_id"
SHOWN = "NOT t.is_deleted AND NOT t.is_imported AND (t.parent_message_id IS NULL OR t.also_to_channel)"
FOR_NOBODY = "(t.is_deleted OR t.is_imported OR (t.parent_message_id IS NOT NULL AND NOT t.also_to_channel))"
# Numbers have no gaps: these are all after the marker, less the few that count for nobody, and one's own.
UNREAD = f"""
    least({MOST_COUNTED}, c.last_seq - {FROM_HERE}
        - (SELECT count(*) FROM messages t WHERE {SINCE} AND {FOR_NOBODY})
        - (SELECT count(*) FROM messages t WHERE {SINCE} AND t.user_id = m.user_id AND {SHOWN}))
"""  # noqa: S608 - constants
# A row of message_mentions is gone with its message.
MENTIONS = f"""
    n.channel_id = m.channel_id AND n.user_id IN (m.user_id, '{EVERYONE}') AND n.author_id <> m.user_id
    AND n.seq > {FROM_HERE}
    AND (n.thread_id IS NULL OR EXISTS (SELECT FROM messages r WHERE r.id = n.message_id AND r.also_to_channel))
"""
STATE = f"""
    SELECT m.channel_id, m.last_read_seq, m.level, m.muted_until, c.last_seq, c.last_revision,
        {UNREAD} AS unread,
        (SELECT count(*) FROM (SELECT DISTINCT n.seq FROM message_mentions n WHERE {MENTIONS} LIMIT {MOST_COUNTED})
            AS found) AS mentions
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
"""  # noqa: S608
OF_CHANNEL = f"{STATE} WHERE m.user_id = $1 AND m.channel_id = $2"
OF_EVERY_CHANNEL = f"""
    {STATE}
    JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = m.user_id AND w.status = 'active'
    WHERE m.user_id = $1 AND NOT c.is_archived LIMIT {MOST_CHANNELS}
"""
EXPLAIN = f"""
    SELECT t.id, t.seq, t.user_id, t.created_at,
        CASE WHEN EXISTS (SELECT FROM message_mentions n WHERE n.seq = t.seq AND {MENTIONS})
            THEN 'mention' ELSE 'message' END AS why
    FROM channel_members m JOIN channels c ON c.id = m.channel_id JOIN messages t ON {COUNTS} AND {SHOWN}
    WHERE m.user_id = $1 AND m.channel_id = $2 ORDER BY t.seq LIMIT {MOST_COUNTED}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Unread:
    """What a member has not read in a channel, and of what in it they want to hear.

    `unread` and `mentions` count what is after `last_read_seq`, 1,000 meaning so many or more, as the channel was at
    `last_seq` and `last_revision`.
    """

    channel_id: UUID
    unread: int
    mentions: int
    last_read_seq: int
    last_seq: int
    last_revision: int
    level: str
    muted_until: datetime | None

    @property
    def is_muted(self) -> bool:
        """Nothing of the channel is to be heard now."""
        return self.level == "nothing" or (self.muted_until is not None and self.muted_until > datetime.now(UTC))

    def as_json(self) -> Json:
        return {
            "channelId": str(self.channel_id),
            "unread": self.unread,
            "mentions": self.mentions,
            "lastReadSeq": self.last_read_seq,
            "lastSeq": self.last_seq,
            "lastRevision": self.last_revision,
            "level": self.level,
            "mutedUntil": iso(self.muted_until) if self.muted_until else None,
            "muted": self.is_muted,
        }


async def of_channel(db: Db, user_id: UUID, channel_id: UUID) -> Unread:
    """`LookupError` for who is not in it."""
    return Unread(**dict(await one(db, OF_CHANNEL, user_id, channel_id)))


async def of_every_channel(db: Db, user_id: UUID) -> Json:
    """What is unread in each of somebody's channels, and in all of those of which they want to hear."""
    found = [Unread(**dict(row)) for row in await db.fetch(OF_EVERY_CHANNEL, user_id)]
    heard = [each for each in found if not each.is_muted]
    totals = {
        "unread": sum(each.unread for each in heard if each.level == "all"),
        "mentions": sum(each.mentions for each in heard),
    }
    return {"channels": [each.as_json() for each in found], "totals": totals}


async def messages_behind(db: Db, user_id: UUID, channel_id: UUID) -> list[Json]:
    """The messages behind the count, oldest first, each with `why` it counts: as a message or as a mention."""
    rows = await db.fetch(EXPLAIN, user_id, channel_id)
    return [plain_json(row, "id", "seq", "user_id", "created_at", "why") for row in rows]

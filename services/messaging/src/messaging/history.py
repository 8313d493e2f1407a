"""Reading messages: pages of a channel, and where somebody belongs."""

from uuid import UUID

from chassis.database import one
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json

from messaging.moderation import silences
from messaging.rows import CHANNEL, MESSAGE, channel_json, message_json, qualified

SEQ_OF = "SELECT seq FROM messages WHERE id = $1 AND channel_id = $2"
MATCHES = "channel_id = $1 AND ($2::text IS NULL OR (NOT is_deleted AND coalesce(plain_text, content) ILIKE $2))"
BEFORE = f"SELECT {MESSAGE} FROM messages WHERE {MATCHES} AND seq < $3 AND seq > $4 ORDER BY seq DESC LIMIT $5"  # noqa: S608
AFTER = BEFORE.replace("DESC", "ASC")
TOTAL = f"SELECT count(*) FROM messages WHERE {MATCHES}"  # noqa: S608
CHANNEL_NOW = "SELECT message_count, last_revision FROM channels WHERE id = $1"
NO_END = 2**62

MINE = f"""
    SELECT c.last_seq, c.last_revision, {qualified(CHANNEL, "c")}
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
    JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = m.user_id AND w.status = 'active'
    WHERE m.user_id = $1 AND NOT c.is_archived
"""  # noqa: S608
WORKSPACES = "SELECT workspace_id, role FROM workspace_members WHERE user_id = $1 AND status = 'active'"


async def page(
    db: Db, channel_id: UUID, limit: int, before: UUID | None, after: UUID | None, search: str | None
) -> Json:
    """A page of a channel, oldest first: the newest, or those just before or after a message; deleted ones are
    tombstones, which a search leaves out. Changes up to `lastRevision` are in it. `Problem` 404 for a message that is
    not in the channel."""
    # Before the messages: what changes meanwhile is then brought twice, but never missed.
    now = await one(db, CHANNEL_NOW, channel_id)
    low = await _seq(db, channel_id, after) if after else 0
    high = await _seq(db, channel_id, before) if before else NO_END
    pattern = f"%{_escaped(search)}%" if search else None
    query = AFTER if after and not before else BEFORE
    rows = await db.fetch(query, channel_id, pattern, high, low, limit + 1)
    chosen = sorted(rows[:limit], key=lambda row: int(row["seq"]))
    total = await db.fetchval(TOTAL, channel_id, pattern) if search else now["message_count"]
    return {
        "messages": [message_json(row) for row in chosen],
        "hasMore": len(rows) > limit,
        "total": total,
        "lastRevision": now["last_revision"],
    }


async def state(db: Db, user_id: UUID) -> Json:
    """Where a user belongs: each of their channels with its last number, and their workspaces; and where they are
    silent."""
    channels = [{**channel_json(row), "lastSeq": row["last_seq"]} for row in await db.fetch(MINE, user_id)]
    workspaces = await db.fetch(WORKSPACES, user_id)
    return {
        "channels": channels,
        "workspaceIds": [str(row["workspace_id"]) for row in workspaces],
        "guestIn": [str(row["workspace_id"]) for row in workspaces if row["role"] == "guest"],
        "silences": await silences.of(db, user_id),
    }


async def _seq(db: Db, channel_id: UUID, message_id: UUID) -> int:
    seq: int | None = await db.fetchval(SEQ_OF, message_id, channel_id)
    if seq is None:
        raise not_found("message")
    return seq


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

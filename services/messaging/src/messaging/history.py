"""Reading messages: pages of a channel, and what a client missed."""

from collections.abc import Mapping
from uuid import UUID

from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json

from messaging.metrics import SYNCED
from messaging.rows import CHANNEL, MESSAGE, channel_json, message_json, qualified

MOST_MISSED = 1_000
MOST_MISSED_CHARACTERS = 400_000

SEQ_OF = "SELECT seq FROM messages WHERE id = $1 AND channel_id = $2"
MATCHES = "channel_id = $1 AND ($2::text IS NULL OR (NOT is_deleted AND content ILIKE $2))"
BEFORE = f"SELECT {MESSAGE} FROM messages WHERE {MATCHES} AND seq < $3 AND seq > $4 ORDER BY seq DESC LIMIT $5"  # noqa: S608
AFTER = BEFORE.replace("DESC", "ASC")
TOTAL = f"SELECT count(*) FROM messages WHERE {MATCHES}"  # noqa: S608
MESSAGE_COUNT = "SELECT message_count FROM channels WHERE id = $1"
NO_END = 2**62

MINE = f"""
    SELECT c.last_seq, {qualified(CHANNEL, "c")}
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
    JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = m.user_id AND w.status = 'active'
    WHERE m.user_id = $1 AND NOT c.is_archived
"""  # noqa: S608
WORKSPACES = "SELECT workspace_id FROM workspace_members WHERE user_id = $1 AND status = 'active'"
MISSED = f"""
    SELECT t.* FROM unnest($1::uuid[], $2::bigint[]) AS held(channel_id, seq)
    CROSS JOIN LATERAL (
        SELECT {MESSAGE} FROM messages m WHERE m.channel_id = held.channel_id AND m.seq > held.seq ORDER BY m.seq
        LIMIT {MOST_MISSED}
    ) AS t
"""  # noqa: S608


async def page(
    db: Db, channel_id: UUID, limit: int, before: UUID | None, after: UUID | None, search: str | None
) -> Json:
    """A page of a channel, oldest first: the newest, or those just before or after a message; deleted ones are
    tombstones, which a search leaves out. `Problem` 404 for a message that is not in the channel."""
    low = await _seq(db, channel_id, after) if after else 0
    high = await _seq(db, channel_id, before) if before else NO_END
    pattern = f"%{_escaped(search)}%" if search else None
    query = AFTER if after and not before else BEFORE
    rows = await db.fetch(query, channel_id, pattern, high, low, limit + 1)
    chosen = sorted(rows[:limit], key=lambda row: int(row["seq"]))
    total = await (db.fetchval(TOTAL, channel_id, pattern) if search else db.fetchval(MESSAGE_COUNT, channel_id))
    return {"messages": [message_json(row) for row in chosen], "hasMore": len(rows) > limit, "total": total}


async def state(db: Db, user_id: UUID) -> Json:
    """Where a user belongs: each of their channels with its last number, and their workspaces."""
    channels = [{**channel_json(row), "lastSeq": row["last_seq"]} for row in await db.fetch(MINE, user_id)]
    workspaces = [str(row["workspace_id"]) for row in await db.fetch(WORKSPACES, user_id)]
    return {"channels": channels, "workspaceIds": workspaces}


async def missed(db: Db, user_id: UUID, held: Mapping[str, int]) -> Json:
    """What a client misses that holds each channel up to a number: per channel the later messages in order, or
    `reset` where it must load anew (no longer a member, too far behind, or ahead of us); also channels it did not
    name."""
    mine = {str(row["id"]): row for row in await db.fetch(MINE, user_id)}
    behind = {id_: seq for id_, seq in held.items() if id_ in mine and _can_catch_up(seq, mine[id_]["last_seq"])}
    messages = await _missed_messages(db, {id_: seq for id_, seq in behind.items() if seq < mine[id_]["last_seq"]})
    answer: Json = {}
    for id_ in {**held, **mine}:
        answer[id_] = _answer(id_, held, mine.get(id_), behind, messages)
    return {"channels": answer}


def _can_catch_up(seq: int, last_seq: int) -> bool:
    return last_seq - MOST_MISSED <= seq <= last_seq


def _answer(
    id_: str, held: Mapping[str, int], row: Record | None, behind: Mapping[str, int], messages: Mapping[str, list[Json]]
) -> Json:
    if row is None:
        SYNCED.labels("reset").inc()
        return {"reset": True}
    told = {"channel": channel_json(row), "lastSeq": row["last_seq"]}
    if id_ not in held:
        SYNCED.labels("new").inc()
        return {**told, "messages": [], "isNew": True}
    found = messages.get(id_, [])
    # The newest number was read before the messages, so more may have come; fewer means the bound was reached.
    complete = id_ in behind and (found[-1]["seq"] if found else behind[id_]) >= row["last_seq"]
    SYNCED.labels("complete" if complete else "reset").inc()
    if not complete:
        return {**told, "reset": True}
    return {**told, "messages": found, "lastSeq": found[-1]["seq"] if found else row["last_seq"]}


async def _missed_messages(db: Db, behind: Mapping[str, int]) -> dict[str, list[Json]]:
    if not behind:
        return {}
    found: dict[str, list[Json]] = {}
    characters = 0
    for row in await db.fetch(MISSED, [UUID(id_) for id_ in behind], list(behind.values())):
        characters += len(row["content"]) + len(row["attachments"]) + 500
        if characters > MOST_MISSED_CHARACTERS:
            break
        found.setdefault(str(row["channel_id"]), []).append(message_json(row))
    return found


async def _seq(db: Db, channel_id: UUID, message_id: UUID) -> int:
    seq: int | None = await db.fetchval(SEQ_OF, message_id, channel_id)
    if seq is None:
        raise not_found("message")
    return seq


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

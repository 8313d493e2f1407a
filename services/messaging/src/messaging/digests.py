"""Proof of completeness: a short hash of what a client should hold, to compare with what it holds."""

from collections.abc import Mapping
from uuid import UUID

from chassis.problems import Problem
from eventbus import Db
from eventbus.wire import Json

MOST_CHANNELS = 500
MOST_MESSAGES = 1_000
NEWEST = 200

# One line a message, in order: "<seq>:<id>:<updatedAt>". An edit or deletion changes the line, so it shows.
DIGEST = f"""
    SELECT c.id, c.last_seq, c.last_revision, wanted.from_seq, coalesce(d.number, 0) AS number,
        encode(sha256(convert_to(coalesce(d.lines, ''), 'UTF8')), 'hex') AS hash
    FROM channel_members m
    JOIN channels c ON c.id = m.channel_id AND NOT c.is_archived
    JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = m.user_id AND w.status = 'active'
    LEFT JOIN unnest($2::uuid[], $3::bigint[]) AS asked(channel_id, seq) ON asked.channel_id = c.id
    CROSS JOIN LATERAL (SELECT greatest(
        coalesce(asked.seq, c.last_seq - {NEWEST} + 1), c.last_seq - {MOST_MESSAGES} + 1, 1) AS from_seq) AS wanted
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, string_agg(seq || ':' || id || ':' ||
            to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), E'\\n' ORDER BY seq) AS lines
        FROM messages WHERE channel_id = c.id AND seq >= wanted.from_seq) AS d
    WHERE m.user_id = $1 AND (cardinality($2::uuid[]) = 0 OR asked.channel_id IS NOT NULL)
"""  # noqa: S608


async def of_channels(db: Db, user_id: UUID, since: Mapping[UUID, int]) -> Json:
    """Per channel of the user `lastSeq` and `lastRevision`, and `count` and `hash` of the messages from `fromSeq` on.

    `since` names channels with the first number to count; without it all are answered, each for its newest 200.
    At most 1,000 messages of a channel are counted: `fromSeq` says from where. The hash is SHA-256, hexadecimal, of
    one line a message, "seq:id:updatedAt", with line feeds between them.
    """
    rows = await db.fetch(DIGEST, user_id, list(since), list(since.values()))
    return {
        "channels": {
            str(row["id"]): {
                "lastSeq": row["last_seq"],
                "lastRevision": row["last_revision"],
                "fromSeq": row["from_seq"],
                "count": row["number"],
                "hash": row["hash"],
            }
            for row in rows
        }
    }


def read_since(text: str) -> dict[UUID, int]:
    """`<channel id>:<seq>,...` as given in a query; `Problem` 422 if it is not that."""
    try:
        pairs = [each.split(":") for each in text.split(",") if each]
        since = {UUID(channel_id): int(seq) for channel_id, seq in pairs}
    except ValueError:
        raise Problem(422, "invalid_request", "from: must be channelId:seq with commas between them") from None
    if len(since) > MOST_CHANNELS or not all(0 <= seq < 2**53 for seq in since.values()):
        raise Problem(422, "invalid_request", f"from: {MOST_CHANNELS} channels at the most, numbers from 0")
    return since

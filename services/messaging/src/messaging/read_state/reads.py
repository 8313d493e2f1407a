"""How far people have read: markers that move forward, and back when somebody marks a message unread."""

from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json

from messaging.read_state import announcements, unread
from messaging.rows import plain_json

# Locked, so that the events of two devices come in the order of their changes.
MINE = """
    SELECT m.last_read_seq, m.furthest_read_seq, c.last_seq, c.type
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
    WHERE m.channel_id = $1 AND m.user_id = $2 FOR NO KEY UPDATE OF m
"""
MOVE = """
    UPDATE channel_members SET last_read_seq = $3, furthest_read_seq = greatest(furthest_read_seq, $3),
        read_at = CASE WHEN $3 > furthest_read_seq THEN now() ELSE read_at END
    WHERE channel_id = $1 AND user_id = $2
"""
# Whoever sends no receipts sees none.
HIDES = "SELECT FROM preferences p WHERE p.user_id = {user} AND NOT p.sends_read_receipts"
RECEIPTS = f"""
    SELECT m.user_id, m.furthest_read_seq AS last_read_seq, m.read_at FROM channel_members m
    WHERE m.channel_id = $1 AND m.user_id <> $2 AND NOT EXISTS ({HIDES.format(user="m.user_id")})
        AND NOT EXISTS ({HIDES.format(user="$2")})
    ORDER BY m.user_id
"""  # noqa: S608 - constants


async def read_up_to(db: Db, channel_id: UUID, user_id: UUID, seq: int) -> None:
    """Everything up to this number is read; never goes back. `Problem` 422 for a number that the channel has not
    come to."""
    mine = await _mine(db, channel_id, user_id)
    if seq > mine["last_seq"]:
        raise Problem(422, "invalid_request", f"seq: the newest message here is {mine['last_seq']}")
    if seq > mine["last_read_seq"]:
        await _move(db, channel_id, user_id, mine, seq)


async def mark_unread(db: Db, channel_id: UUID, user_id: UUID, seq: int) -> None:
    """The message with this number and all after it are unread again; nothing changes where they are already."""
    mine = await _mine(db, channel_id, user_id)
    if seq <= mine["last_read_seq"]:
        await _move(db, channel_id, user_id, mine, seq - 1)


async def receipts(db: Db, channel_id: UUID, user_id: UUID) -> Json:
    """How far each of the others in a conversation has read, whatever they have marked unread since."""
    rows = await _seen(db, channel_id, user_id)
    return {"receipts": [plain_json(row, "user_id", "last_read_seq", "read_at") for row in rows]}


async def _mine(db: Db, channel_id: UUID, user_id: UUID) -> Record:
    row = await db.fetchrow(MINE, channel_id, user_id)
    if row is None:
        raise not_found("channel")
    return row


async def _move(db: Db, channel_id: UUID, user_id: UUID, mine: Record, seq: int) -> None:
    await db.execute(MOVE, channel_id, user_id, seq)
    await announcements.channel_read(db, user_id, await unread.of_channel(db, user_id, channel_id))
    if mine["type"] in ("direct", "group") and seq > mine["furthest_read_seq"]:
        for other in await _seen(db, channel_id, user_id):
            await announcements.receipt_seen(db, other["user_id"], channel_id, user_id, seq)


async def _seen(db: Db, channel_id: UUID, user_id: UUID) -> list[Record]:
    """The others in a conversation whose receipts this person sees, who are those that see theirs."""
    return await db.fetch(RECEIPTS, channel_id, user_id)

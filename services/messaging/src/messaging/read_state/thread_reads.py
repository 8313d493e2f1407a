"""How far people have read threads: markers of their own, since reading a channel shows no replies."""

from uuid import UUID

from chassis.problems import Problem
from eventbus import Db

from messaging.read_state import announcements, thread_unread

LAST_SEQ = "SELECT last_seq FROM channels WHERE id = $1"
FORTH = """
    INSERT INTO thread_reads AS r (user_id, thread_id, last_read_seq) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, thread_id) DO UPDATE SET last_read_seq = excluded.last_read_seq
    WHERE r.last_read_seq < excluded.last_read_seq RETURNING TRUE
"""
BACK = """
    UPDATE thread_reads SET last_read_seq = $3 WHERE user_id = $1 AND thread_id = $2 AND last_read_seq > $3
    RETURNING TRUE
"""


async def read_up_to(db: Db, channel_id: UUID, user_id: UUID, thread_id: UUID, seq: int) -> None:
    """The thread's replies up to this number are read; never goes back. `Problem` 422 for a number that the channel
    has not come to."""
    last_seq = await db.fetchval(LAST_SEQ, channel_id)
    if seq > last_seq:
        raise Problem(422, "invalid_request", f"seq: the newest message here is {last_seq}")
    await _move(db, FORTH, user_id, thread_id, seq)


async def mark_unread(db: Db, user_id: UUID, thread_id: UUID, seq: int) -> None:
    """The reply with this number and all after it are unread again; nothing changes where they are already."""
    await _move(db, BACK, user_id, thread_id, seq - 1)


async def _move(db: Db, statement: str, user_id: UUID, thread_id: UUID, seq: int) -> None:
    if await db.fetchval(statement, user_id, thread_id, seq):
        await announcements.thread_read(db, user_id, await thread_unread.of_thread(db, user_id, thread_id))

"""What was decided of a workspace or person while a slot was closed is done to its channels as it is opened again."""

from datetime import UTC, datetime

import asyncpg

from messaging import members

# Who decides before this has the lock passes over the slot, and is seen here; who comes later sees its channels.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('nexus slot opens'))"
LOOK_AGAIN = "UPDATE channels SET retained_from = 1 WHERE retained_from > 1 AND slot_of(id) = $1"
STRANGERS = """
    SELECT DISTINCT c.workspace_id, m.user_id FROM channels c JOIN channel_members m ON m.channel_id = c.id
    WHERE slot_of(c.id) = $1 AND NOT EXISTS (SELECT FROM workspace_members w
        WHERE w.workspace_id = c.workspace_id AND w.user_id = m.user_id)
"""


async def make_up(db: asyncpg.Connection, slot: int) -> None:
    """Less may be spared by retention than was, and who is no member any more leaves. The last of the transaction that
    opens the slot."""
    await db.execute(TAKE_TURN, timeout=60)
    await db.execute(LOOK_AGAIN, slot, timeout=60)
    for row in await db.fetch(STRANGERS, slot, timeout=300):
        await members.leave_channels(db, row["workspace_id"], row["user_id"], datetime.now(UTC))

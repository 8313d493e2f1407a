"""What was to go with a message that was never sent: after a year it is removed."""

import asyncpg

from files import removal

# Longer than a message can wait for its time, and be tried again after that.
LONGEST = "365 days"
OVER = f"""
    DELETE FROM file_places WHERE (file_id, entity_type, entity_id) = (
        SELECT file_id, entity_type, entity_id FROM file_places
        WHERE entity_type = 'draft' AND added_at < now() - interval '{LONGEST}'
        ORDER BY added_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING file_id
"""  # noqa: S608 - a constant
HAS_PLACES = "SELECT EXISTS (SELECT FROM file_places WHERE file_id = $1)"


async def sweep(pool: asyncpg.Pool) -> int:
    """How many there were; one that hangs elsewhere, too, stays there."""
    swept = 0
    while True:
        async with pool.acquire(timeout=5) as db, db.transaction():
            file_id = await db.fetchval(OVER)
            if file_id is None:
                return swept
            if not await db.fetchval(HAS_PLACES, file_id):
                await removal.remove(db, file_id)
            swept += 1

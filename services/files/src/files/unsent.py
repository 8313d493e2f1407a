"""What was to go with a message that was never sent: after a year it is removed."""

import asyncpg

from files import removal

# Longer than a message can wait for its time, and be tried again after that.
LONGEST = "365 days"
IS_OVER = f"entity_type = 'draft' AND added_at < now() - interval '{LONGEST}'"
# Locked as a message locks it that carries it after all.
NEXT = f"""
    SELECT id FROM files f WHERE EXISTS (SELECT FROM file_places p WHERE p.file_id = f.id AND {IS_OVER})
    LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - a constant
DROP = f"DELETE FROM file_places WHERE file_id = $1 AND {IS_OVER}"  # noqa: S608
HAS_PLACES = "SELECT EXISTS (SELECT FROM file_places WHERE file_id = $1)"


async def sweep(pool: asyncpg.Pool) -> int:
    """How many there were; one that hangs elsewhere, too, stays there."""
    swept = 0
    while True:
        async with pool.acquire(timeout=5) as db, db.transaction():
            file_id = await db.fetchval(NEXT)
            if file_id is None:
                return swept
            await db.execute(DROP, file_id)
            if not await db.fetchval(HAS_PLACES, file_id):
                await removal.remove(db, file_id)
            swept += 1

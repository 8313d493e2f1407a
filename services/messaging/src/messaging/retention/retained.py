"""How far retention has looked in each channel: what it passed over, held or pinned, may have to go later."""

from uuid import UUID

from eventbus import Db

# Everyone locks channels in the order of their ids, so no two transactions wait for each other.
LOCK = "SELECT id FROM channels WHERE workspace_id = $1 AND retained_from > 1 ORDER BY id FOR NO KEY UPDATE"
IN_WORKSPACE = "UPDATE channels SET retained_from = 1 WHERE workspace_id = $1 AND retained_from > 1"
FROM = "UPDATE channels SET retained_from = least(retained_from, $2) WHERE id = $1"


async def look_again(db: Db, workspace_id: UUID) -> None:
    """At everything in a workspace: less of it is to be spared now."""
    await db.execute(LOCK, workspace_id)
    await db.execute(IN_WORKSPACE, workspace_id)


async def look_again_from(db: Db, channel_id: UUID, seq: int) -> None:
    """From this message on; the channel's row is locked."""
    await db.execute(FROM, channel_id, seq)

"""How far retention has looked in each channel: what it passed over, held or pinned, may have to go later."""

from uuid import UUID

from eventbus import Db

from messaging import shards

# A slot that leaves for another database is looked at again where it arrives (sharding/opening.py).
_THOSE = "WHERE workspace_id = $1 AND retained_from > 1 AND NOT is_leaving(id)"
# Everyone locks channels in the order of their ids, so no two transactions wait for each other.
LOCK = f"SELECT id FROM channels {_THOSE} ORDER BY id FOR NO KEY UPDATE"  # noqa: S608 - a constant
IN_WORKSPACE = f"UPDATE channels SET retained_from = 1 {_THOSE}"  # noqa: S608 - a constant
FROM = "UPDATE channels SET retained_from = least(retained_from, $2) WHERE id = $1"


async def look_again(db: Db, workspace_id: UUID) -> None:
    """At everything in a workspace: less of it is to be spared now."""
    await shards.pass_over_closed(db)
    await db.execute(LOCK, workspace_id)
    await db.execute(IN_WORKSPACE, workspace_id)


async def look_again_from(db: Db, channel_id: UUID, seq: int) -> None:
    """From this message on; the channel's row is locked."""
    await db.execute(FROM, channel_id, seq)

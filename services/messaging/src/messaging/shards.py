"""Which channels this database has of those of an installation that keeps them in several (docs/sharding.md).

The database says so itself, as `python -m messaging.sharding attach` told it: no process can be told otherwise than its
data. One that was told nothing is the only one and has them all.
"""

from uuid import UUID

from chassis import slots
from chassis.problems import unavailable
from eventbus import Db

SLOTS = "SELECT coalesce(current_setting('nexus.slots', TRUE), '')"
SHARD = "SELECT coalesce(nullif(current_setting('nexus.shard', TRUE), '')::int, 0)"
# Where the workspaces are, and what else belongs to no channel.
HOME = 0
# What a database is told that has no slots yet.
NONE = "none"


async def number(db: Db) -> int:
    """Which of the databases this is; 0 is home."""
    return int(await db.fetchval(SHARD))


async def new_channel_id(db: Db, slot: int) -> UUID:
    """An id in that slot or, if its channels are elsewhere, in another that is here."""
    said = await db.fetchval(SLOTS)
    if said == NONE:
        raise unavailable("No channels are made here yet.")
    own = slots.read_slots(said)
    return slots.new_id(slot if slot in own or not own else own[slot % len(own)])

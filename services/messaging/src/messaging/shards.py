"""Which channels this database has of those of an installation that keeps them in several (docs/sharding.md).

The database says so itself, as `python -m messaging.sharding attach` told it: no process can be told otherwise than its
data. One that was told nothing is the only one and has them all.
"""

from uuid import UUID

from chassis import slots
from chassis.problems import Problem, unavailable
from eventbus import Db

# As it is now: what a connection was told when it was opened may have changed since.
SAID = """
    SELECT split_part(said, '=', 2) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,
        unnest(s.setconfig) AS said
    WHERE d.datname = current_database() AND s.setrole = 0 AND split_part(said, '=', 1) = $1
"""
SHARD = "SELECT coalesce(nullif(current_setting('nexus.shard', TRUE), '')::int, 0)"
# Where the workspaces are, and what else belongs to no channel.
HOME = 0
# What a database is told that has no slots yet.
NONE = "none"
WAIT_FOR_OPENING = "SELECT pg_advisory_xact_lock_shared(hashtext('nexus slot opens'))"
HAS_GONE = "SELECT EXISTS (SELECT FROM slot_departures WHERE slot = $1)"


async def number(db: Db) -> int:
    """Which of the databases this is; 0 is home."""
    return int(await db.fetchval(SHARD))


async def are_several(db: Db) -> bool:
    """Whether this is not the only one."""
    return bool(await db.fetchval(SAID, "nexus.slots"))


async def new_channel_id(db: Db, slot: int) -> UUID:
    """An id in that slot or, if its channels are elsewhere, in another that is here."""
    said = await db.fetchval(SAID, "nexus.slots")
    if said == NONE:
        raise unavailable("No channels are made here yet.")
    own = slots.read_slots(said or "")
    return slots.new_id(slot if slot in own or not own else own[slot % len(own)])


async def require_here(db: Db, id_: object) -> None:
    """`Problem` 503 for what is not found because its channel has gone to another database."""
    slot = slots.slot_of(UUID(str(id_)))
    if slot is not None and await db.fetchval(HAS_GONE, slot):
        raise elsewhere()


async def pass_over_closed(db: Db) -> None:
    """Before all channels of a workspace or person are changed but those that are leaving (`is_leaving`): these come to
    it as they are opened again (sharding/opening.py)."""
    await db.execute(WAIT_FOR_OPENING)


def elsewhere() -> Problem:
    return unavailable("This channel is being moved to another server; try again in a while.")

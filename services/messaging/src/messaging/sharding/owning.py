"""Which slots a database has, and its number: it says so itself (messaging.shards)."""

from collections.abc import Collection

import asyncpg
from chassis.slots import read_slots

from messaging.shards import NONE, SAID

MOST_SHARDS = 64
# Drafts' versions are compared by people's devices, so no two databases give the same one.
NEXT_VERSION = f"SELECT (last_value / {MOST_SHARDS} + 1) * {MOST_SHARDS} + $1 FROM draft_versions"  # noqa: S608
STEPS = "SELECT increment_by FROM pg_sequences WHERE schemaname = 'public' AND sequencename = 'draft_versions'"


async def say(db: asyncpg.Connection, number: int, slots: Collection[int]) -> None:
    """Tell a database its number and slots, all at once."""
    async with db.transaction():
        name = await db.fetchval("SELECT quote_ident(current_database())")
        if await db.fetchval(SAID, "nexus.slots") != (said := ranges(slots) or NONE):
            version = int(await db.fetchval(SAID, "nexus.slots_version") or 0) + 1
            await db.execute(f"ALTER DATABASE {name} SET nexus.slots = '{said}'")
            await db.execute(f"ALTER DATABASE {name} SET nexus.slots_version = '{version:d}'")
        await db.execute(f"ALTER DATABASE {name} SET nexus.shard = '{number:d}'")
        if int(await db.fetchval(STEPS)) != MOST_SHARDS:
            begin = int(await db.fetchval(NEXT_VERSION, number))
            await db.execute(
                f"ALTER SEQUENCE draft_versions INCREMENT BY {MOST_SHARDS} MINVALUE 0 RESTART WITH {begin:d}"
            )


async def slots_of(db: asyncpg.Connection) -> tuple[int, ...]:
    """What a database was told that it has; nothing if it was told nothing."""
    said = await db.fetchval(SAID, "nexus.slots") or NONE
    return () if said == NONE else read_slots(said)


async def number_of(db: asyncpg.Connection) -> int:
    return int(await db.fetchval(SAID, "nexus.shard") or 0)


def ranges(slots: Collection[int]) -> str:
    """`0-99,512`, as `read_slots` reads it."""
    found: list[list[int]] = []
    for slot in sorted(slots):
        if found and found[-1][1] == slot - 1:
            found[-1][1] = slot
        else:
            found.append([slot, slot])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)

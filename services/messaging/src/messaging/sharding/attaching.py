"""Another database for channels: it is told which slots it has, and gets what belongs to no channel by replication."""

import asyncio

import asyncpg
from chassis.slots import SLOTS, read_slots, slot_of

from messaging.sharding.tables import COPIED
from messaging.shards import NONE

PUBLICATION = "nexus_home"
MOST_SHARDS = 64
READY_WITHIN = 300.0
# Drafts' versions are compared by people's devices, so no two databases give the same one.
NEXT_VERSION = f"SELECT (last_value / {MOST_SHARDS} + 1) * {MOST_SHARDS} + $1 FROM draft_versions"  # noqa: S608
STEPS = "SELECT increment_by FROM pg_sequences WHERE schemaname = 'public' AND sequencename = 'draft_versions'"
SAID = """
    SELECT split_part(said, '=', 2) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,
        unnest(s.setconfig) AS said
    WHERE d.datname = current_database() AND s.setrole = 0 AND split_part(said, '=', 1) = $1
"""
NOT_READY = """
    SELECT count(*) FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
    WHERE s.subname = $1 AND r.srsubstate <> 'r'
"""
IS_SUBSCRIBED = """
    SELECT EXISTS (SELECT FROM pg_subscription WHERE subname = $1
        AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
# What home does itself when less is to be spared by retention (retained.py) happens here as the change arrives. Nothing
# is on the path of who applies replicated changes, so names are whole.
LOOK_AGAIN = """
    CREATE OR REPLACE FUNCTION public.look_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE public.channels SET retained_from = 1 WHERE retained_from > 1
            AND workspace_id = (CASE TG_TABLE_NAME WHEN 'workspaces' THEN to_jsonb(NEW) ->> 'id'
                ELSE to_jsonb(NEW) ->> 'workspace_id' END)::uuid;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER look_again AFTER UPDATE ON public.workspaces FOR EACH ROW
        WHEN (OLD.retention_spares_pins AND NOT NEW.retention_spares_pins) EXECUTE FUNCTION public.look_again();
    CREATE OR REPLACE TRIGGER look_again AFTER UPDATE ON public.legal_holds FOR EACH ROW
        WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL) EXECUTE FUNCTION public.look_again();
    ALTER TABLE public.workspaces ENABLE REPLICA TRIGGER look_again;
    ALTER TABLE public.legal_holds ENABLE REPLICA TRIGGER look_again;
"""


class NotAttached(Exception):
    """Why nothing was done."""


async def attach(home: asyncpg.Connection, shard: asyncpg.Connection, number: int, slots: str, source: str) -> None:
    """Make `shard` the database with that number and those slots; `source` is home's URL as the shard reaches it.

    Both are migrated already, and connected to as administrators. Done again, it takes in new tables and slots.
    """
    await _check(home, shard, number)
    given = sorted({*read_slots(slots), *await slots_of(shard)})
    left = sorted(set(await slots_of(home) or range(SLOTS)) - set(given))
    await _check_slots(home, given, left)
    await _publish(home)
    await _subscribe(shard, number, source)
    await shard.execute(LOOK_AGAIN)
    await say(home, 0, left)
    await say(shard, number, given)
    await _wait_ready(shard, number)


async def say(db: asyncpg.Connection, number: int, slots: "list[int] | tuple[int, ...]") -> None:
    """Tell a database its number and slots; connections that are open already do not hear of it."""
    name = await db.fetchval("SELECT quote_ident(current_database())")
    await db.execute(f"ALTER DATABASE {name} SET nexus.shard = '{number:d}'")
    await db.execute(f"ALTER DATABASE {name} SET nexus.slots = '{ranges(slots) or NONE}'")
    if int(await db.fetchval(STEPS)) != MOST_SHARDS:
        begin = int(await db.fetchval(NEXT_VERSION, number))
        await db.execute(f"ALTER SEQUENCE draft_versions INCREMENT BY {MOST_SHARDS} MINVALUE 0 RESTART WITH {begin:d}")


async def slots_of(db: asyncpg.Connection) -> tuple[int, ...]:
    """What a database was told that it has; nothing if it was told nothing."""
    said = await db.fetchval(SAID, "nexus.slots") or NONE
    return () if said == NONE else read_slots(said)


async def number_of(db: asyncpg.Connection) -> int:
    return int(await db.fetchval(SAID, "nexus.shard") or 0)


def ranges(slots: "list[int] | tuple[int, ...]") -> str:
    """`0-99,512`, as `read_slots` reads it."""
    found: list[list[int]] = []
    for slot in sorted(slots):
        if found and found[-1][1] == slot - 1:
            found[-1][1] = slot
        else:
            found.append([slot, slot])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def subscription(number: int) -> str:
    return f"nexus_home_{number:d}"


async def _check(home: asyncpg.Connection, shard: asyncpg.Connection, number: int) -> None:
    if not 0 < number < MOST_SHARDS:
        raise NotAttached(f"Databases have numbers from 1 to {MOST_SHARDS - 1}; home is 0.")
    if await home.fetchval("SHOW wal_level") != "logical":
        raise NotAttached("Home's PostgreSQL must run with wal_level = logical.")
    if await number_of(shard) not in (0, number):
        raise NotAttached("This database has another number already.")
    is_new = not await shard.fetchval(IS_SUBSCRIBED, subscription(number))
    if is_new and await shard.fetchval("SELECT EXISTS (SELECT FROM workspaces)"):
        raise NotAttached("This database has workspaces of its own: a new one must be empty.")


async def _check_slots(home: asyncpg.Connection, given: list[int], left: list[int]) -> None:
    """Channels stay where their slots are."""
    if not left:
        raise NotAttached("Home keeps one slot at the least.")
    rows = await home.fetch("SELECT id FROM channels")
    if taken := sorted({slot for row in rows if (slot := slot_of(row["id"])) is not None} & set(given)):
        raise NotAttached(f"Slots {ranges(taken)} have channels at home: attach it without these, then move them.")


async def _publish(home: asyncpg.Connection) -> None:
    tables = ", ".join(f"public.{table}" + (f" WHERE ({rows})" if rows else "") for table, rows in COPIED.items())
    # A change of a hold is to say of which channel it is: some are copied, others not.
    await home.execute("ALTER TABLE legal_holds REPLICA IDENTITY FULL")
    if await home.fetchval("SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1)", PUBLICATION):
        await home.execute(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {tables}")
    else:
        await home.execute(f"CREATE PUBLICATION {PUBLICATION} FOR TABLE {tables}")


async def _subscribe(shard: asyncpg.Connection, number: int, source: str) -> None:
    name = subscription(number)
    if await shard.fetchval(IS_SUBSCRIBED, name):
        await shard.execute(f"ALTER SUBSCRIPTION {name} REFRESH PUBLICATION", timeout=60)
        return
    where = source.replace("'", "''")
    await shard.execute(f"CREATE SUBSCRIPTION {name} CONNECTION '{where}' PUBLICATION {PUBLICATION}", timeout=60)


async def _wait_ready(shard: asyncpg.Connection, number: int) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while await shard.fetchval(NOT_READY, subscription(number)):  # noqa: ASYNC110 - nobody would tell us
            await asyncio.sleep(0.1)

"""Another database for channels: it is told which slots it has, and gets what belongs to no channel by replication."""

import asyncio
from collections.abc import Callable, Collection

import asyncpg
from chassis.slots import SLOTS, read_slots

from messaging.sharding.owning import MOST_SHARDS, number_of, ranges, say, slots_of
from messaging.sharding.tables import COPIED
from messaging.shards import HOME

PUBLICATION = "nexus_home"
READY_WITHIN = 300.0
NOT_READY = """
    SELECT count(*) FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
    WHERE s.subname = $1 AND r.srsubstate <> 'r'
"""
# Whether it has gone so far as to copy; none if there is no subscription.
IS_ENABLED = """
    SELECT subenabled FROM pg_subscription WHERE subname = $1
        AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
IS_KEPT_FOR = "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)"
KEEP_FOR = "SELECT pg_create_logical_replication_slot($1, 'pgoutput')"
GIVE = """
    INSERT INTO slot_departures (slot, target, ended_at) SELECT slot, $2, now() FROM unnest($1::int[]) AS given(slot)
"""
GIVEN = "SELECT slot FROM slot_departures WHERE target = $1 AND ended_at IS NOT NULL"
IN_SLOTS = "SELECT DISTINCT slot_of(id) AS slot FROM channels WHERE slot_of(id) = ANY($1::int[])"
GONE = "SELECT slot FROM slot_departures"
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


async def attach(
    home: asyncpg.Connection, shard: asyncpg.Connection, number: int, slots: str, source: str,
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    """Make `shard` the database with that number and those slots; `source` is home's URL as the shard reaches it.

    Both are migrated already, and connected to as administrators. Done again, it goes on where it was cut off, and
    takes in new tables and slots.
    """
    await _check(home, shard, number)
    await check_slots(home, shard, number, read_slots(slots))
    await _publish(home)
    tell("home publishes what others copy")
    await _subscribe(home, shard, number, source, tell)
    await shard.execute(LOOK_AGAIN)
    given = await give(home, number, read_slots(slots))
    tell("home has given the slots away")
    await say(shard, number, {*await slots_of(shard), *given})
    tell("it knows that it has them")
    await _wait_ready(shard, number)


def subscription(number: int) -> str:
    return f"nexus_home_{number:d}"


async def _check(home: asyncpg.Connection, shard: asyncpg.Connection, number: int) -> None:
    if not 0 < number < MOST_SHARDS:
        raise NotAttached(f"Databases have numbers from 1 to {MOST_SHARDS - 1}; home is 0.")
    if await home.fetchval("SHOW wal_level") != "logical":
        raise NotAttached("Home's PostgreSQL must run with wal_level = logical.")
    if await number_of(shard) not in (0, number):
        raise NotAttached("This database has another number already.")
    is_new = await shard.fetchval(IS_ENABLED, subscription(number)) is None
    if is_new and await home.fetchval(IS_KEPT_FOR, subscription(number)):
        raise NotAttached(f"Another database is number {number:d}: its replication slot is at home.")
    if is_new and await shard.fetchval("SELECT EXISTS (SELECT FROM workspaces)"):
        raise NotAttached("This database has workspaces of its own: a new one must be empty.")


async def check_slots(
    home: asyncpg.Connection, shard: asyncpg.Connection, number: int, wanted: Collection[int]
) -> None:
    """Channels stay where their slots are, and slots where they were moved."""
    own = set(await slots_of(home) or range(SLOTS))
    if not own - {*wanted}:
        raise NotAttached("Home keeps one slot at the least.")
    gone = {row["slot"] for row in await shard.fetch(GONE)}
    given = {row["slot"] for row in await home.fetch(GIVEN, number)} - gone
    if elsewhere := {*wanted} - own - given - {*await slots_of(shard)}:
        raise NotAttached(f"Slots {ranges(elsewhere)} are neither home's to give nor this database's.")
    await _check_empty(home, own & {*wanted})


async def _check_empty(home: asyncpg.Connection, slots: Collection[int]) -> None:
    rows = await home.fetch(IN_SLOTS, [*slots], timeout=READY_WITHIN)
    if taken := {row["slot"] for row in rows}:
        raise NotAttached(f"Slots {ranges(taken)} have channels at home: attach it without these, then move them.")


async def give(home: asyncpg.Connection, number: int, wanted: Collection[int]) -> list[int]:
    """Slots that home gives away now, or had given when a run before was cut off; whoever still makes a channel in one
    is waited for, or refused."""
    async with home.transaction():
        await home.execute("LOCK TABLE channels IN SHARE ROW EXCLUSIVE MODE", timeout=READY_WITHIN)
        own = set(await slots_of(home) or range(SLOTS))
        await _check_empty(home, own & {*wanted})
        await home.execute(GIVE, sorted(own & {*wanted}), number)
        await say(home, HOME, own - {*wanted})
        return [row["slot"] for row in await home.fetch(GIVEN, number) if row["slot"] in {*wanted}]


async def _publish(home: asyncpg.Connection) -> None:
    tables = ", ".join(f"public.{table}" + (f" WHERE ({rows})" if rows else "") for table, rows in COPIED.items())
    # A change of a hold is to say of which channel it is: some are copied, others not.
    await home.execute("ALTER TABLE legal_holds REPLICA IDENTITY FULL")
    if await home.fetchval("SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1)", PUBLICATION):
        await home.execute(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {tables}")
    else:
        await home.execute(f"CREATE PUBLICATION {PUBLICATION} FOR TABLE {tables}")


async def _subscribe(
    home: asyncpg.Connection, shard: asyncpg.Connection, number: int, source: str, tell: Callable[[str], None]
) -> None:
    """PostgreSQL would do all at once, and cut off in between leave a slot at home of which the shard knows nothing. So
    the shard knows first; home keeps changes for it from before its first copy on."""
    name = subscription(number)
    if not await shard.fetchval(IS_ENABLED, name):
        await _name_home(shard, name, source.replace("'", "''"))
        tell("the other database knows home")
        if not await home.fetchval(IS_KEPT_FOR, name):
            await home.execute(KEEP_FOR, name, timeout=60)
        tell("home keeps changes for it")
        await shard.execute(f"ALTER SUBSCRIPTION {name} ENABLE", timeout=60)
    await shard.execute(f"ALTER SUBSCRIPTION {name} REFRESH PUBLICATION", timeout=60)
    tell("it copies what home publishes")


async def _name_home(shard: asyncpg.Connection, name: str, where: str) -> None:
    if await shard.fetchval(IS_ENABLED, name) is None:
        without = "WITH (connect = false)"
        await shard.execute(f"CREATE SUBSCRIPTION {name} CONNECTION '{where}' PUBLICATION {PUBLICATION} {without}")
    else:
        await shard.execute(f"ALTER SUBSCRIPTION {name} CONNECTION '{where}'")


async def _wait_ready(shard: asyncpg.Connection, number: int) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while await shard.fetchval(NOT_READY, subscription(number)):  # noqa: ASYNC110 - nobody would tell us
            await asyncio.sleep(0.1)

"""A slot that leaves a database: it is written down there, and whoever still writes to it is refused."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import asyncpg

from messaging.sharding import opening
from messaging.sharding.owning import number_of, say, slots_of
from messaging.sharding.tables import OF_CHANNELS, column_of

# Seconds: for one table, during which nobody else writes to it, and until it is given up.
WAIT, PATIENCE = 2.0, 60.0
OF = "SELECT target, ended_at IS NOT NULL FROM slot_departures WHERE slot = $1"
BEGIN = "INSERT INTO slot_departures (slot, target) VALUES ($1, $2)"
END = "UPDATE slot_departures SET ended_at = now() WHERE slot = $1"
FORGET = "DELETE FROM slot_departures WHERE slot = $1 AND (ended_at IS NULL OR $2) RETURNING slot"
# Only whoever moves the slot removes from it: `remover`.
FENCE = """
    CREATE OR REPLACE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW
        WHEN (slot_of({row}.{column}) = {slot} AND current_setting('nexus.moving', TRUE) IS DISTINCT FROM '{slot}')
        EXECUTE FUNCTION refuse_departed()
"""
Statements = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Departure:
    """Whither a slot goes, and whether all of it has gone."""

    target: int
    is_over: bool


async def of(db: asyncpg.Connection, slot: int) -> Departure | None:
    row = await db.fetchrow(OF, slot)
    return Departure(*row) if row else None


async def begin(db: asyncpg.Connection, slot: int, target: int) -> None:
    """From now on the slot is no longer this database's, which still has all that is in it."""
    async with db.transaction():
        await db.execute(BEGIN, slot, target)
        await say(db, await number_of(db), sorted({*await slots_of(db)} - {slot}))


async def fence(db: asyncpg.Connection, slot: int) -> None:
    """Refuse writes to the slot. What was being written when this was called is stored, or refused, when it returns."""
    await _each_table(db, lambda table: _fences(table, slot))


async def lift(db: asyncpg.Connection, slot: int) -> None:
    await _each_table(
        db,
        lambda table: tuple(f"DROP TRIGGER IF EXISTS {_name(slot, kind)} ON {table}" for kind in ("write", "remove")),
    )


async def remover(db: asyncpg.Connection, slot: int) -> None:
    """This transaction may remove what is in the slot."""
    await db.execute("SELECT set_config('nexus.moving', $1, TRUE)", str(slot))


async def take_back(db: asyncpg.Connection, slot: int) -> bool:
    """The slot is this database's again; False if it was not leaving. Called while all of it is still here."""
    found = await of(db, slot)
    if found is None or found.is_over:
        return False
    # Before it is forgotten: a fence of which nothing is written down would stay for ever.
    await lift(db, slot)
    async with db.transaction():
        await db.execute(FORGET, slot, False)
        await say(db, await number_of(db), sorted({*await slots_of(db), slot}))
        await opening.make_up(db, slot)
    return True


async def _each_table(db: asyncpg.Connection, statements: Callable[[str], Statements]) -> None:
    """Each in a transaction of its own: who waits for two tables could wait for somebody who waits for us."""
    for table in OF_CHANNELS:
        await _patiently(partial(_execute, db, statements(table)))


async def _execute(db: asyncpg.Connection, statements: Statements) -> None:
    async with db.transaction():
        await db.execute(f"SET LOCAL lock_timeout = '{WAIT:g}s'")
        for statement in statements:
            await db.execute(statement, timeout=PATIENCE)


async def _patiently(attempt: Callable[[], Awaitable[None]]) -> None:
    """Again and again while others hold what it needs: a lock that waits for them holds up everybody behind it."""
    for _ in range(int(PATIENCE / WAIT) - 1):
        with suppress(asyncpg.LockNotAvailableError):
            await attempt()
            return
    await attempt()


def _fences(table: str, slot: int) -> Statements:
    said = {"table": table, "column": column_of(table), "slot": slot}
    return (
        FENCE.format(name=_name(slot, "write"), change="INSERT OR UPDATE", row="NEW", **said),
        FENCE.format(name=_name(slot, "remove"), change="DELETE", row="OLD", **said),
    )


def _name(slot: int, kind: str) -> str:
    return f"leaving_{slot:d}_{kind}"

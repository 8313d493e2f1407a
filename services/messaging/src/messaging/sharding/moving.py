"""A slot goes to another database with its channels, which are closed meanwhile.

Each step is one transaction of one database, and each may be done again:

1. the source writes down that the slot leaves, and is its owner no more (departures.py);
2. whoever still writes to it is refused, and what was written before has been told to Kafka;
3. its rows are copied into a schema of the target where nobody looks (staging.py);
4. the source removes them: from here on there is only forward;
5. the target puts them in their place, and is the slot's owner.

So no two databases have it at once, and rows that anybody sees are in one database alone.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from messaging import shards
from messaging.sharding import departures, staging
from messaging.sharding.departures import Departure
from messaging.sharding.owning import number_of, ranges, say, slots_of
from messaging.sharding.staging import Tell

WITHIN = 4 * 3_600.0
# Seconds until who moved before, and was killed, has gone; until events are told; until copies have come.
TURN_WITHIN, TOLD_WITHIN, COPIED_WITHIN = 60.0, 60.0, 30.0
LOOK_EVERY = 0.1
GONE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
TURN = "SELECT pg_advisory_lock(hashtext('nexus move-slot'))"
LAST_SAID = "SELECT max(id) FROM outbox"
UNSAID = "SELECT count(*) FROM outbox WHERE id <= $1"
MIGRATIONS = (
    "SELECT array_agg(source || '/' || number || '/' || checksum ORDER BY source, number) FROM schema_migrations"
)
HOMES_POSITION = "SELECT pg_current_wal_insert_lsn()::text"
SUBSCRIBED = """
    FROM pg_subscription s JOIN pg_stat_subscription st ON st.subid = s.oid AND st.relid IS NULL
    WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
COPIES_POSITION = f"SELECT min(st.latest_end_lsn)::text {SUBSCRIBED}"
COPIES_HAVE_COME = f"SELECT bool_and(coalesce(st.latest_end_lsn >= $1::text::pg_lsn, FALSE)) {SUBSCRIBED}"


class NotMoved(Exception):
    """Why the slot did not go, or not all the way."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows went, by table, none if they had gone before; and which slots the two databases have now."""

    rows: Mapping[str, int]
    source_slots: str
    target_slots: str


async def move(source: asyncpg.Connection, target: asyncpg.Connection, slot: int, tell: Tell = lambda _: None) -> Moved:
    """Take a slot from `source` to `target`; both are connected to as administrators.

    Gateways should have closed the slot before: who writes to it is refused. What fails before the source has removed
    the rows is taken back. Killed at any time, it is done again and goes on, or is taken back by `undo`.
    """
    rows: Mapping[str, int] = {}
    async with asyncio.timeout(WITHIN):
        await _take_turn(source, target)
        departure = await _checked(source, target, slot)
        if slot not in await slots_of(target):
            await departures.lift(target, slot)  # of when it left from there
            if not (departure and departure.is_over):
                rows = await _leave(source, target, slot, departure, tell)
            # Who was removed from a workspace meanwhile leaves as the slot arrives.
            await _wait_copies(source, target)
            await _arrive(target, slot)
            tell(f"database {await number_of(target)} has slot {slot} now")
        await departures.lift(source, slot)
    return Moved(rows, ranges(await slots_of(source)), ranges(await slots_of(target)))


async def undo(source: asyncpg.Connection, slot: int, target: asyncpg.Connection | None = None) -> None:
    """Leave the slot in `source`, which had begun to move it: `NotMoved` if it has none of it any more. A `target` that
    is still there forgets what it got."""
    await _wait_turn(source)
    if not await departures.take_back(source, slot):
        raise NotMoved(f"Slot {slot} is not leaving database {await number_of(source)}, or has left it already.")
    if target:
        await staging.discard(target, slot)


async def _take_turn(source: asyncpg.Connection, target: asyncpg.Connection) -> None:
    """One move at a time; also not before a killed one's last command, which may still run, has ended."""
    await _wait_turn(source)
    if await number_of(source) == await number_of(target):
        raise NotMoved(f"Both are database {await number_of(source)}.")
    await _wait_turn(target)


async def _wait_turn(db: asyncpg.Connection) -> None:
    try:
        await db.execute(f"SET lock_timeout = '{TURN_WITHIN:g}s'")
        await db.execute(TURN, timeout=TURN_WITHIN + 5)
    except asyncpg.LockNotAvailableError as error:
        raise NotMoved("Another move-slot is at work in one of the databases.") from error
    await db.execute("SET lock_timeout = 0")


async def _checked(source: asyncpg.Connection, target: asyncpg.Connection, slot: int) -> Departure | None:
    """Whether, and how far, the slot is on its way; `NotMoved` if it cannot go on it."""
    departure, number = await departures.of(source, slot), await number_of(source)
    has, is_there = slot in await slots_of(source), slot in await slots_of(target)
    if is_there and has:
        raise NotMoved(f"Slot {slot} is said to be in both databases: nothing here has made it so.")
    if not is_there and departure is None and not has:
        raise NotMoved(f"Slot {slot} is not in database {number}.")
    if not is_there and departure and departure.target != await number_of(target):
        raise NotMoved(f"Slot {slot} goes, or went, from database {number} to {departure.target}: name that.")
    if departure and departure.is_over and not is_there and not await staging.is_whole(target, slot):
        raise NotMoved(f"The target should have got slot {slot}, and has lost it: bring it to a later state.")
    if departure is None and has and len(await slots_of(source)) == 1:
        raise NotMoved(f"Slot {slot} is the last of database {number}.")
    if await source.fetchval(MIGRATIONS) != await target.fetchval(MIGRATIONS):
        raise NotMoved("The databases do not have the same migrations.")
    return departure


async def _leave(
    source: asyncpg.Connection, target: asyncpg.Connection, slot: int, departure: Departure | None, tell: Tell
) -> Mapping[str, int]:
    """From the source to where nobody sees it; taken back if that fails and the source still answers."""
    try:
        if departure is None:
            await departures.begin(source, slot, await number_of(target))
        await departures.fence(source, slot)
        tell(f"slot {slot} is closed in database {await number_of(source)}")
        await _wait_told(source)
        await _wait_copies(source, target)
        tell("its events are told, and the target knows all people that it does")
        rows = await staging.fill(source, target, slot, tell)
        await _remove(source, slot, rows)
        tell(f"database {await number_of(source)} has removed it")
        return rows
    except Exception as error:
        raise NotMoved(f"{why(error)} {await _taken_back(source, target, slot)}") from error


async def _taken_back(source: asyncpg.Connection, target: asyncpg.Connection, slot: int) -> str:
    """How the slot is after a failure, as the operator is told."""
    with suppress(*GONE):
        if await departures.take_back(source, slot):
            with suppress(*GONE):
                await staging.discard(target, slot)
            return f"Slot {slot} stays where it was."
    return f"Slot {slot} may be closed: run this again to go on, or with --undo."


async def _wait_told(source: asyncpg.Connection) -> None:
    """Events are told in one order: those from here before any from there. Whoever wrote them has ended, so all that
    are of the slot are visible."""
    last = await source.fetchval(LAST_SAID)
    try:
        async with asyncio.timeout(TOLD_WITHIN):
            while await source.fetchval(UNSAID, last):  # noqa: ASYNC110 - the relay is another process
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError as error:
        waiting = await source.fetchval(UNSAID, last)
        raise NotMoved(
            f"{waiting} events are not told to Kafka within {TOLD_WITHIN:g} s: do messaging and Kafka run?"
        ) from error


async def _wait_copies(source: asyncpg.Connection, target: asyncpg.Connection) -> None:
    """The people and workspaces that the slot's rows name are in the target as they are in the source."""
    if await number_of(target) == shards.HOME:
        return
    is_home = await number_of(source) == shards.HOME
    position = await source.fetchval(HOMES_POSITION if is_home else COPIES_POSITION)
    try:
        async with asyncio.timeout(COPIED_WITHIN):
            while position and await target.fetchval(COPIES_HAVE_COME, position) is False:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError as error:
        raise NotMoved(f"The target's copies are more than {COPIED_WITHIN:g} s behind home.") from error


async def _remove(source: asyncpg.Connection, slot: int, copied: Mapping[str, int]) -> None:
    """Exactly what was copied."""
    async with source.transaction():
        await departures.remover(source, slot)
        removed = await staging.remove(source, slot)
        if different := sorted(table for table in copied if copied[table] != removed[table]):
            raise NotMoved(f"Somebody changed {', '.join(different)} meanwhile.")
        await source.execute(departures.END, slot)


async def _arrive(target: asyncpg.Connection, slot: int) -> None:
    async with target.transaction():
        await staging.land(target, slot)
        await staging.discard(target, slot)
        await say(target, await number_of(target), sorted({*await slots_of(target), slot}))


def why(error: BaseException) -> str:
    """An error as a sentence for the operator."""
    if isinstance(error, NotMoved):
        return str(error)
    said = str(error).strip() or type(error).__name__
    detail = getattr(error, "detail", None)
    return f"{said}{f' ({detail})' if detail else ''}".rstrip(".") + "."

"""Whoever joins a workspace is let into its channels in other databases, too, and into those that are closed now.

What is left to do is written down with the membership, and done as soon as the databases answer.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from asyncpg import Record
from chassis.problems import PART_GONE
from eventbus import Db, repeat

from messaging import channels, shards
from messaging.sharding.databases import Across, Databases, NotThere

log = logging.getLogger(__name__)
# Seconds; who joins waits so long at the most until they are everywhere.
LOOK_EVERY, AT_ONCE = 1.0, 3.0
AWAY: tuple[type[Exception], ...] = (NotThere, *PART_GONE)
CLOSED_DEFAULTS = """
    SELECT id FROM channels WHERE workspace_id = $1 AND is_default AND NOT is_archived AND is_leaving(id)
"""
EXPECT = """
    INSERT INTO arrivals (workspace_id, user_id, channel_ids, has_defaults) VALUES ($1, $2, $3, $4)
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET channel_ids = excluded.channel_ids,
        has_defaults = excluded.has_defaults, due_at = now()
"""
NEXT = """
    SELECT * FROM arrivals WHERE due_at <= now() AND ($1::uuid IS NULL OR user_id = $1)
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
DONE = "DELETE FROM arrivals WHERE workspace_id = $1 AND user_id = $2"
PUT_OFF = "UPDATE arrivals SET due_at = now() + interval '5 seconds' WHERE workspace_id = $1 AND user_id = $2"


async def expect(db: Db, workspace_id: UUID, user_id: UUID, channel_ids: Collection[UUID], has_defaults: bool) -> None:
    """Somebody joins what is not here or is closed: these channels, and the default ones elsewhere."""
    if not await shards.are_several(db):
        return
    closed = [row["id"] for row in await db.fetch(CLOSED_DEFAULTS, workspace_id)] if has_defaults else []
    if channel_ids or has_defaults:
        await db.execute(EXPECT, workspace_id, user_id, [*channel_ids, *closed], has_defaults)


async def forget(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    """Somebody is removed: who is just letting them in somewhere is waited for."""
    await db.execute(DONE, workspace_id, user_id)


async def run(databases: Databases) -> None:
    """Let in who waits, for as long as this runs."""

    async def turn() -> float:
        return 0.0 if await let_in(databases) else LOOK_EVERY

    await repeat(turn, "who joins", PART_GONE)


async def hurry(databases: Databases, user_id: UUID) -> None:
    """Let somebody in before they are told that they have joined, if that is possible at once."""
    with suppress(*PART_GONE):
        async with asyncio.timeout(AT_ONCE):
            while await let_in(databases, user_id):
                pass


async def let_in(databases: Databases, user_id: UUID | None = None) -> bool:
    """The next who waits, or that one; False if nobody does, or what they wait for does not answer."""
    row: Record | None = None
    try:
        async with databases.begin() as across:
            row = await across.home.fetchrow(NEXT, user_id)
            if row is not None:
                # Else whoever opens a slot there would take them for a stranger.
                await databases.wait_for_copies()
                await _join(across, row)
                await across.home.execute(DONE, row["workspace_id"], row["user_id"])
    except AWAY as error:
        if row is None:
            raise
        log.info("somebody waits for channels elsewhere: %r", error)
        await databases.home.execute(PUT_OFF, row["workspace_id"], row["user_id"])
        return False
    return row is not None


async def _join(across: Across, row: Record) -> None:
    workspace_id, user_id = row["workspace_id"], row["user_id"]
    for channel_id in row["channel_ids"]:
        await channels.join_some(await across.of(channel_id), workspace_id, user_id, [channel_id])
    if row["has_defaults"]:
        for db, _ in (await across.whole())[1:]:
            await channels.join_defaults(db, workspace_id, user_id)

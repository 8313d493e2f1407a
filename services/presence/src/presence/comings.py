"""Who is here, told on a topic: for services that keep a list of those who are connected and not away."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg
from eventbus import outbox
from nexus.presence.v1.status_event_pb2 import PersonArrived, StatusEvent

from presence.statuses import Status

HERE = (Status.ONLINE, Status.BUSY)
# Both in the order of ids, so that two processes never wait for each other; each coming and going is told by one.
ARRIVE = """
    INSERT INTO people_here (user_id) SELECT user_id FROM unnest($1::uuid[]) AS given(user_id) ORDER BY user_id
    ON CONFLICT DO NOTHING RETURNING user_id
"""
LEAVE = """
    DELETE FROM people_here WHERE user_id IN (
        SELECT user_id FROM people_here WHERE user_id = ANY($1) ORDER BY user_id FOR UPDATE)
    RETURNING user_id
"""
TOLD = "SELECT user_id FROM people_here WHERE user_id = ANY($1)"
EVERYBODY = "SELECT user_id FROM people_here"


async def tell(pool: asyncpg.Pool, statuses: Mapping[str, Status]) -> None:
    """Tell who came and who went; mostly nobody did, which costs one look."""
    here = {UUID(id_) for id_, status in statuses.items() if status in HERE}
    told = {row["user_id"] for row in await pool.fetch(TOLD, [UUID(id_) for id_ in statuses])}
    if here == told:
        return
    async with pool.acquire() as db, db.transaction():
        for row in await db.fetch(ARRIVE, list(here - told)):
            event = StatusEvent(user_id=str(row["user_id"]), person_arrived=PersonArrived())
            event.person_arrived.since.GetCurrentTime()
            await outbox.append(db, event, actor_id=event.user_id)
        for row in await db.fetch(LEAVE, list(told - here)):
            await outbox.tombstone(db, StatusEvent, str(row["user_id"]))


async def told_to_be_here(pool: asyncpg.Pool) -> set[str]:
    """Everybody who was told to have come, and not to have gone."""
    return {str(row["user_id"]) for row in await pool.fetch(EVERYBODY)}

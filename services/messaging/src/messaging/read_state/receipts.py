"""Whether people send receipts: those who see them hear of it as it changes."""

import asyncio
from contextlib import suppress
from datetime import UTC
from uuid import UUID

from eventbus import Db, InvalidEvent
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent

from messaging.copies import LOOK_EVERY, WITHIN
from messaging.read_state import announcements
from messaging.read_state.reads import HIDES

SEERS = f"""
    SELECT DISTINCT m.user_id FROM channel_members mine
    JOIN channels c ON c.id = mine.channel_id AND c.type IN ('direct', 'group')
    JOIN channel_members m ON m.channel_id = c.id AND m.user_id <> mine.user_id
    WHERE mine.user_id = $1 AND NOT EXISTS ({HIDES.format(user="m.user_id")})
"""  # noqa: S608 - constants
HAS_COME = """
    SELECT EXISTS (SELECT FROM preferences WHERE user_id = $1 AND (sends_read_receipts = $2 OR updated_at > $3))
"""


async def tell_seers(db: Db, user_id: UUID, sends: bool) -> None:
    """Whoever is in a conversation here with somebody who sends receipts from now on, or none any more, and sends some
    themselves."""
    seer_ids = [row["user_id"] for row in await db.fetch(SEERS, user_id)]
    await announcements.receipts_changed(db, seer_ids, user_id, sends)


async def tell_seers_here(event: PersonalEvent, db: Db) -> None:
    """The same in a database that has channels alone, once its copy of the choice has come: who hears of it asks."""
    try:
        user_id = UUID(event.user_id)
    except ValueError as error:
        raise InvalidEvent(f"nobody's preferences: {error}") from error
    sends = event.preferences_changed.sends_read_receipts
    with suppress(TimeoutError):
        async with asyncio.timeout(WITHIN):
            while not await db.fetchval(HAS_COME, user_id, sends, event.meta.occurred_at.ToDatetime(UTC)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
    await tell_seers(db, user_id, sends)

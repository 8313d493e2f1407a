"""Who is connected and not away: a copy of what presence tells, for `<!here>`."""

from uuid import UUID

from eventbus import Db, InvalidEvent, Tombstone
from nexus.presence.v1.status_event_pb2 import StatusEvent

ARRIVE = "INSERT INTO people_here (user_id) VALUES ($1) ON CONFLICT DO NOTHING"
LEAVE = "DELETE FROM people_here WHERE user_id = $1"


async def arrive(event: StatusEvent, db: Db) -> None:
    await db.execute(ARRIVE, _user_id(event.user_id))


async def leave(tombstone: Tombstone, db: Db) -> None:
    await db.execute(LEAVE, _user_id(tombstone.key))


def _user_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidEvent(f"{text[:50]} is nobody's id") from None

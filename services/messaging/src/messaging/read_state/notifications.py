"""Of what in a channel somebody wants to hear."""

from datetime import datetime
from uuid import UUID

from eventbus import Db

from messaging.read_state import announcements

CHOOSE = """
    UPDATE channel_members SET level = $3, muted_until = $4
    WHERE channel_id = $1 AND user_id = $2 AND (level, muted_until) IS DISTINCT FROM ($3, $4)
    RETURNING channel_id, user_id, level, muted_until
"""


async def choose(db: Db, channel_id: UUID, user_id: UUID, level: str, muted_until: datetime | None) -> None:
    """Hear of all messages, of mentions or of nothing; until a moment, if one is given, of nothing at all."""
    row = await db.fetchrow(CHOOSE, channel_id, user_id, level, muted_until)
    if row is not None:
        await announcements.notifications_changed(db, row)

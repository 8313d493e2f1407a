"""A message among those around it: where a link to it leads."""

from uuid import UUID

from chassis.database import one
from eventbus import Db
from eventbus.wire import Json

from messaging.rows import MESSAGE, message_json

PLACE = """
    SELECT c.workspace_id, t.channel_id, t.seq FROM messages t JOIN channels c ON c.id = t.channel_id WHERE t.id = $1
"""
UP_TO = f"SELECT {MESSAGE} FROM messages WHERE channel_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3"  # noqa: S608
AFTER = f"SELECT {MESSAGE} FROM messages WHERE channel_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"  # noqa: S608


async def of_message(db: Db, message_id: UUID, around: int) -> Json:
    """The message with up to `around` before and after it, oldest first, and whether there are more; deleted ones are
    tombstones."""
    place = await one(db, PLACE, message_id)
    channel_id, seq = place["channel_id"], place["seq"]
    up_to = await db.fetch(UP_TO, channel_id, seq, around + 2)
    after = await db.fetch(AFTER, channel_id, seq, around + 1)
    return {
        "workspaceId": str(place["workspace_id"]),
        "channelId": str(channel_id),
        "messageId": str(message_id),
        "messages": [message_json(row) for row in (*reversed(up_to[: around + 1]), *after[:around])],
        "hasBefore": len(up_to) > around + 1,
        "hasAfter": len(after) > around,
    }

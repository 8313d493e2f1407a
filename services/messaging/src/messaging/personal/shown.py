"""Messages that somebody keeps or is reminded of, as far as they may still read them."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from asyncpg import Record
from eventbus import Db
from eventbus.wire import Json

from messaging.permissions import Standing
from messaging.rows import MESSAGE, message_json, qualified

GONE: Json = {"message": None, "unavailable": "deleted"}
HIDDEN: Json = {"message": None, "unavailable": "not_visible"}
# With what decides whether the person still sees them.
MESSAGES = f"""
    SELECT w.role AS workspace_role, c.type AS channel_type, cm.role AS channel_role, {qualified(MESSAGE, "t")}
    FROM messages t
    JOIN channels c ON c.id = t.channel_id
    LEFT JOIN workspace_members w ON w.workspace_id = c.workspace_id AND w.user_id = $1 AND w.status = 'active'
    LEFT JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = $1
    WHERE t.id = ANY($2)
"""  # noqa: S608 - constants


async def of(db: Db, user_id: UUID, message_ids: Iterable[UUID]) -> Mapping[UUID, Json]:
    """Each `message` as it is now; one that the person may no longer see, or that is gone, is null and `unavailable`
    says which."""
    wanted = set(message_ids)
    rows = await db.fetch(MESSAGES, user_id, list(wanted)) if wanted else []
    return dict.fromkeys(wanted, GONE) | {row["id"]: _json(user_id, row) for row in rows}


def _json(user_id: UUID, row: Record) -> Json:
    role, channel_type, channel_role = row["workspace_role"], row["channel_type"], row["channel_role"]
    standing = Standing(user_id, role=role, channel_type=channel_type, channel_role=channel_role)
    if role is None or not standing.sees_channel:
        return HIDDEN
    return GONE if row["is_deleted"] else {"message": message_json(row), "unavailable": None}

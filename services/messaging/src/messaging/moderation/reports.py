"""Messages that people bring to the notice of a workspace's owners and admins."""

from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.personal_event_pb2 import MessageReported

from messaging import audit
from messaging.moderation import hiding
from messaging.moderation.bodies import Resolution
from messaging.personal import devices
from messaging.rows import plain_json, timestamp
from messaging.standings import Standing

# Of one person that wait to be resolved.
MOST_OPEN = 100
MOST_TOLD = 100

REPORT = """id, workspace_id, channel_id, message_id, reported_by, reason, created_at, resolution, resolved_by,
    resolved_at"""
COUNT = "SELECT count(*) FROM message_reports WHERE workspace_id = $1 AND reported_by = $2 AND resolved_at IS NULL"
ADD = f"""
    INSERT INTO message_reports (id, workspace_id, channel_id, message_id, reported_by, reason)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (message_id, reported_by) WHERE resolved_at IS NULL DO NOTHING
    RETURNING {REPORT}
"""  # noqa: S608 - constants
KNOWN = f"""
    SELECT {REPORT} FROM message_reports WHERE message_id = $1 AND reported_by = $2 AND resolved_at IS NULL
"""  # noqa: S608
MODERATORS = f"""
    SELECT user_id FROM workspace_members WHERE workspace_id = $1 AND role IN ('owner', 'admin') AND status = 'active'
    ORDER BY user_id LIMIT {MOST_TOLD}
"""  # noqa: S608
# With what the message says, also where it is hidden: that is what the report is about.
PAGE = """
    SELECT r.*, m.user_id AS author_id, m.is_hidden, m.is_deleted,
        coalesce(k.content->>'content', m.content) AS content
    FROM message_reports r JOIN messages m ON m.id = r.message_id
    LEFT JOIN kept_contents k ON k.message_id = m.id AND k.reason = 'hidden'
    WHERE r.workspace_id = $1 AND ($2::boolean IS NULL OR (r.resolved_at IS NULL) = $2)
        AND ($3::uuid IS NULL OR r.id < $3)
    ORDER BY r.id DESC LIMIT $4
"""
RESOLVE = f"""
    UPDATE message_reports SET resolution = $3, resolved_by = $4, resolved_at = now()
    WHERE id = $1 AND workspace_id = $2 AND resolved_at IS NULL RETURNING {REPORT}
"""  # noqa: S608
NAMES = tuple(name.strip() for name in REPORT.split(","))
OF_MESSAGE = ("author_id", "content", "is_hidden", "is_deleted")


async def add(db: Db, standing: Standing, message_id: UUID, reason: str) -> Json:
    """Reported again by the same person it is the report that waits already. `Problem` 409 above 100 that wait."""
    if await db.fetchval(COUNT, standing.workspace_id, standing.user_id) >= MOST_OPEN:
        raise Problem(409, "too_many_reports", f"{MOST_OPEN} of your reports wait to be looked at.")
    place = (standing.workspace_id, standing.channel_id, message_id)
    row = await db.fetchrow(ADD, id_beside(message_id), *place, standing.user_id, reason)
    if row is None:
        return plain_json(await one(db, KNOWN, message_id, standing.user_id), *NAMES)
    for moderator in await db.fetch(MODERATORS, standing.workspace_id):
        await devices.tell(db, moderator["user_id"], _told(row))
    return plain_json(row, *NAMES)


async def listed(db: Db, workspace_id: UUID, is_open: bool | None, before: UUID | None, limit: int) -> Json:
    """The newest first, each with its message; `before` is the id of the last one already had."""
    rows = await db.fetch(PAGE, workspace_id, is_open, before, limit + 1)
    reports = [{**plain_json(row, *NAMES), "message": plain_json(row, *OF_MESSAGE)} for row in rows[:limit]]
    return {"reports": reports, "hasMore": len(rows) > limit}


async def resolve(db: Db, standing: Standing, workspace_id: UUID, report_id: UUID, wanted: Resolution) -> Json:
    """`Problem` 404 for one that is resolved; with `hideMessage` the message is hidden as well."""
    row = await db.fetchrow(RESOLVE, report_id, workspace_id, wanted.resolution, standing.user_id)
    if row is None:
        raise not_found("open report")
    if wanted.hide_message:
        await hiding.set_hidden(db, standing, row["channel_id"], row["message_id"], True)
    details = {"reportId": str(report_id), "messageId": str(row["message_id"]), "resolution": wanted.resolution}
    await audit.record(db, standing, "report.resolved", details)
    return plain_json(row, *NAMES)


def _told(row: Record) -> MessageReported:
    return MessageReported(
        report_id=str(row["id"]), workspace_id=str(row["workspace_id"]), channel_id=str(row["channel_id"]),
        message_id=str(row["message_id"]), reported_by=str(row["reported_by"]), reason=row["reason"],
        created_at=timestamp(row["created_at"]),
    )  # fmt: skip

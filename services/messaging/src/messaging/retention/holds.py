"""Legal holds: while one is open, nothing of what it covers is removed for good, neither by people nor by retention."""

from uuid import UUID

from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging import audit, directory
from messaging.retention import retained
from messaging.retention.bodies import NewHold
from messaging.rows import plain_json
from messaging.standings import Standing

MOST = 500
COLUMNS = ("id", "name", "user_id", "channel_id", "created_by", "created_at", "released_by", "released_at")

# Whoever removes something shares this lock with others who do, and then asks for holds; whoever puts a hold on has it
# alone. So nothing that a hold covers is removed by somebody who had not seen it yet.
REMOVE_ONLY = "SELECT pg_advisory_xact_lock_shared(hashtextextended('holds:' || $1, 0))"
HOLD_ONLY = "SELECT pg_advisory_xact_lock(hashtextextended('holds:' || $1, 0))"
OPEN = "SELECT user_id, channel_id FROM legal_holds WHERE workspace_id = $1 AND released_at IS NULL"
ADD = """
    INSERT INTO legal_holds (id, workspace_id, name, user_id, channel_id, created_by) VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING *
"""
ONE = "SELECT * FROM legal_holds WHERE workspace_id = $1 AND id = $2"
ALL = "SELECT * FROM legal_holds WHERE workspace_id = $1 ORDER BY id DESC"
RELEASE = """
    UPDATE legal_holds SET released_by = $3, released_at = now()
    WHERE id = $1 AND workspace_id = $2 AND released_at IS NULL RETURNING *
"""
IS_OR_WAS_HERE = """
    SELECT EXISTS (SELECT FROM workspace_members WHERE workspace_id = $1 AND user_id = $2)
        OR EXISTS (SELECT FROM audit_entries WHERE workspace_id = $1 AND action = 'member.removed'
            AND details->>'userId' = $2::uuid::text)
"""
IS_CHANNEL = "SELECT true FROM channels WHERE id = $1 AND workspace_id = $2"
KEEP = """
    INSERT INTO kept_contents (message_id, reason, content)
    SELECT id, 'held', jsonb_build_object(
        'content', content, 'formatted_content', formatted_content, 'attachments', attachments, 'forwarded', forwarded)
    FROM messages WHERE id = $1 AND NOT is_hidden
    ON CONFLICT DO NOTHING
"""
# What a moderator hid and its author then deleted is kept as it was hidden.
KEEP_HIDDEN = """
    UPDATE kept_contents SET reason = 'held' WHERE message_id = $1 AND reason = 'hidden'
"""
FORGET = "DELETE FROM kept_contents WHERE message_id = $1"
FORGET_VERSIONS = "DELETE FROM message_versions WHERE message_id = $1"
WORKSPACE_OF = "SELECT workspace_id FROM channels WHERE id = $1"


class Holds:
    """The open ones of a workspace."""

    def __init__(self, user_ids: set[UUID], channel_ids: set[UUID]) -> None:
        self.user_ids, self.channel_ids = user_ids, channel_ids

    def cover(self, channel_id: UUID, author_id: UUID) -> bool:
        return channel_id in self.channel_ids or author_id in self.user_ids


async def open_in(db: Db, workspace_id: UUID) -> Holds:
    """The open ones, until the end of the transaction: no other is put on meanwhile. For whoever removes something."""
    await db.execute(REMOVE_ONLY, str(workspace_id))
    rows = await db.fetch(OPEN, workspace_id)
    return Holds(
        {row["user_id"] for row in rows if row["user_id"]}, {row["channel_id"] for row in rows if row["channel_id"]}
    )


async def cover(db: Db, channel_id: UUID, author_id: UUID) -> bool:
    """Whether what somebody wrote in a channel is held, until the end of the transaction."""
    return (await open_in(db, (await one(db, WORKSPACE_OF, channel_id))["workspace_id"])).cover(channel_id, author_id)


async def before_deletion(db: Db, channel_id: UUID, message_id: UUID, author_id: UUID) -> bool:
    """Keep aside what a message says, and said before, if a hold covers it; else nothing of it stays. Whether it is
    kept."""
    is_held = await cover(db, channel_id, author_id)
    for statement in (KEEP_HIDDEN, KEEP) if is_held else (FORGET, FORGET_VERSIONS):
        await db.execute(statement, message_id)
    return is_held


async def listed(db: Db, workspace_id: UUID) -> list[Json]:
    return [plain_json(row, *COLUMNS) for row in await db.fetch(ALL, workspace_id)]


async def add(db: Db, standing: Standing, workspace_id: UUID, new: NewHold) -> Json:
    """`Problem` 404 for a person or channel of another workspace; people who have left it can be held."""
    await db.execute(HOLD_ONLY, str(workspace_id))
    if len(await db.fetch(OPEN, workspace_id)) >= MOST:
        raise Problem(409, "too_many_holds", f"A workspace can have {MOST} open holds.")
    if new.channel_id and not await db.fetchval(IS_CHANNEL, new.channel_id, workspace_id):
        raise not_found("channel")
    if new.user_id and not await db.fetchval(IS_OR_WAS_HERE, workspace_id, new.user_id):
        raise not_found("person in this workspace")
    id_ = id_beside(new.channel_id) if new.channel_id else uuid7()
    row = await one(db, ADD, id_, workspace_id, new.name, new.user_id, new.channel_id, standing.user_id)
    told = plain_json(row, *COLUMNS)
    await directory.open_holds(db, [row])
    await audit.record(
        db, standing, "hold.opened", {name: told[name] for name in ("id", "name", "userId", "channelId")}
    )
    return told


async def release(db: Db, standing: Standing, workspace_id: UUID, hold_id: UUID) -> Json:
    """What no other hold covers goes in retention's next run."""
    row = await db.fetchrow(RELEASE, hold_id, workspace_id, standing.user_id)
    if row is None:
        raise not_found("open hold")
    await retained.look_again(db, workspace_id)
    await directory.release_hold(db, hold_id)
    await audit.record(db, standing, "hold.released", {"id": str(hold_id)})
    return plain_json(row, *COLUMNS)

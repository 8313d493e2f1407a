"""A channel whose messages are all there gets its members, and is shown."""

from uuid import UUID

from asyncpg import Record
from chassis.database import one
from eventbus import Db, outbox
from nexus.messaging.v1.channel_event_pb2 import Bookmark as BookmarkSaid
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, MessagesImported
from uuid_utils.compat import uuid7

from messaging import announcements
from messaging.rows import CHANNEL, channel_of, timestamp
from messaging.sharding.databases import Across
from messaging.transfers import staging, steps, things
from messaging.transfers.jobs import Job, go_on
from messaging.transfers.keys import moment
from messaging.transfers.records import Channel
from messaging.transfers.wording import Names

LOCK = f"SELECT last_seq, {CHANNEL} FROM channels WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - a constant
FIRST = "SELECT min(seq) FROM messages WHERE channel_id = $1 AND is_imported"
NOT_IMPORTED = "SELECT EXISTS (SELECT FROM messages WHERE channel_id = $1 AND NOT is_imported)"
# Nothing of what was there before them is unread for them.
JOIN = """
    INSERT INTO channel_members (channel_id, user_id, role, last_read_seq, furthest_read_seq)
    SELECT $1, given.user_id, CASE WHEN m.role = 'guest' THEN 'member' ELSE given.role END, $4, $4
    FROM unnest($2::uuid[], $3::text[]) AS given(user_id, role)
    JOIN workspace_members m ON m.workspace_id = $5 AND m.user_id = given.user_id AND m.status = 'active'
    ON CONFLICT DO NOTHING RETURNING user_id
"""
# Who is in it already, and is what they were where it comes from.
GIVE_ROLES = """
    UPDATE channel_members cm SET role = given.role FROM unnest($2::uuid[], $3::text[]) AS given(user_id, role)
    WHERE cm.channel_id = $1 AND cm.user_id = given.user_id AND cm.role <> given.role
"""
READ = """
    UPDATE channel_members SET last_read_seq = $2, furthest_read_seq = $2
    WHERE channel_id = $1 AND last_read_seq < $2
"""
HAS_MEMBERS = "SELECT EXISTS (SELECT FROM channel_members WHERE channel_id = $1)"
ARCHIVE = f"UPDATE channels SET is_archived = TRUE WHERE id = $1 RETURNING {CHANNEL}"  # noqa: S608
BOOKMARKS = "SELECT count(*) FROM channel_bookmarks WHERE channel_id = $1"
BOOKMARK = """
    INSERT INTO channel_bookmarks (id, channel_id, title, url, emoji, position, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def close(across: Across, job: Job, channel: Channel, channel_id: UUID, names: Names) -> None:
    """Members join what is new, or was empty; what others had before stays theirs alone."""
    home, db = across.home, await across.of(channel_id)
    row = await one(db, LOCK, channel_id)
    is_new = await things.is_new(home, job, "channel", channel.key)
    if is_new and not await db.fetchval(NOT_IMPORTED, channel_id):
        await _let_in(db, job, channel, row, names)
        await _add_bookmarks(db, job, channel, channel_id, names)
        if channel.is_archived and not row["is_default"]:
            archived = await one(db, ARCHIVE, channel_id)
            await announcements.channel_updated(db, channel_of(archived), job.created_by)
    await _show(db, job, channel_id, row["last_seq"])
    if db is not home:
        await steps.forget(db, job.id, channel_id, channel.key)
    await staging.done(home, job.id, "channel", [channel.key])
    job.count("channelsDone")
    await go_on(home, job)


async def _let_in(db: Db, job: Job, channel: Channel, row: Record, names: Names) -> None:
    roles: dict[UUID, str] = {
        names.people[each.user]: each.role for each in channel.members if each.user in names.people
    }
    if row["type"] in ("direct", "group"):
        roles |= dict.fromkeys(row["member_ids"], "member")
    joined = await _join(db, job, row, roles)
    if not joined and row["type"] == "private" and not await db.fetchval(HAS_MEMBERS, row["id"]):
        # Nobody of it is here: whoever imports it looks after it.
        joined = await _join(db, job, row, {job.created_by: "admin"})
    if joined:
        await announcements.members_joined(db, channel_of(row), row["last_seq"], joined, job.created_by)
    await db.execute(GIVE_ROLES, row["id"], list(roles), list(roles.values()))
    await db.execute(READ, row["id"], row["last_seq"])


async def _join(db: Db, job: Job, row: Record, roles: dict[UUID, str]) -> list[UUID]:
    found = await db.fetch(JOIN, row["id"], list(roles), list(roles.values()), row["last_seq"], job.workspace_id)
    return [member["user_id"] for member in found]


async def _add_bookmarks(db: Db, job: Job, channel: Channel, channel_id: UUID, names: Names) -> None:
    if not channel.bookmarks or await db.fetchval(BOOKMARKS, channel_id):
        return
    told = []
    for position, each in enumerate(channel.bookmarks):
        id_, creator = uuid7(), names.people.get(each.created_by or "", job.created_by)
        created = moment(each.created_at)
        await db.execute(BOOKMARK, id_, channel_id, each.title, each.url, each.emoji, position, creator, created)
        told.append(
            BookmarkSaid(
                id=str(id_), title=each.title, url=each.url, emoji=each.emoji, created_by=str(creator),
                created_at=timestamp(created),
            )
        )  # fmt: skip
    await announcements.bookmarks_changed(db, channel_id, told, job.created_by)


async def _show(db: Db, job: Job, channel_id: UUID, last_seq: int) -> None:
    first = await db.fetchval(FIRST, channel_id, timeout=60)
    if first is not None:
        told = MessagesImported(first_seq=first, last_seq=last_seq)
        event = ChannelEvent(channel_id=str(channel_id), messages_imported=told)
        await outbox.append(db, event, actor_id=str(job.created_by))

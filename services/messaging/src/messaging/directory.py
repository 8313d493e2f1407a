"""Which channels there are and who is in them, told in full on compacted topics, for whoever decides who sees what."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg
import orjson
from asyncpg import Record
from chassis.problems import PART_GONE
from eventbus import Backoff, Db, outbox
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent, ChannelListed
from nexus.messaging.v1.channel_event_pb2 import Channel
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent, LegalHoldOpened
from nexus.messaging.v1.workspace_event_pb2 import RightsChanged, WorkspaceEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved

from messaging import shards
from messaging.rights.terms import WORDS
from messaging.rows import CHANNEL, channel_of, texts, timestamp

log = logging.getLogger(__name__)
# What was there before these topics is announced so many at a time, each time in a transaction of its own.
AT_ONCE = 500
BACKLOG = "SELECT step, channel_id, user_id FROM directory_backlog FOR UPDATE SKIP LOCKED"
IS_DONE = "SELECT NOT EXISTS (SELECT FROM directory_backlog)"
# Whoever comes, goes or changes a channel holds its row, so what is announced here is never older than what they say.
CHANNELS = f"SELECT {CHANNEL} FROM channels WHERE id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE"  # noqa: S608
PLACES = """
    SELECT channel_id, user_id FROM channel_members WHERE (channel_id, user_id) > ($1, $2)
    ORDER BY channel_id, user_id LIMIT $3
"""
LOCK = "SELECT id FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
BETWEEN = """
    SELECT channel_id, user_id FROM channel_members
    WHERE (channel_id, user_id) > ($1, $2) AND (channel_id, user_id) <= ($3, $4) ORDER BY channel_id, user_id
"""
MEMBERS = """
    SELECT workspace_id, user_id, role, joined_at, silenced_until, permissions FROM workspace_members
    WHERE (role = 'guest' OR silenced_until > now() OR permissions <> '{}') AND status = 'active'
    ORDER BY workspace_id, user_id FOR NO KEY UPDATE
"""
RIGHTS = "SELECT id, permissions FROM workspaces WHERE permissions <> '{}' ORDER BY id FOR NO KEY UPDATE"
TERMS = "SELECT id, permissions, posters FROM channels WHERE id = ANY($1)"
IN_CHANNELS = """
    SELECT m.channel_id, m.user_id, m.role, m.silenced_until
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS place(channel_id, user_id, number)
    JOIN channel_members m USING (channel_id, user_id) ORDER BY number
"""
# None is released meanwhile.
OPEN_HOLDS = "SELECT id, workspace_id, user_id, channel_id FROM legal_holds WHERE released_at IS NULL FOR SHARE"
ADVANCE = "UPDATE directory_backlog SET step = $1, channel_id = $2, user_id = $3"
DONE = "DELETE FROM directory_backlog"
NOBODY = UUID(int=0)


async def list_channels(db: Db, channels: Iterable[Channel]) -> None:
    """As they are now; the channels' rows are locked, or new."""
    channels = list(channels)
    terms = {row["id"]: row for row in await db.fetch(TERMS, [UUID(channel.id) for channel in channels])}
    await outbox.append(
        db,
        *(
            ChannelDirectoryEvent(channel_id=channel.id, channel_listed=_listed(channel, terms[UUID(channel.id)]))
            for channel in channels
        ),
    )


def _listed(channel: Channel, terms: Record) -> ChannelListed:
    said = orjson.loads(terms["permissions"])
    return ChannelListed(
        workspace_id=channel.workspace_id, type=channel.type, is_archived=channel.is_archived,
        post=_word(said.get("post")), reply=_word(said.get("reply")), poster_ids=texts(terms["posters"]),
    )  # fmt: skip


async def list_members(db: Db, places: Iterable[tuple[UUID | str, UUID]]) -> None:
    """Of channels, whose rows are locked, each with one who is in it."""
    places = list(places)
    channel_ids, user_ids = [UUID(str(channel_id)) for channel_id, _ in places], [user_id for _, user_id in places]
    await outbox.append(
        db,
        *(
            ChannelMemberEvent(
                member_key=_key(row["channel_id"], row["user_id"]),
                channel_member_listed=ChannelMemberListed(
                    channel_id=str(row["channel_id"]), user_id=str(row["user_id"]), is_admin=row["role"] == "admin",
                    silenced_until=timestamp(row["silenced_until"]),
                ),
            )
            for row in await db.fetch(IN_CHANNELS, channel_ids, user_ids)
        ),
    )  # fmt: skip


def member_saved(row: Record) -> WorkspaceMemberEvent:
    """A `workspace_members` row as its contract."""
    own = orjson.loads(row["permissions"])
    saved = WorkspaceMemberSaved(
        workspace_id=str(row["workspace_id"]), user_id=str(row["user_id"]), role=row["role"],
        joined_at=timestamp(row["joined_at"]), silenced_until=timestamp(row["silenced_until"]),
        may_post=_yes_or_no(own.get("post")), may_reply=_yes_or_no(own.get("reply")),
    )  # fmt: skip
    return WorkspaceMemberEvent(member_key=f"{row['workspace_id']}:{row['user_id']}", workspace_member_saved=saved)


def rights_changed(said: Mapping[str, object]) -> RightsChanged:
    """Of what a workspace says of rights that part which others go by."""
    return RightsChanged(post=_word(said.get("post")), reply=_word(said.get("reply")))


def _word(said: object) -> str | None:
    return said if isinstance(said, str) and said in WORDS.values() else None


def _yes_or_no(said: object) -> bool | None:
    return said if isinstance(said, bool) else None


async def drop_members(db: Db, channel_ids: Sequence[UUID], user_id: UUID) -> None:
    for channel_id in channel_ids:
        await outbox.tombstone(db, ChannelMemberEvent, _key(channel_id, user_id))


async def open_holds(db: Db, rows: Iterable[Record]) -> None:
    await outbox.append(
        db,
        *(
            LegalHoldEvent(
                hold_id=str(row["id"]),
                legal_hold_opened=LegalHoldOpened(
                    workspace_id=str(row["workspace_id"]),
                    user_id=str(row["user_id"]) if row["user_id"] else None,
                    channel_id=str(row["channel_id"]) if row["channel_id"] else None,
                ),
            )
            for row in rows
        ),
    )


async def release_hold(db: Db, hold_id: UUID) -> None:
    await outbox.tombstone(db, LegalHoldEvent, str(hold_id))


async def announce_backlog(pool: asyncpg.Pool) -> None:
    """Tell of everything that was there before these topics were; goes on where it was cut off, and ends."""
    waits = Backoff(most=5.0)
    while True:
        try:
            while await _announce_some(pool):
                waits.reset()
            if await pool.fetchval(IS_DONE):
                return
        except PART_GONE as error:
            log.warning("the directory is announced further shortly: %r", error)
        await asyncio.sleep(next(waits))


async def _announce_some(pool: asyncpg.Pool) -> bool:
    """False if there is no more, or another process is at it."""
    async with pool.acquire(timeout=5) as db, db.transaction():
        row = await db.fetchrow(BACKLOG)
        if row is None:
            return False
        if row["step"] == "channels":
            await _announce_channels(db, row["channel_id"])
        else:
            await _announce_members(db, row["channel_id"], row["user_id"])
        return True


async def _announce_channels(db: Db, after: UUID) -> None:
    rows = await db.fetch(CHANNELS, after, AT_ONCE)
    await list_channels(db, map(channel_of, rows))
    if rows:
        await db.execute(ADVANCE, "channels", rows[-1]["id"], NOBODY)
    else:
        await _announce_terms(db)
        await db.execute(ADVANCE, "members", NOBODY, NOBODY)


async def _announce_terms(db: Db) -> None:
    """Who hears of members needs to know which of them are guests, and who may say what; those who listened before did
    not keep it. Both are home's to tell, which the other databases copy."""
    if await shards.number(db) != shards.HOME:
        return
    await outbox.append(
        db,
        *(
            WorkspaceEvent(workspace_id=str(row["id"]), rights_changed=rights_changed(orjson.loads(row["permissions"])))
            for row in await db.fetch(RIGHTS)
        ),
        *(member_saved(row) for row in await db.fetch(MEMBERS)),
    )


async def _announce_members(db: Db, channel_id: UUID, user_id: UUID) -> None:
    ahead = await db.fetch(PLACES, channel_id, user_id, AT_ONCE)
    if not ahead:
        await open_holds(db, await db.fetch(OPEN_HOLDS))
        await db.execute(DONE)
        return
    last = (ahead[-1]["channel_id"], ahead[-1]["user_id"])
    await db.execute(LOCK, sorted({row["channel_id"] for row in ahead}))
    rows = await db.fetch(BETWEEN, channel_id, user_id, *last)
    await list_members(db, [(row["channel_id"], row["user_id"]) for row in rows])
    await db.execute(ADVANCE, "members", *last)


def _key(channel_id: UUID | str, user_id: UUID) -> str:
    return f"{channel_id}/{user_id}"

"""Which messages carry which files: a message makes its channel a place of what its author may read, and the last one
that goes takes that place along."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import orjson
from eventbus import Db
from nexus.messaging.v1.channel_event_pb2 import Message

from files import announcements, forms, removal
from files.standings import sees_file

# A message carries 20 files at the most, and those of one that was forwarded, which may carry another.
MOST, DEPTH = 60, 3
LOCK = "SELECT id FROM files WHERE id = ANY($1) ORDER BY id FOR UPDATE"
CARRIED = "SELECT file_id, state FROM message_files WHERE message_id = $1"
CARRIED_BY = "SELECT DISTINCT file_id FROM message_files WHERE message_id = ANY($1)"
ADD = "INSERT INTO message_files (message_id, file_id, channel_id, state) VALUES ($1, $2, $3, 'shown')"
SET_STATE = "UPDATE message_files SET state = $3 WHERE message_id = $1 AND file_id = $2"
DROP = "DELETE FROM message_files WHERE message_id = $1 AND file_id = $2"
DROP_ALL = "DELETE FROM message_files WHERE message_id = ANY($1) AND file_id = $2"
STATES = "SELECT DISTINCT state FROM message_files WHERE file_id = $1 AND channel_id = $2"
# Whether it was open before, none if it was not there.
OPEN = """
    WITH before AS (SELECT is_open FROM file_places WHERE file_id = $1 AND entity_type = 'channel' AND entity_id = $2)
    INSERT INTO file_places (file_id, entity_type, entity_id) VALUES ($1, 'channel', $2)
    ON CONFLICT (file_id, entity_type, entity_id) DO UPDATE SET is_open = TRUE
    RETURNING (SELECT is_open FROM before)
"""
CLOSE = """
    UPDATE file_places SET is_open = FALSE
    WHERE file_id = $1 AND entity_type = 'channel' AND entity_id = $2 AND is_open RETURNING entity_type, entity_id
"""
REMOVE = """
    DELETE FROM file_places WHERE file_id = $1 AND entity_type IN ('channel', 'draft') AND entity_id = $2
    RETURNING entity_type, entity_id
"""
# What waited for a message has it.
SENT = "DELETE FROM file_places WHERE file_id = $1 AND entity_type = 'draft' AND entity_id = $2"
HAS_PLACES = "SELECT EXISTS (SELECT FROM file_places WHERE file_id = $1)"
FILE = "SELECT workspace_id, uploaded_by, version FROM files WHERE id = $1"
AT_CHANNEL = "SELECT DISTINCT file_id FROM file_places WHERE entity_type IN ('channel', 'draft') AND entity_id = $1"
FORGET_CHANNEL = "DELETE FROM message_files WHERE channel_id = $1"


async def carry(db: Db, message: Message) -> None:
    """A message was posted or changed: it carries these files and no others."""
    message_id, channel_id = UUID(message.id), UUID(message.channel_id)
    before = {row["file_id"]: row["state"] for row in await db.fetch(CARRIED, message_id)}
    if message.is_hidden:
        await _hide(db, message_id, channel_id, before)
        return
    wanted = set() if message.is_deleted else file_ids(message)
    known = await _locked(db, wanted | set(before))
    for file_id in known:
        if file_id not in wanted:
            await db.execute(DROP, message_id, file_id)
        elif file_id in before:
            await db.execute(SET_STATE, message_id, file_id, "shown")
        elif await sees_file(db, UUID(message.user_id), file_id):
            await db.execute(ADD, message_id, file_id, channel_id)
        else:
            continue
        await _settle(db, file_id, channel_id)


async def _hide(db: Db, message_id: UUID, channel_id: UUID, carried: Iterable[UUID]) -> None:
    """A moderator's doing, until they show it again: it says nothing at any door."""
    for file_id in await _locked(db, carried):
        await db.execute(SET_STATE, message_id, file_id, "hidden")
        await _settle(db, file_id, channel_id)


async def drop(db: Db, channel_id: UUID, message_ids: Iterable[UUID], is_held: bool = False) -> None:
    """Messages are gone for good, and what only they carried goes with them, unless a legal hold covers them."""
    ids = list(message_ids)
    carried = [row["file_id"] for row in await db.fetch(CARRIED_BY, ids)]
    for file_id in await _locked(db, carried):
        await db.execute(DROP_ALL, ids, file_id)
        await _settle(db, file_id, channel_id, is_held)


async def drop_channel(db: Db, channel_id: UUID) -> None:
    """A channel is gone, with all that hung on it alone."""
    hanging = [row["file_id"] for row in await db.fetch(AT_CHANNEL, channel_id)]
    await db.execute(FORGET_CHANNEL, channel_id)
    for file_id in await _locked(db, hanging):
        await _settle(db, file_id, channel_id)


def file_ids(message: Message) -> set[UUID]:
    """Of what it carries itself, and of what it passes on."""
    attachments = orjson.loads(message.attachments or "[]")
    forwarded = orjson.loads(message.forwarded) if message.forwarded else None
    return set(list(_ids({"attachments": attachments, "forwarded": forwarded}, DEPTH))[:MOST])


def _ids(said: object, depth: int) -> Iterator[UUID]:
    """Messaging keeps attachments as its clients made them: whatever is no file's id is passed over."""
    if not isinstance(said, dict) or not depth:
        return
    attachments = said.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else ():
        file_id = attachment.get("fileId") if isinstance(attachment, dict) else None
        if isinstance(file_id, str) and len(file_id) == 36:
            try:
                yield UUID(file_id)
            except ValueError:
                continue
    yield from _ids(said.get("forwarded"), depth - 1)


async def _locked(db: Db, file_ids: Iterable[UUID]) -> list[UUID]:
    """Those of them that there are, in the order in which everybody locks them."""
    return [row["id"] for row in await db.fetch(LOCK, list(file_ids))]


async def _settle(db: Db, file_id: UUID, channel_id: UUID, is_held: bool = False) -> None:
    """What the messages of a channel that carry a file make of its place there."""
    states = {row["state"] for row in await db.fetch(STATES, file_id, channel_id)}
    if "shown" in states:
        await _open(db, file_id, channel_id)
    elif gone := await db.fetch(CLOSE if states else REMOVE, file_id, channel_id):
        if not await db.fetchval(HAS_PLACES, file_id):
            await removal.remove(db, file_id, places=forms.places_of(gone), is_held=is_held)
            return
        file = await db.fetchrow(FILE, file_id)
        if file is not None and file["version"] is not None:
            lost = forms.places_of(gone)
            await announcements.deleted(db, file_id, file["workspace_id"], lost, file["uploaded_by"], is_gone=False)


async def _open(db: Db, file_id: UUID, channel_id: UUID) -> None:
    was_open = await db.fetchval(OPEN, file_id, channel_id)
    await db.execute(SENT, file_id, channel_id)
    file = await db.fetchrow(FILE, file_id)
    if not was_open and file is not None and file["version"] is not None:
        await announcements.changed(db, file_id, file["version"])

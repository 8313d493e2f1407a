"""Legal holds: what one covers is removed for everybody and kept nevertheless, until no hold covers it any more."""

from collections.abc import Iterable
from uuid import UUID

from eventbus import Db
from nexus.files.v1.file_event_pb2 import Place

from files import jobs

SAVE = """
    INSERT INTO legal_holds (id, workspace_id, user_id, channel_id) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
"""
REMOVE = "DELETE FROM legal_holds WHERE id = $1 RETURNING workspace_id"
# Of a person: what they uploaded. Of a channel: what hung there, also until just now.
COVERS = """(h.user_id = f.uploaded_by AND h.workspace_id = f.workspace_id OR h.channel_id IN (
    SELECT entity_id FROM file_places p WHERE p.file_id = f.id AND p.entity_type = 'channel'))"""
# Whoever releases one waits until it can be seen what was kept for it.
COVERING = f"""
    SELECT true FROM legal_holds h JOIN files f ON f.id = $1 AND {COVERS} FOR KEY SHARE OF h
"""  # noqa: S608 - constants
KEEP = "UPDATE files SET kept_at = now() WHERE id = $1"
KEEP_PLACE = """
    INSERT INTO file_places (file_id, entity_type, entity_id, is_open) VALUES ($1, $2, $3, FALSE)
    ON CONFLICT (file_id, entity_type, entity_id) DO NOTHING
"""
CLOSE = "UPDATE file_places SET is_open = FALSE WHERE file_id = $1"
UNLINK = "DELETE FROM message_files WHERE file_id = $1"
FREE = f"""
    SELECT f.id FROM files f WHERE f.kept_at IS NOT NULL AND f.workspace_id = $1
        AND NOT EXISTS (SELECT FROM legal_holds h WHERE {COVERS})
"""  # noqa: S608


async def open_one(db: Db, hold_id: UUID, workspace_id: UUID, user_id: UUID | None, channel_id: UUID | None) -> None:
    await db.execute(SAVE, hold_id, workspace_id, user_id, channel_id)


async def release(db: Db, hold_id: UUID) -> None:
    """What was kept for it alone goes now."""
    workspace_id = await db.fetchval(REMOVE, hold_id)
    for row in await db.fetch(FREE, workspace_id):
        # Of each hold a job of its own: one that just found the file to be kept for this one is over.
        subject = f"file/{row['id']}/{hold_id}"
        await jobs.add(db, "remove", subject, file_id=row["id"], details={"file": str(row["id"])})


async def keep(db: Db, file_id: UUID, lost: Iterable[Place], is_held: bool) -> bool:
    """Keep a file that is removed, if a hold covers it or messaging says so. `lost` are places it had until now."""
    for place in lost:
        await db.execute(KEEP_PLACE, file_id, place.entity_type, UUID(place.entity_id))
    await db.execute(CLOSE, file_id)
    if not (await db.fetch(COVERING, file_id) or is_held):
        return False
    await db.execute(UNLINK, file_id)
    await db.execute(KEEP, file_id)
    return True

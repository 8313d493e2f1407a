"""Bytes that nobody may have any more, or that are lost: every version that has them is refused."""

from uuid import UUID

from asyncpg import Record
from eventbus import Db

from files import announcements, blobs, forms

FILES = """
    SELECT f.id, f.workspace_id, f.uploaded_by FROM files f
    WHERE EXISTS (SELECT FROM file_versions v WHERE v.file_id = f.id AND v.blob_id = $1) ORDER BY f.id FOR NO KEY UPDATE
"""
REFUSED = """
    UPDATE file_versions SET status = 'refused', reason = $2, blob_id = NULL
    WHERE blob_id = $1 AND status = 'clean' AND file_id = ANY($3)
    RETURNING file_id, number, uploaded_by
"""
# What is just being let out has its bytes in quarantine still: its scan begins anew, and decides.
LET_GO = "UPDATE file_versions SET blob_id = NULL WHERE blob_id = $1 AND status = 'scanning' AND file_id = ANY($2)"
SHOW_LAST_CLEAN = """
    UPDATE files f SET updated_at = now(),
        version = (SELECT max(number) FROM file_versions v WHERE v.file_id = f.id AND v.status = 'clean')
    WHERE id = $1 RETURNING version
"""


async def withdraw(db: Db, blob_id: UUID, reason: str) -> bool:
    """Files show their newest version that is still clean. False if somebody else came to have the bytes meanwhile."""
    files = {row["id"]: row for row in await db.fetch(FILES, blob_id)}
    refused = await db.fetch(REFUSED, blob_id, reason, list(files))
    await db.execute(LET_GO, blob_id, list(files))
    for file_id in {row["file_id"]: None for row in refused}:
        await _tell(db, files[file_id])
    for row in refused:
        await announcements.refused(db, row["file_id"], row["number"], row["uploaded_by"], reason)
    return await blobs.release(db, blob_id)


async def _tell(db: Db, file: Record) -> None:
    file_id: UUID = file["id"]
    version = await db.fetchval(SHOW_LAST_CLEAN, file_id)
    if version is not None:
        await announcements.changed(db, file_id, version)
    else:
        places = await forms.places(db, file_id)
        await announcements.deleted(db, file_id, file["workspace_id"], places, file["uploaded_by"], is_gone=True)

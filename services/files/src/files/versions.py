"""What a file was before, and becomes again."""

from uuid import UUID

from chassis.problems import Problem, not_found
from eventbus import Db

from files import announcements

MOST = 100

LOCK = "SELECT last_version FROM files WHERE id = $1 AND kept_at IS NULL FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM file_versions WHERE file_id = $1"
LOCK_BLOB = """
    SELECT b.id FROM blobs b JOIN file_versions v ON v.blob_id = b.id
    WHERE v.file_id = $1 AND v.number = $2 AND v.status = 'clean' AND b.state = 'stored' FOR NO KEY UPDATE OF b
"""
RESTORE = """
    INSERT INTO file_versions
        (file_id, number, status, declared_type, size, sha256, blob_id, restored_from, uploaded_by)
    SELECT file_id, $3, 'clean', declared_type, size, sha256, blob_id, number, $4
    FROM file_versions WHERE file_id = $1 AND number = $2
"""
SHOW = "UPDATE files SET version = $2, last_version = $2, updated_at = now() WHERE id = $1"
RENAME = "UPDATE files SET filename = $2, updated_at = now() WHERE id = $1 RETURNING version"


async def restore(db: Db, file_id: UUID, number: int, user_id: UUID) -> None:
    """Make the version the newest once more, as one of its own: what came between stays. `Problem` 404 if there is no
    such clean version, 409 for one version too many."""
    row = await db.fetchrow(LOCK, file_id)
    if row is None:
        raise not_found("file")
    if await db.fetchval(LOCK_BLOB, file_id, number) is None:
        raise not_found("version")
    await require_one_more(db, file_id)
    new = row["last_version"] + 1
    await db.execute(RESTORE, file_id, number, new, user_id)
    await db.execute(SHOW, file_id, new)
    await announcements.changed(db, file_id, new, user_id)


async def require_one_more(db: Db, file_id: UUID) -> None:
    """`Problem` 409 if the file, which is locked, has as many versions as one may have."""
    if await db.fetchval(COUNT, file_id) >= MOST:
        raise Problem(409, "too_many_versions", f"A file may have {MOST} versions.")


async def rename(db: Db, file_id: UUID, filename: str, user_id: UUID) -> None:
    await db.execute(LOCK, file_id)
    version = await db.fetchval(RENAME, file_id, filename)
    if version is not None:
        await announcements.changed(db, file_id, version, user_id)

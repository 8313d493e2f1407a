"""Where clients put bytes by themselves. They can do so until their permission ends, so nothing that is there is used:
it is copied to where only this service writes, and that is measured, hashed and scanned."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from chassis.database import one
from chassis.problems import not_found
from eventbus import Db

from files import keys
from files.store import Store
from files.uploads import Upload

# Seconds for which an address can be used, and after which an upload that was not completed is given up.
PERMITTED, RESTS = 3_600, 4 * 3_600.0
# A put that was begun in time may end that much later.
GRACE = 7_200.0
SWEPT_AT_ONCE = 200

ADD = """
    INSERT INTO direct_uploads (upload_id, user_id, file_id, version, media_type, permitted_until)
    VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second') RETURNING permitted_until
"""
OF_USER = "SELECT file_id, media_type, permitted_until FROM direct_uploads WHERE upload_id = $1 AND user_id = $2"
HAS_ARRIVED = """
    SELECT EXISTS (
        SELECT FROM direct_uploads d JOIN file_versions v ON v.file_id = d.file_id
        WHERE d.upload_id = $1 AND v.number = coalesce(d.version, v.number) AND v.status <> 'uploading')
"""
OVER = """
    SELECT upload_id FROM direct_uploads d WHERE permitted_until < now() - $1 * interval '1 second'
        AND NOT EXISTS (SELECT FROM uploads u WHERE u.id = d.upload_id AND u.state = 'open')
    ORDER BY permitted_until LIMIT $2
"""
FORGET = "DELETE FROM direct_uploads WHERE upload_id = $1"


@dataclass(frozen=True, slots=True)
class Drop:
    """What a client may put."""

    file_id: UUID
    media_type: str
    permitted_until: datetime


async def add(db: Db, upload: Upload, media_type: str) -> Drop:
    row = await one(db, ADD, upload.id, upload.user_id, upload.file_id, upload.version, media_type, float(PERMITTED))
    return Drop(upload.file_id, media_type, row["permitted_until"])


async def of_user(db: Db, upload_id: UUID, user_id: UUID) -> Drop:
    """Somebody's own; `Problem` 404 for any other."""
    row = await db.fetchrow(OF_USER, upload_id, user_id)
    if row is None:
        raise not_found("upload")
    return Drop(row["file_id"], row["media_type"], row["permitted_until"])


async def require_arrived(db: Db, upload_id: UUID) -> None:
    """`Problem` 404 for one that was given up."""
    if not await db.fetchval(HAS_ARRIVED, upload_id):
        raise not_found("upload")


async def sweep(pool: asyncpg.Pool, store: Store) -> None:
    """Remove what was dropped, too late or again, now that nothing more can come and nobody is going to take it."""
    for row in await pool.fetch(OVER, GRACE, SWEPT_AT_ONCE):
        await store.delete(keys.dropped(row["upload_id"]))
        await pool.execute(FORGET, row["upload_id"])

"""Removing files: rows at once, bytes by jobs that are done however often somebody dies meanwhile."""

from collections.abc import Iterable
from uuid import UUID

from eventbus import Db
from nexus.files.v1.file_event_pb2 import Place

from files import announcements, blobs, forms, holds, keys, uploads
from files.jobs import Job, Later
from files.workshop import Workshop

LOCK = "SELECT workspace_id, uploaded_by, version FROM files WHERE id = $1 FOR UPDATE"
PLACES = "SELECT entity_type, entity_id FROM file_places WHERE file_id = $1"
DROP_VERSIONS = "DELETE FROM file_versions WHERE file_id = $1 RETURNING blob_id"
UPLOADS = "UPDATE uploads SET state = 'over' WHERE file_id = $1 RETURNING id"
DROP_JOBS = """
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE file_id = $1 AND kind <> 'remove' AND (leased_until IS NULL OR leased_until < now())
        FOR UPDATE SKIP LOCKED)
"""
DROP = "DELETE FROM files WHERE id = $1"
IN_HAND = "SELECT EXISTS (SELECT FROM jobs WHERE blob_id = $1 AND id <> $2 AND leased_until > now())"
# A request or a job that is still at it would leave behind what it writes.
IS_WRITTEN = """
    SELECT EXISTS (SELECT FROM tus_uploads WHERE upload_id = $1 AND taken_by IS NOT NULL AND taken_until > now())
        OR EXISTS (SELECT FROM jobs WHERE kind IN ('assemble', 'adopt') AND subject = $1::text AND leased_until > now())
"""
FORGET_UPLOAD = "DELETE FROM uploads WHERE id = $1 AND state = 'over'"


async def remove(
    db: Db, file_id: UUID, actor_id: UUID | None = None, places: Iterable[Place] = (), is_held: bool = False
) -> bool:
    """The file with its versions, for everybody, at once; jobs remove the bytes that nobody else has. False if it is
    gone already. `places` are those that it has lost just now. What a legal hold covers is kept, seen by nobody."""
    file = await db.fetchrow(LOCK, file_id)
    if file is None:
        return False
    # Of what was never clean nobody but its uploader knows.
    gone = list(places)
    lost = [*gone, *forms.places_of(await db.fetch(PLACES, file_id))] if file["version"] is not None else []
    if not await holds.keep(db, file_id, gone, is_held):
        await _drop(db, file_id)
    await announcements.deleted(
        db, file_id, file["workspace_id"], lost, file["uploaded_by"], is_gone=True, actor_id=actor_id
    )
    return True


async def _drop(db: Db, file_id: UUID) -> None:
    held = {row["blob_id"] for row in await db.fetch(DROP_VERSIONS, file_id)} - {None}
    for row in await db.fetch(UPLOADS, file_id):
        await uploads.remove_bytes(db, row["id"])
    await db.execute(DROP_JOBS, file_id)
    # In one order, as everybody locks them.
    for blob_id in sorted(held):
        await blobs.release(db, blob_id)
    await db.execute(DROP, file_id)


async def remove_bytes(job: Job, shop: Workshop) -> None:
    """Of a blob, with all that was made of it, of an upload that is over, or of a file that no hold covers any more."""
    if "file" in job.details:
        async with shop.pool.acquire(timeout=5) as db, db.transaction():
            await remove(db, UUID(job.details["file"]))
    elif job.blob_id is not None:
        await _remove_blob(job, shop, job.blob_id)
    else:
        await _remove_upload(shop, UUID(job.details["upload"]))


async def _remove_blob(job: Job, shop: Workshop, blob_id: UUID) -> None:
    # Whoever makes something of it just now would leave that behind.
    if await shop.pool.fetchval(IN_HAND, blob_id, job.id):
        raise Later("a job works with these bytes")
    await shop.store.abort_all(keys.blob(blob_id))
    await shop.store.delete_all(keys.derived(blob_id))
    await shop.store.delete(keys.blob(blob_id))
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        await blobs.forget(db, blob_id)


async def _remove_upload(shop: Workshop, upload_id: UUID) -> None:
    if await shop.pool.fetchval(IS_WRITTEN, upload_id):
        raise Later("somebody still writes to it")
    key = keys.incoming(upload_id)
    # Also those that somebody began who died before it could be noted.
    await shop.store.abort_all(key)
    await shop.store.delete_all(key)
    await shop.pool.execute(FORGET_UPLOAD, upload_id)

"""What was found clean is scanned anew once the scanner knows more: a verdict belongs to its signatures."""

from uuid import UUID

import asyncpg
from asyncpg import Record
from eventbus import Db

from files import announcements, blobs, forms, jobs, keys
from files.jobs import Job, Refused
from files.metrics import SCANS
from files.store import Missing
from files.workshop import Workshop

# So many at a time wait, so that they do not hold up what people wait for.
AT_ONCE = 100
OLD = """
    SELECT id FROM blobs WHERE state = 'stored' AND signatures <> $1
        AND NOT EXISTS (SELECT FROM jobs WHERE kind = 'rescan' AND subject = blobs.id::text)
    ORDER BY scanned_at DESC
    LIMIT greatest(0, $2 - (SELECT count(*) FROM jobs WHERE kind = 'rescan' AND state = 'waiting'))
"""
SCANNED = "UPDATE blobs SET signatures = $2, scanned_at = now() WHERE id = $1"
REFUSED = """
    UPDATE file_versions SET status = 'refused', reason = $2, blob_id = NULL WHERE blob_id = $1
    RETURNING file_id, number, uploaded_by
"""
FILES = """
    SELECT f.id, f.workspace_id, f.uploaded_by FROM files f
    WHERE EXISTS (SELECT FROM file_versions v WHERE v.file_id = f.id AND v.blob_id = $1) ORDER BY f.id FOR NO KEY UPDATE
"""
SHOW_LAST_CLEAN = """
    UPDATE files f SET updated_at = now(),
        version = (SELECT max(number) FROM file_versions v WHERE v.file_id = f.id AND v.status = 'clean')
    WHERE id = $1 RETURNING version
"""


async def queue(pool: asyncpg.Pool, signatures: str) -> None:
    """The newest first: those are the ones that people still pass on."""
    async with pool.acquire(timeout=5) as db, db.transaction():
        for row in await db.fetch(OLD, signatures, AT_ONCE):
            await jobs.add(db, "rescan", row["id"], blob_id=row["id"])


async def scan(job: Job, shop: Workshop) -> None:
    """Once more; `Refused` takes the bytes from everybody."""
    if job.blob_id is None:
        return
    signatures = await shop.scanner.signatures()
    try:
        async with shop.store.get(keys.blob(job.blob_id)) as reading:
            verdict = await shop.scanner.scan(reading.chunks())
    except Missing:
        return  # removed meanwhile; if it is lost, reconciling says so
    SCANS.labels("clean again" if verdict.is_clean else "found later").inc()
    if not verdict.is_clean:
        raise Refused("malware")
    await shop.pool.execute(SCANNED, job.blob_id, signatures)


async def take_back(db: Db, job: Job, reason: str) -> None:
    """Every version with these bytes is refused; files show their newest version that is still clean."""
    if job.blob_id is None or reason != "malware":
        return
    files = await db.fetch(FILES, job.blob_id)
    refused = await db.fetch(REFUSED, job.blob_id, reason)
    for file in files:
        await _tell(db, file)
    for row in refused:
        await announcements.refused(db, row["file_id"], row["number"], row["uploaded_by"], reason)
    await blobs.release(db, job.blob_id)


async def _tell(db: Db, file: Record) -> None:
    file_id: UUID = file["id"]
    version = await db.fetchval(SHOW_LAST_CLEAN, file_id)
    if version is not None:
        await announcements.changed(db, file_id, version)
    else:
        places = await forms.places(db, file_id)
        await announcements.deleted(db, file_id, file["workspace_id"], places, file["uploaded_by"], is_gone=True)

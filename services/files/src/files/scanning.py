"""The way out of quarantine: bytes are scanned and hashed in one reading, and what is clean becomes a blob."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record
from eventbus import Db

from files import announcements, blobs, jobs, keys, uploads
from files.blobs import Blob
from files.clamd import TooLarge
from files.jobs import Job, Later, Refused
from files.metrics import SCANS, UNTIL_CLEAN
from files.progress import Progress
from files.store import Missing, Reading
from files.workshop import Workshop

log = logging.getLogger(__name__)
# Locks the file, so that its versions come out one after the other; gone or decided: nothing.
WAITING = """
    SELECT f.id AS file_id, f.workspace_id, f.version, v.number, v.size, v.sha256, v.uploaded_by, v.blob_id,
        u.id AS upload_id, u.created_at
    FROM files f JOIN file_versions v ON v.file_id = f.id AND v.number = $2 AND v.status = 'scanning'
    JOIN uploads u ON u.id = $3 AND u.state = 'stored'
    WHERE f.id = $1 FOR NO KEY UPDATE OF f
"""
CLAIM = "UPDATE file_versions SET blob_id = $3, sha256 = $4 WHERE file_id = $1 AND number = $2"
NAME_BLOB = "UPDATE jobs SET blob_id = $2 WHERE id = $1 AND turn = $3 RETURNING true"
CLEAN = "UPDATE file_versions SET status = 'clean', sha256 = $3 WHERE file_id = $1 AND number = $2"
SHOW = """
    UPDATE files SET version = greatest(coalesce(version, 0), $2), updated_at = now() WHERE id = $1 RETURNING version
"""
REFUSE = """
    UPDATE file_versions SET status = 'refused', reason = $3, blob_id = NULL FROM file_versions before
    WHERE file_versions.file_id = $1 AND file_versions.number = $2 AND file_versions.status = 'scanning'
        AND before.file_id = $1 AND before.number = $2
    RETURNING file_versions.uploaded_by, before.blob_id
"""
OVER = "UPDATE uploads SET state = 'over' WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version in quarantine."""

    file_id: UUID
    workspace_id: UUID
    number: int
    size: int
    sha256: bytes | None
    uploaded_by: UUID
    upload_id: UUID
    uploaded_at: datetime
    is_first: bool
    blob_id: UUID | None


async def scan(job: Job, shop: Workshop) -> None:
    """May be cut off anywhere: what was done before is found done, and done again where it cannot be told."""
    signatures = await shop.scanner.signatures()
    waiting = await _look(job, shop)
    if waiting is None:
        return
    sha256, etag = waiting.sha256, None
    if sha256 is None or not await _is_known_clean(shop, waiting.workspace_id, sha256, signatures):
        sha256, etag = await _scanned(shop, job, waiting)
    blob = await _claim(job, shop, waiting, sha256, signatures)
    if blob is None:
        return
    if not blob.is_stored:
        await _copy(shop, waiting, blob, etag)
    await _let_out(job, shop, blob)


async def refuse(db: Db, job: Job, reason: str) -> None:
    """The version will never be seen, and its bytes go."""
    upload_id = UUID(job.details["upload"])
    await db.execute(uploads.HOLD, upload_id)
    row = await db.fetchrow(REFUSE, job.file_id, job.version, reason)
    await db.execute(OVER, upload_id)
    await uploads.remove_bytes(db, upload_id)
    if row is None or job.file_id is None or job.version is None:
        return
    if row["blob_id"]:
        await blobs.release(db, row["blob_id"])
    await announcements.refused(db, job.file_id, job.version, row["uploaded_by"], reason)


async def _look(job: Job, shop: Workshop) -> Waiting | None:
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        waiting = await _waiting(db, job)
        if waiting is None:
            await uploads.end_unwanted(db, UUID(job.details["upload"]))
        return waiting


async def _waiting(db: Db, job: Job) -> Waiting | None:
    row = await db.fetchrow(WAITING, job.file_id, job.version, UUID(job.details["upload"]))
    return _of(row) if row else None


async def _is_known_clean(shop: Workshop, workspace_id: UUID, sha256: bytes, signatures: str) -> bool:
    """A verdict belongs to the bytes and the signatures: the same bytes need no second one."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        blob = await blobs.find(db, workspace_id, sha256)
    is_known = blob is not None and blob.is_stored and blob.signatures == signatures
    if is_known:
        SCANS.labels("known").inc()
    return is_known


async def _scanned(shop: Workshop, job: Job, waiting: Waiting) -> tuple[bytes, str]:
    """The SHA-256 of exactly the bytes in which nothing was found, and what the store calls these."""
    hashed = hashlib.sha256()
    progress = Progress(shop.pool, job, waiting.uploaded_by, "scan", waiting.size)
    try:
        async with shop.store.get(keys.incoming(waiting.upload_id)) as reading:
            if reading.size != waiting.size:
                raise Refused("damaged")
            verdict = await shop.scanner.scan(_hashed(reading, hashed, progress))
    except Missing:
        raise Refused("lost") from None
    except TooLarge:
        SCANS.labels("too_large").inc()
        raise Refused("too_large_to_scan") from None
    SCANS.labels("clean" if verdict.is_clean else "found").inc()
    if not verdict.is_clean:
        log.warning("version %d of file %s is %s", waiting.number, waiting.file_id, verdict.found)
        raise Refused("malware")
    if waiting.sha256 not in (None, hashed.digest()):
        raise Refused("damaged")
    return hashed.digest(), reading.etag


async def _hashed(reading: Reading, hashed: "hashlib._Hash", progress: Progress) -> AsyncIterator[bytes]:
    async for chunk in reading.chunks():
        # Lets the loop go on meanwhile: hashing takes no interpreter lock.
        await asyncio.to_thread(hashed.update, chunk)
        await progress.add(len(chunk))
        yield chunk


async def _claim(job: Job, shop: Workshop, waiting: Waiting, sha256: bytes, signatures: str) -> Blob | None:
    """From here on the version holds the blob, so that whatever removes the version knows of it."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        if await _waiting(db, job) is None:
            return None
        blob = await blobs.take(db, waiting.workspace_id, sha256, waiting.size, signatures)
        await db.execute(CLAIM, waiting.file_id, waiting.number, blob.id, sha256)
        if not await db.fetchval(NAME_BLOB, job.id, blob.id, job.turn):
            raise Later("somebody else has it")
        return blob


async def _copy(shop: Workshop, waiting: Waiting, blob: Blob, etag: str | None) -> None:
    """Of what was scanned and nothing else, whoever wrote to quarantine since."""
    if etag is None:
        raise Later("the same bytes, which were known, were just removed")
    try:
        await shop.store.copy(keys.incoming(waiting.upload_id), keys.blob(blob.id), etag)
    except Missing:
        raise Refused("lost") from None


async def _let_out(job: Job, shop: Workshop, blob: Blob) -> None:
    """Everybody who sees one of the file's places may read it now."""
    async with shop.pool.acquire(timeout=5) as db, db.transaction():
        waiting = await _waiting(db, job)
        if waiting is None:
            return
        found = await blobs.find(db, waiting.workspace_id, await _sha256(db, blob.id))
        if found is None or found.id != blob.id or waiting.blob_id != blob.id:
            raise Later("the same bytes were just removed")
        await blobs.store(db, blob.id)
        await db.execute(CLEAN, waiting.file_id, waiting.number, await _sha256(db, blob.id))
        # A newer one may have been quicker.
        shown = await db.fetchval(SHOW, waiting.file_id, waiting.number)
        await db.execute(OVER, waiting.upload_id)
        await uploads.remove_bytes(db, waiting.upload_id)
        if "inspect" in shop.kinds:
            # Of the blob alone: another file may have it when this one is gone.
            await jobs.add(db, "inspect", blob.id, blob_id=blob.id)
        tell = announcements.ready if waiting.is_first else announcements.changed
        await tell(db, waiting.file_id, shown)
    UNTIL_CLEAN.observe((datetime.now(UTC) - waiting.uploaded_at).total_seconds())


async def _sha256(db: Db, blob_id: UUID) -> bytes:
    return bytes(await db.fetchval("SELECT sha256 FROM blobs WHERE id = $1", blob_id) or b"")


def _of(row: Record) -> Waiting:
    return Waiting(
        row["file_id"], row["workspace_id"], row["number"], row["size"], row["sha256"], row["uploaded_by"],
        row["upload_id"], row["created_at"], row["version"] is None, row["blob_id"],
    )  # fmt: skip

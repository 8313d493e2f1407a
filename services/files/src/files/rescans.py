"""What was found clean is scanned anew once the scanner knows more: a verdict belongs to its signatures."""

import asyncpg
from eventbus import Db

from files import jobs, keys
from files.jobs import Job, Refused
from files.metrics import SCANS
from files.store import Missing
from files.withdrawal import withdraw
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
    """From every version with these bytes; whoever came to have them meanwhile is looked at next."""
    if job.blob_id is None or reason != "malware":
        return
    if not await withdraw(db, job.blob_id, reason):
        await jobs.add(db, "rescan", job.blob_id, blob_id=job.blob_id)

"""The end of uploads that jobs bring to quarantine, long after their uploader was told that all bytes are there."""

from uuid import UUID

from chassis.problems import Problem
from eventbus import Db

from files import uploads
from files.jobs import Job, Refused
from files.workshop import Workshop


async def arrive(shop: Workshop, upload_id: UUID, size: int) -> None:
    """The object is there as a whole. Whoever may not put it there any more is refused like the bytes of malware; of
    what is over, or was noted before, nothing comes."""
    try:
        async with shop.pool.acquire(timeout=5) as db, db.transaction():
            await uploads.finish(db, upload_id, size, None)
    except Problem as problem:
        if problem.type == uploads.FORBIDDEN:
            raise Refused(problem.type) from None
        if problem.status != 404:
            raise


async def refuse(db: Db, job: Job, reason: str) -> None:
    await uploads.refuse(db, UUID(job.subject), reason)

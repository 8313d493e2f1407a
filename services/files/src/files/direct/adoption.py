"""From where a client put bytes to quarantine: what is there is copied once, and only the copy counts."""

from uuid import UUID

from files import arrivals, keys, uploads
from files.direct.drops import RESTS
from files.jobs import Job, Refused
from files.objects import Missing
from files.workshop import Workshop

OPEN = "SELECT size FROM uploads WHERE id = $1 AND state = 'open'"


async def adopt(job: Job, shop: Workshop) -> None:
    """May be cut off anywhere: until the copy is noted it is made anew."""
    upload_id = UUID(job.subject)
    async with shop.pool.acquire(timeout=5) as db:
        size = await db.fetchval(OPEN, upload_id)
        if size is None or not await uploads.extend(db, upload_id, RESTS):
            return
    try:
        await _copy(shop, upload_id, size)
    except Refused:
        # Who did it before, and stood still, may go on after all, and takes away what was put.
        if not await _is_over(shop, upload_id):
            raise
        return
    await arrivals.arrive(shop, upload_id, size)
    await shop.store.delete(keys.dropped(upload_id))


async def _copy(shop: Workshop, upload_id: UUID, size: int) -> None:
    try:
        await shop.store.copy(keys.dropped(upload_id), keys.incoming(upload_id))
    except Missing:
        raise Refused("lost") from None
    head = await shop.store.head(keys.incoming(upload_id))
    if head is None or head.size != size:
        raise Refused("damaged")


async def _is_over(shop: Workshop, upload_id: UUID) -> bool:
    async with shop.pool.acquire(timeout=5) as db:
        return await db.fetchval(OPEN, upload_id) is None

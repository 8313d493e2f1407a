"""The end of a resumable upload: its parts become one object in quarantine, which is scanned as any other."""

from uuid import UUID

from files import arrivals, keys, uploads
from files.jobs import Job, Refused
from files.objects import Missing, Part
from files.tus.progress import RESTS
from files.workshop import Workshop

WHOLE = """
    SELECT t.length, t.etags, u.multipart_id FROM tus_uploads t
    JOIN uploads u ON u.id = t.upload_id AND u.state = 'open' WHERE t.upload_id = $1 AND t.arrived = t.length
"""


async def assemble(job: Job, shop: Workshop) -> None:
    """May be cut off anywhere: an object that is there already is as good as one that is made now."""
    upload_id = UUID(job.subject)
    async with shop.pool.acquire(timeout=5) as db:
        row = await db.fetchrow(WHOLE, upload_id)
        if row is None or not await uploads.extend(db, upload_id, RESTS):
            return
    await _join(shop, keys.incoming(upload_id), row["multipart_id"], row["etags"])
    head = await shop.store.head(keys.incoming(upload_id))
    if head is None or head.size != row["length"]:
        raise Refused("lost" if head is None else "damaged")
    await shop.store.delete(f"{keys.incoming(upload_id)}.tail")
    await arrivals.arrive(shop, upload_id, head.size)


async def _join(shop: Workshop, key: str, multipart_id: str | None, etags: list[str]) -> None:
    if multipart_id is None:
        return
    if not etags:  # begun for a chunk that was not what its checksum said
        await shop.store.abort(key, multipart_id)
        return
    try:
        await shop.store.complete(key, multipart_id, [Part(number, etag) for number, etag in enumerate(etags, 1)])
    except Missing:
        return  # it was completed before

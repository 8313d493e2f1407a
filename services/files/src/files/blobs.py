"""Bytes that are kept, once a workspace however many files have them. Rows first, bytes second."""

from dataclasses import dataclass
from uuid import UUID

from eventbus import Db
from uuid_utils.compat import uuid7

from files import jobs, quotas
from files.jobs import Later

FIND = "SELECT id, state, signatures FROM blobs WHERE workspace_id = $1 AND sha256 = $2 FOR UPDATE"
ADD = """
    INSERT INTO blobs (id, workspace_id, sha256, size, state, signatures, scanned_at)
    VALUES ($1, $2, $3, $4, 'copying', $5, now()) ON CONFLICT (workspace_id, sha256) DO NOTHING
"""
SCANNED = "UPDATE blobs SET signatures = $2, scanned_at = now() WHERE id = $1"
STORED = (
    "UPDATE blobs SET state = 'stored', counted = TRUE WHERE id = $1 AND state = 'copying' RETURNING workspace_id, size"
)
LOCK = "SELECT state FROM blobs WHERE id = $1 FOR UPDATE"
IS_USED = "SELECT EXISTS (SELECT FROM file_versions WHERE blob_id = $1)"
REMOVING = "UPDATE blobs SET state = 'removing' WHERE id = $1 AND state <> 'removing' RETURNING true"
DROP_WAITING = """
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE blob_id = $1 AND kind <> 'remove' AND (leased_until IS NULL OR leased_until < now())
        FOR UPDATE SKIP LOCKED)
"""
GONE = "DELETE FROM blobs WHERE id = $1 AND state = 'removing' RETURNING workspace_id, size, counted"


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes of which a row is kept; `is_stored`: they are there."""

    id: UUID
    is_stored: bool
    signatures: str


async def find(db: Db, workspace_id: UUID, sha256: bytes) -> Blob | None:
    """Locked; `Later` for one that is just being removed."""
    row = await db.fetchrow(FIND, workspace_id, sha256)
    if row is None:
        return None
    if row["state"] == "removing":
        raise Later("the same bytes are just being removed")
    return Blob(row["id"], row["state"] == "stored", row["signatures"])


async def take(db: Db, workspace_id: UUID, sha256: bytes, size: int, signatures: str) -> Blob:
    """The workspace's blob of these bytes, in which these signatures found nothing."""
    await db.execute(ADD, uuid7(), workspace_id, sha256, size, signatures)
    blob = await find(db, workspace_id, sha256)
    if blob is None:
        raise Later("the same bytes were just removed")
    await db.execute(SCANNED, blob.id, signatures)
    return blob


async def store(db: Db, blob_id: UUID) -> None:
    """The bytes are there; from now on they count."""
    row = await db.fetchrow(STORED, blob_id)
    if row is not None:
        await quotas.count(db, row["workspace_id"], row["size"])


async def release(db: Db, blob_id: UUID) -> bool:
    """Somebody has it no longer: a job removes the bytes that nobody has. In the transaction that drops the version.
    False if somebody else has it."""
    await db.execute(LOCK, blob_id)
    if await db.fetchval(IS_USED, blob_id):
        return False
    if await db.fetchval(REMOVING, blob_id):
        await db.execute(DROP_WAITING, blob_id)
        await remove_bytes(db, blob_id)
    return True


async def remove_bytes(db: Db, blob_id: UUID) -> None:
    """Of a blob that is being removed."""
    await jobs.add(db, "remove", f"blob/{blob_id}", blob_id=blob_id)


async def forget(db: Db, blob_id: UUID) -> None:
    """The bytes are gone."""
    row = await db.fetchrow(GONE, blob_id)
    if row is not None and row["counted"]:
        await quotas.count(db, row["workspace_id"], -row["size"])

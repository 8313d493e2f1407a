"""How far resumable uploads are, and whose turn it is to write: one request at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem, not_found
from eventbus import Db
from uuid_utils.compat import uuid7

from files import jobs, uploads
from files.repeats import reused
from files.uploads import Upload

# Seconds: how long an upload may rest, and how long a request that writes holds it without a sign of life.
RESTS, LEASE = 24 * 3600.0, 30.0
# Which life of this process it is: a request of an earlier one holds nothing any more.
LIFE = uuid7()

ADD = """
    INSERT INTO tus_uploads (upload_id, user_id, file_id, version, length, metadata) VALUES ($1, $2, $3, $4, $5, $6)
"""
OF_USER = """
    SELECT t.*, u.multipart_id, u.state, u.expires_at, coalesce(u.expires_at < now(), FALSE) AS is_expired
    FROM tus_uploads t LEFT JOIN uploads u ON u.id = t.upload_id WHERE t.upload_id = $1 AND t.user_id = $2
"""
BEFORE = """
    SELECT t.upload_id, coalesce(t.length = $3 AND t.metadata = $4, FALSE) AS is_same
    FROM file_versions v LEFT JOIN tus_uploads t ON t.file_id = v.file_id AND t.version = v.number
    WHERE v.uploaded_by = $1 AND v.idempotency_key = $2
"""
TAKE = """
    UPDATE tus_uploads SET taken_by = $2, taken_until = now() + $3 * interval '1 second', taken_in = $4, taken_life = $5
    WHERE upload_id = $1
        AND (taken_by IS NULL OR taken_until < now() OR (taken_in = $4 AND taken_life <> $5))
    RETURNING true
"""
KEEP = """
    UPDATE tus_uploads SET taken_until = now() + $3 * interval '1 second' WHERE upload_id = $1 AND taken_by = $2
    RETURNING true
"""
IS_ANOTHERS = """
    SELECT taken_in IS NOT NULL AND taken_by IS DISTINCT FROM $2 FROM tus_uploads WHERE upload_id = $1
"""
LEAVE = "UPDATE tus_uploads SET taken_by = NULL WHERE upload_id = $1 AND taken_by = $2"
IS_OVER = "SELECT NOT EXISTS (SELECT FROM uploads WHERE id = $1 AND state <> 'over')"
# Whoever gives it up meanwhile waits until the turn can be seen.
HOLD = "SELECT FROM uploads WHERE id = $1 FOR SHARE"
NOTE = """
    UPDATE tus_uploads SET arrived = $3, etags = $4, tail = $5, touched_at = now(),
        taken_until = now() + $6 * interval '1 second'
    WHERE upload_id = $1 AND taken_by = $2 RETURNING true
"""
SWEEP = """
    DELETE FROM tus_uploads t WHERE touched_at < now() - interval '7 days'
        AND NOT EXISTS (SELECT FROM uploads u WHERE u.id = t.upload_id)
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """One upload as it is: `arrived` bytes are in the store, in parts and a tail that is too small for one."""

    id: UUID
    file_id: UUID
    version: int
    length: int
    arrived: int
    etags: tuple[str, ...]
    tail: int
    metadata: str
    multipart_id: str | None
    expires_at: datetime | None
    is_open: bool

    @property
    def is_whole(self) -> bool:
        return self.arrived == self.length


def over() -> Problem:
    return Problem(410, "upload_over", "This upload has expired or was given up: begin a new one.")


async def add(db: Db, upload: Upload, length: int, metadata: str) -> None:
    await db.execute(ADD, upload.id, upload.user_id, upload.file_id, upload.version, length, metadata)


async def begun_before(db: Db, user_id: UUID, key: str, length: int, metadata: str) -> UUID | None:
    """The upload that somebody began under this key, whose address may not have reached them; `Problem` 422 if it was
    another one."""
    await uploads.take_turn(db, user_id)
    row = await db.fetchrow(BEFORE, user_id, key, length, metadata)
    if row is None:
        return None
    if not row["is_same"]:
        raise reused()
    return UUID(str(row["upload_id"]))


async def of_user(db: Db, upload_id: UUID, user_id: UUID) -> Progress:
    """Somebody's own; `Problem` 404 for any other, 410 for one that was given up."""
    row = await db.fetchrow(OF_USER, upload_id, user_id)
    if row is None:
        raise not_found("upload")
    is_whole = row["arrived"] == row["length"]
    if not is_whole and (row["state"] != "open" or row["is_expired"]):
        raise over()
    return _progress(row)


async def take(db: Db, upload_id: UUID, process: str) -> UUID:
    """The id of a turn to write; `Problem` 423 while somebody else has it."""
    turn = uuid7()
    await db.execute(HOLD, upload_id)
    if not await db.fetchval(TAKE, upload_id, turn, LEASE, process, LIFE):
        raise _locked()
    return turn


async def keep(db: Db, upload_id: UUID, turn: UUID) -> bool:
    """False if it is no longer ours."""
    return bool(await db.fetchval(KEEP, upload_id, turn, LEASE))


async def is_anothers(db: Db, upload_id: UUID, turn: UUID | None) -> bool:
    """Whether somebody had a turn to write, and this one is not the last."""
    return bool(await db.fetchval(IS_ANOTHERS, upload_id, turn))


async def leave(db: Db, upload_id: UUID, turn: UUID) -> None:
    """What was written to an upload that was over by then goes, also if the turn was lost before."""
    await db.execute(LEAVE, upload_id, turn)
    if await db.fetchval(IS_OVER, upload_id):
        await uploads.remove_bytes(db, upload_id, "late")


async def note(db: Db, progress: Progress, turn: UUID) -> None:
    """So much is in the store. With the last byte a job goes on from there. `Problem` 410 if the upload is over, 423
    if the turn is."""
    # The upload first, as who takes a turn locks them.
    if not await uploads.extend(db, progress.id, RESTS):
        raise over()
    mine = await db.fetchval(NOTE, progress.id, turn, progress.arrived, list(progress.etags), progress.tail, LEASE)
    if not mine:
        raise _locked()
    if progress.is_whole:
        await jobs.add(db, "assemble", progress.id, file_id=progress.file_id, version=progress.version)


def _locked() -> Problem:
    return Problem(423, "upload_locked", "Another request writes to this upload just now.", retry_after=1)


async def sweep(db: Db) -> None:
    await db.execute(SWEEP)


def _progress(row: Record) -> Progress:
    return Progress(
        row["upload_id"], row["file_id"], row["version"], row["length"], row["arrived"], tuple(row["etags"]),
        row["tail"], row["metadata"], row["multipart_id"], row["expires_at"], row["state"] == "open",
    )  # fmt: skip

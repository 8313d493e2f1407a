"""Bytes on their way: from before the first one until they are scanned. Every way of uploading begins and ends here."""

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from eventbus import Db
from uuid_utils.compat import uuid7

from files import announcements, jobs, permissions, quotas, standings, versions
from files.metrics import UPLOADED, UPLOADED_BYTES
from files.permissions import Action
from files.places import Place
from files.quotas import Limits
from files.standings import Standing

# One person's beginnings, one after the other.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('uploads:' || $1, 0))"
UNDER_WAY = "SELECT count(*) FROM uploads WHERE user_id = $1 AND state = 'open'"
NEW_FILE = "INSERT INTO files (id, workspace_id, filename, uploaded_by, last_version) VALUES ($1, $2, $3, $4, 1)"
NEW_PLACE = "INSERT INTO file_places (file_id, entity_type, entity_id) VALUES ($1, $2, $3)"
# Whoever removes the channel waits until it can be seen what hangs there.
HOLD_CHANNEL = "SELECT true FROM channels WHERE id = $1 FOR KEY SHARE"
NEXT_VERSION = """
    UPDATE files SET last_version = last_version + 1 WHERE id = $1 AND kept_at IS NULL
    RETURNING last_version, workspace_id
"""
NEW_VERSION = """
    INSERT INTO file_versions (file_id, number, status, declared_type, size, uploaded_by, idempotency_key)
    VALUES ($1, $2, 'uploading', $3, $4, $5, $6)
"""
NEW_UPLOAD = """
    INSERT INTO uploads (id, method, file_id, version, workspace_id, user_id, size, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 second') RETURNING *
"""
# The file first, then what belongs to it: in this order everybody locks them. Nobody begins a version of it meanwhile.
HOLD = "SELECT FROM files WHERE id = (SELECT file_id FROM uploads WHERE id = $1) FOR UPDATE"
OPEN = "SELECT * FROM uploads WHERE id = $1 AND state = 'open' FOR UPDATE"
RESERVE = "UPDATE uploads SET size = size + $2 WHERE id = $1 AND state = 'open' RETURNING workspace_id"
EXTEND = """
    UPDATE uploads SET expires_at = now() + $2 * interval '1 second' WHERE id = $1 AND state = 'open' RETURNING true
"""
CALL = "UPDATE uploads SET multipart_id = $2 WHERE id = $1 AND state = 'open' RETURNING true"
STORED = "UPDATE uploads SET state = 'stored', size = $2 WHERE id = $1 AND state = 'open' RETURNING *"
SCANNING = "UPDATE file_versions SET status = 'scanning', size = $3, sha256 = $4 WHERE file_id = $1 AND number = $2"
# What has arrived as a whole is not at rest: its job waits for a part that is away, or for this service.
IS_EXPIRED = """state = 'open' AND expires_at < now() AND NOT EXISTS (
    SELECT FROM jobs j
    WHERE j.kind IN ('assemble', 'adopt') AND j.subject = uploads.id::text AND j.state = 'waiting')"""
EXPIRED = f"SELECT true FROM uploads WHERE id = $1 AND {IS_EXPIRED} FOR UPDATE"  # noqa: S608 - a constant
UNWANTED = """
    UPDATE uploads SET state = 'over' WHERE id = $1 AND state = 'stored' AND NOT EXISTS (
        SELECT FROM file_versions v
        WHERE v.file_id = uploads.file_id AND v.number = uploads.version AND v.status = 'scanning')
    RETURNING true
"""
OVER = "UPDATE uploads SET state = 'over' WHERE id = $1 AND state = 'open' RETURNING file_id, version"
IS_STORED = "SELECT true FROM uploads WHERE id = $1 AND state = 'stored'"
REFUSE = """
    UPDATE file_versions SET status = 'refused', reason = $3 WHERE file_id = $1 AND number = $2 AND status = 'uploading'
    RETURNING uploaded_by
"""
DROP_VERSION = "DELETE FROM file_versions WHERE file_id = $1 AND number = $2 AND status IN ('uploading', 'refused')"
DROP_EMPTY = "DELETE FROM files f WHERE id = $1 AND NOT EXISTS (SELECT FROM file_versions WHERE file_id = f.id)"
# Kinds of places that are a channel's.
OF_CHANNELS = ("channel", "draft")


# Why an upload ends that was allowed when it began.
FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody begins to upload: a new file at a place, or a version of the file that the standing is towards.

    `size` is the most that it will have; `seconds` how long it may rest before it is given up; `key` what the client
    calls it, so that sent again it is the same."""

    method: str
    filename: str
    declared_type: str
    size: int
    seconds: float
    place: Place | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One under way, in quarantine."""

    id: UUID
    method: str
    file_id: UUID
    version: int
    workspace_id: UUID
    user_id: UUID
    size: int
    multipart_id: str | None


async def take_turn(db: Db, user_id: UUID) -> None:
    """Until the transaction ends nothing else that this person uploads begins."""
    await db.execute(TAKE_TURN, str(user_id))


async def begin(db: Db, standing: Standing, wanted: Wanted, limits: Limits) -> Upload:
    """`Problem` 413 or 507 if there is no room for it, 429 if too many are under way, 409 for one version too many."""
    await take_turn(db, standing.user_id)
    if await db.fetchval(UNDER_WAY, standing.user_id) >= limits.uploads:
        detail = f"You may have {limits.uploads} uploads under way: wait until one has ended."
        raise Problem(429, "too_many_uploads", detail, retry_after=5)
    file_id, version, workspace_id = await _room_for(db, standing, wanted)
    await quotas.require_room(db, workspace_id, wanted.size, limits)
    await db.execute(
        NEW_VERSION, file_id, version, wanted.declared_type, wanted.size, standing.user_id, wanted.key
    )  # fmt: skip
    row = await one(
        db, NEW_UPLOAD, uuid7(), wanted.method, file_id, version, workspace_id, standing.user_id, wanted.size,
        wanted.seconds,
    )  # fmt: skip
    return _upload(row)


async def hold(db: Db, upload_id: UUID) -> None:
    """Nothing arrives of it, and nobody else ends it, before this transaction does."""
    await db.execute(HOLD, upload_id)
    await db.execute(OPEN, upload_id)


async def of_user(db: Db, upload_id: UUID, user_id: UUID) -> Upload:
    """Somebody's own that is under way, locked; `Problem` 404 for any other."""
    await db.execute(HOLD, upload_id)
    row = await db.fetchrow(OPEN, upload_id)
    if row is None or row["user_id"] != user_id:
        raise not_found("upload")
    return _upload(row)


async def ask_again(db: Db, upload_id: UUID) -> Problem | None:
    """Whether what was allowed at the beginning still is; one under way is given up otherwise, for the reason that is
    returned."""
    await db.execute(HOLD, upload_id)
    row = await db.fetchrow(OPEN, upload_id)
    if row is None:
        return None
    try:
        await _require_still_allowed(db, _upload(row))
    except Problem as refusal:
        await give_up(db, upload_id)
        return refusal
    return None


async def _require_still_allowed(db: Db, upload: Upload) -> None:
    """`Problem` 403 for who was silenced, removed, shut out or lost the right meanwhile, or if it is closed."""
    is_new = upload.version == 1
    try:
        of = standings.of_upload if is_new else standings.of_file
        standing = await of(db, upload.user_id, upload.file_id)
        permissions.check(Action.FILE_UPLOAD if is_new else Action.VERSION_ADD, standing)
    except Problem:
        raise Problem(403, FORBIDDEN, "You may no longer put this file where it was to go.") from None


async def reserve(db: Db, upload: Upload, more: int, limits: Limits) -> None:
    """Room for more than it was begun with."""
    await quotas.require_room(db, upload.workspace_id, more, limits)
    if not await db.fetchval(RESERVE, upload.id, more):
        raise not_found("upload")


async def extend(db: Db, upload_id: UUID, seconds: float) -> bool:
    """Let it rest for so long from now; False if it is over."""
    return bool(await db.fetchval(EXTEND, upload_id, seconds))


async def name_parts(db: Db, upload_id: UUID, multipart_id: str) -> bool:
    """Note by which id the store knows its parts, before the first one; False if it is over."""
    return bool(await db.fetchval(CALL, upload_id, multipart_id))


async def finish(db: Db, upload_id: UUID, size: int, sha256: bytes | None) -> Upload:
    """All bytes are at `keys.incoming`: the version waits for the scanner, which hashes them, too. `Problem` 404 if the
    upload is over: given up, or its file is gone; 403 if it was allowed once and is no more."""
    await db.execute(HOLD, upload_id)
    row = await db.fetchrow(STORED, upload_id, size)
    if row is None:
        raise not_found("upload")
    upload = _upload(row)
    await _require_still_allowed(db, upload)
    await db.execute(SCANNING, upload.file_id, upload.version, size, sha256)
    await queue_scan(db, upload.id, upload.file_id, upload.version)
    await announcements.uploaded(db, upload.file_id, upload.version, upload.user_id)
    UPLOADED.labels(upload.method, "stored").inc()
    UPLOADED_BYTES.labels(upload.method).inc(size)
    return upload


async def queue_scan(db: Db, upload_id: UUID, file_id: UUID, version: int) -> None:
    await jobs.add(db, "scan", upload_id, file_id=file_id, version=version, details={"upload": str(upload_id)})


async def give_up(db: Db, upload_id: UUID) -> None:
    """As if it had never begun; a job removes the bytes. One that is over stays so, and so does one that has arrived:
    of that the scanner decides, and who does not want it removes the file."""
    row = await _end(db, upload_id)
    if row is None:
        return
    await db.execute(DROP_VERSION, row["file_id"], row["version"])
    await db.execute(DROP_EMPTY, row["file_id"])
    await remove_bytes(db, upload_id)
    UPLOADED.labels("any", "given_up").inc()


async def refuse(db: Db, upload_id: UUID, reason: str) -> None:
    """All bytes came, and none of them stays: its uploader sees why, if they see where it was to go."""
    row = await _end(db, upload_id)
    if row is None:
        return
    file_id, version = row["file_id"], row["version"]
    user_id = await db.fetchval(REFUSE, file_id, version, reason)
    await remove_bytes(db, upload_id)
    if user_id is None:
        return
    await announcements.uploaded(db, file_id, version, user_id)
    await announcements.refused(db, file_id, version, user_id, reason)
    if not await standings.sees_file(db, user_id, file_id):
        await db.execute(DROP_VERSION, file_id, version)
        await db.execute(DROP_EMPTY, file_id)
    UPLOADED.labels("any", "refused").inc()


async def _end(db: Db, upload_id: UUID) -> Record | None:
    """Of which version it was; None if it is under way no more."""
    await db.execute(HOLD, upload_id)
    row = await db.fetchrow(OVER, upload_id)
    if row is None and not await db.fetchval(IS_STORED, upload_id):
        # Whoever ends it only now may have written after its bytes were removed.
        await remove_bytes(db, upload_id, "late")
    return row


async def give_up_expired(db: Db, upload_id: UUID) -> bool:
    """False if somebody carried it on, or ended it, in the meantime."""
    await db.execute(HOLD, upload_id)
    if not await db.fetchval(EXPIRED, upload_id):
        return False
    await give_up(db, upload_id)
    return True


async def end_unwanted(db: Db, upload_id: UUID) -> None:
    """All of it came, and no version waits for it: its bytes go."""
    await db.execute(HOLD, upload_id)
    if await db.fetchval(UNWANTED, upload_id):
        await remove_bytes(db, upload_id)


async def remove_bytes(db: Db, upload_id: UUID, when: str = "upload") -> None:
    """Of an upload that is over, whatever there is in quarantine."""
    await jobs.add(db, "remove", f"{when}/{upload_id}", details={"upload": str(upload_id)})


async def _room_for(db: Db, standing: Standing, wanted: Wanted) -> tuple[UUID, int, UUID]:
    if standing.file_id is not None:
        return await _next_version(db, standing.file_id)
    if standing.workspace_id is None or wanted.place is None:
        raise Problem(422, "invalid_request", "workspaceId: say for which workspace")
    place, file_id = wanted.place, uuid7()
    if place.entity_type in OF_CHANNELS and not await db.fetchval(HOLD_CHANNEL, place.entity_id):
        raise not_found(place.entity_type)
    await db.execute(NEW_FILE, file_id, standing.workspace_id, wanted.filename, standing.user_id)
    await db.execute(NEW_PLACE, file_id, place.entity_type, place.entity_id)
    return file_id, 1, standing.workspace_id


async def _next_version(db: Db, file_id: UUID) -> tuple[UUID, int, UUID]:
    row = await db.fetchrow(NEXT_VERSION, file_id)
    if row is None:
        raise not_found("file")
    await versions.require_one_more(db, file_id)
    return file_id, row["last_version"], row["workspace_id"]


def _upload(row: Record) -> Upload:
    return Upload(
        row["id"], row["method"], row["file_id"], row["version"], row["workspace_id"], row["user_id"], row["size"],
        row["multipart_id"],
    )  # fmt: skip

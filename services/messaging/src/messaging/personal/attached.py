"""Files that a message is to carry at its time: what their service told of those that are not fit for it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.problems import Problem
from eventbus import Db
from nexus.files.v1.file_event_pb2 import FileChanged, FileDeleted, FileEvent, FileReady, FileRefused, FileUploaded

# Longer than a message waits to be sent.
LONGEST = "200 days"
NOTE = f"""
    WITH tidied AS (DELETE FROM unfit_files WHERE told_at < now() - interval '{LONGEST}' AND id <> $1)
    INSERT INTO unfit_files (id, state) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, told_at = excluded.told_at
"""  # noqa: S608 - a constant
REFUSE = "UPDATE unfit_files SET state = 'refused', reason = $2, told_at = now() WHERE id = $1 AND state = 'scanning'"
FORGET = "DELETE FROM unfit_files WHERE id = $1"
UNFIT = "SELECT state, reason FROM unfit_files WHERE id = ANY($1) AND state = ANY($2) ORDER BY state LIMIT 1"


async def wait_for(event: FileEvent, db: Db) -> None:
    """A file is waited for until its first version is clean; its later ones change nothing for who sends it."""
    if event.file_uploaded.file.version == 1:
        await db.execute(NOTE, UUID(event.file_id), "scanning")


async def let_go(event: FileEvent, db: Db) -> None:
    """There is a clean version."""
    await db.execute(FORGET, UUID(event.file_id))


async def refuse(event: FileEvent, db: Db) -> None:
    """Of a file that was never clean."""
    await db.execute(REFUSE, UUID(event.file_id), event.file_refused.reason)


async def remove(event: FileEvent, db: Db) -> None:
    if event.file_deleted.is_gone:
        await db.execute(NOTE, UUID(event.file_id), "gone")


CONSUMES = {
    FileUploaded: wait_for,
    FileReady: let_go,
    FileChanged: let_go,
    FileRefused: refuse,
    FileDeleted: remove,
}


async def require(db: Db, attachments: Iterable[Mapping[str, object]]) -> None:
    """`Problem` 404 for a file that is gone, 409 for one that is refused; it may still wait for the scanner."""
    if refusal := await _refusal(db, attachments, ("gone", "refused")):
        raise refusal


async def refusal(db: Db, attachments: Iterable[Mapping[str, object]]) -> Problem | None:
    """Why a message with these cannot be sent now; one of status 503 passes."""
    return await _refusal(db, attachments, ("gone", "refused", "scanning"))


async def _refusal(db: Db, attachments: Iterable[Mapping[str, object]], states: Iterable[str]) -> Problem | None:
    file_ids = _named(attachments)
    row = await db.fetchrow(UNFIT, file_ids, list(states)) if file_ids else None
    if row is None:
        return None
    if row["state"] == "gone":
        return Problem(404, "file_gone", "attachments: a file is gone.")
    if row["state"] == "refused":
        return Problem(409, "file_refused", f"attachments: a file was refused ({row['reason']}).")
    return Problem(503, "file_not_scanned", "attachments: a file has not been scanned yet.", retry_after=5)


def _named(attachments: Iterable[Mapping[str, object]]) -> list[UUID]:
    """Attachments are as clients made them: what is no file's id is passed over, here as by the service of files."""
    found: dict[UUID, None] = {}
    for attachment in attachments:
        file_id = attachment.get("fileId")
        if isinstance(file_id, str) and len(file_id) == 36:
            try:
                found[UUID(file_id)] = None
            except ValueError:
                continue
    return list(found)

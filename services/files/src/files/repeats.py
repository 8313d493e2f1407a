"""Uploads that are sent again under their Idempotency-Key: the same file, if place and bytes are the same."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem
from eventbus import Db

from files.standings import Standing
from files.uploads import Wanted, take_turn

BEFORE = """
    SELECT v.file_id, v.number, v.status, v.size, v.sha256, EXISTS (SELECT FROM file_places p
        WHERE p.file_id = v.file_id AND p.entity_type = $3 AND p.entity_id = $4) AS is_there
    FROM file_versions v WHERE v.uploaded_by = $1 AND v.idempotency_key = $2
"""


@dataclass(frozen=True, slots=True)
class Before:
    """What came under the key first."""

    file_id: UUID
    size: int
    sha256: bytes

    async def require_same(self, chunks: AsyncIterator[bytes]) -> None:
        """Until all bytes came again; `Problem` 422 for any others, which would be lost without a word."""
        hashed, size = hashlib.sha256(), 0
        async for chunk in chunks:
            hashed.update(chunk)
            size += len(chunk)
            if size > self.size:
                raise reused()
        if (size, hashed.digest()) != (self.size, self.sha256):
            raise reused()


async def before(db: Db, standing: Standing, wanted: Wanted) -> Before | None:
    """None for a key that this person has not used. `Problem` 409 while the first upload still comes, 422 if it was for
    something else."""
    if wanted.key is None:
        return None
    await take_turn(db, standing.user_id)
    place = (wanted.place.entity_type, wanted.place.entity_id) if wanted.place else (None, None)
    row = await db.fetchrow(BEFORE, standing.user_id, wanted.key, *place)
    if row is None:
        return None
    if not _is_for(row, standing.file_id):
        raise reused()
    if row["status"] == "uploading":
        raise Problem(409, "still_uploading", "The upload with this Idempotency-Key is still under way.", retry_after=5)
    return Before(row["file_id"], row["size"], row["sha256"])


def _is_for(row: Record, file_id: UUID | None) -> bool:
    """Whether it was the next version of that file, or a new file at the same place."""
    if file_id is not None:
        return bool(row["file_id"] == file_id and row["number"] > 1)
    return bool(row["is_there"] and row["number"] == 1)


def reused() -> Problem:
    detail = "This Idempotency-Key was used for another upload: take a new one for each."
    return Problem(422, "key_reused", detail)

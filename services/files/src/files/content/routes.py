"""Addresses of bytes: for who may see a file, until they are over or the right to it is."""

import time
from typing import Annotated, Any, Literal
from uuid import UUID

from asyncpg import Record
from chassis.problems import Problem, not_found
from eventbus import Db
from fastapi import APIRouter, Query, Request

from files.content.addresses import LONGEST, USUAL, Addresses, moment
from files.content.passes import Pass, Viewer
from files.content.sights import ORIGINAL
from files.permissions import Action, Ask, allowed
from files.standings import VISIBLE

# The version that is asked for, or the one that people see.
VERSION = """
    SELECT f.id, f.filename, v.number FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = coalesce($2, f.version) AND v.status = 'clean'
    WHERE f.id = $1
"""
SEEN = f"""
    SELECT f.id, f.filename, f.version AS number FROM files f
    WHERE f.id = ANY($2::uuid[]) AND f.version IS NOT NULL AND {VISIBLE}
"""  # noqa: S608
MOST_AT_ONCE = 100
Expiry = Annotated[int, Query(ge=1, le=LONGEST)]
Variant = Annotated[str, Query(max_length=64, pattern=r"^([a-z0-9][A-Za-z0-9._-]*)?$")]

router = APIRouter(prefix="/api/files")


@router.get("/urls")
async def addresses_of_many(
    ids: Annotated[str, Query(max_length=MOST_AT_ONCE * 37)],
    request: Request,
    ask: Annotated[Ask, allowed(Action.FILE_READ)],
    expiry: Expiry = USUAL,
    variant: Variant = ORIGINAL,
) -> dict[str, Any]:
    """Of those that the asker sees and that are clean, by their ids; nothing is said of others."""
    async with ask.granted() as (db, standing):
        rows = await db.fetch(SEEN, standing.user_id, _ids(ids))
    expires_at = int(time.time()) + expiry
    return {
        "urls": {str(row["id"]): _address(request, standing.user_id, row, variant, expires_at) for row in rows},
        "expiresAt": moment(expires_at),
    }


def _address(
    request: Request, user_id: UUID, row: Record, variant: str, expires_at: int, *, inline: bool = True
) -> str:
    granted = Pass(row["id"], row["number"], variant, Viewer.PERSON, user_id, expires_at, inline)
    addresses: Addresses = request.app.state.addresses
    return addresses.of(granted, row["filename"])


def _ids(text: str) -> list[UUID]:
    parts = text.split(",")
    if len(parts) > MOST_AT_ONCE:
        raise Problem(422, "invalid_request", f"ids: may be {MOST_AT_ONCE} at once")
    try:
        return [UUID(part) for part in parts]
    except ValueError:
        raise Problem(422, "invalid_request", "ids: must be ids, with commas between them") from None


@router.get("/{file_id}/url")
async def address(
    file_id: UUID,
    request: Request,
    ask: Annotated[Ask, allowed(Action.FILE_READ)],
    expiry: Expiry = USUAL,
    variant: Variant = ORIGINAL,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    disposition: Literal["inline", "attachment"] = "inline",
) -> dict[str, Any]:
    """`Problem` 409 for a version that was not found to be clean, or not yet."""
    async with ask.granted() as (db, standing):
        row = await _named(db, file_id, version)
    expires_at, inline = int(time.time()) + expiry, disposition == "inline"
    url = _address(request, standing.user_id, row, variant, expires_at, inline=inline)
    return {"url": url, "expiresAt": moment(expires_at), "version": row["number"]}


async def _named(db: Db, file_id: UUID, version: int | None) -> Record:
    row = await db.fetchrow(VERSION, file_id, version)
    if row is not None:
        return row
    if version is not None:
        raise not_found("version")
    raise Problem(409, "not_clean", "The file has not been scanned yet, or was refused.")

"""Addresses of bytes: for who may see a file, until they are over or the right to it is."""

import time
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.problems import Problem, not_found
from eventbus import Db
from fastapi import APIRouter, Query, Request

from files.content.addresses import LONGEST, USUAL, Addresses, moment
from files.content.passes import Pass, Viewer
from files.content.sights import ORIGINAL
from files.permissions import Action, Ask, allowed

# The version that is asked for, or the one that people see.
VERSION = """
    SELECT f.id, f.filename, v.number FROM files f
    JOIN file_versions v ON v.file_id = f.id AND v.number = coalesce($2, f.version) AND v.status = 'clean'
    WHERE f.id = $1
"""
router = APIRouter(prefix="/api/files")


@router.get("/{file_id}/url")
async def address(
    file_id: UUID,
    request: Request,
    ask: Annotated[Ask, allowed(Action.FILE_READ)],
    expiry: Annotated[int, Query(ge=1, le=LONGEST)] = USUAL,
    variant: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9._-]*$")] = ORIGINAL,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    disposition: Literal["inline", "attachment"] = "inline",
) -> dict[str, Any]:
    """`Problem` 409 for a version that was not found to be clean, or not yet."""
    async with ask.granted() as (db, standing):
        filename, number = await _named(db, file_id, version)
    granted = Pass(
        file_id, number, variant, Viewer.PERSON, standing.user_id, int(time.time()) + expiry, disposition == "inline"
    )
    addresses: Addresses = request.app.state.addresses
    return {"url": addresses.of(granted, filename), "expiresAt": moment(granted.expires_at), "version": number}


async def _named(db: Db, file_id: UUID, version: int | None) -> tuple[str, int]:
    row = await db.fetchrow(VERSION, file_id, version)
    if row is not None:
        return row["filename"], row["number"]
    if version is not None:
        raise not_found("version")
    raise Problem(409, "not_clean", "The file has not been scanned yet, or was refused.")

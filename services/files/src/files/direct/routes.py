"""Uploads straight to the store, over HTTP: an address, and the word that the bytes are there."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from chassis.problems import Problem
from chassis.schema import Body, Id, Text
from eventbus import Db
from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from files import forms, jobs, keys, names, places, quotas, uploads
from files.direct import drops
from files.direct.drops import Drop
from files.objects import Head
from files.permissions import Action, Ask, allowed
from files.upload_routes import limits_of
from files.uploads import Upload, Wanted

IS_OPEN = "SELECT true FROM uploads WHERE id = $1 AND state = 'open'"

router = APIRouter(prefix="/api/files/direct")


class NewDirect(Body):
    """What is going to be put: exactly so many bytes of that type."""

    filename: Annotated[Text, StringConstraints(min_length=1, max_length=1_000)]
    size: Annotated[int, Field(ge=0)]
    mime_type: Annotated[Text, StringConstraints(max_length=255)] = ""
    entity_type: str = ""
    entity_id: str = ""
    workspace_id: Id | None = None
    file_id: Id | None = None


@router.post("", status_code=201)
async def begin(body: NewDirect, request: Request, ask: Annotated[Ask, allowed(Action.FILE_UPLOAD)]) -> dict[str, Any]:
    """`url` takes one PUT of the bytes with these `headers`; then `POST …/complete`."""
    state, media_type = request.app.state, names.declared_type(body.mime_type)
    filename = names.clean(body.filename)
    limits = limits_of(state.settings, filename, media_type)
    quotas.require_size(body.size, limits)
    wanted = Wanted("direct", filename, media_type, body.size, drops.RESTS)
    if body.file_id is not None:
        granted = replace(ask, action=Action.VERSION_ADD, ids={"file_id": body.file_id}).granted()
    else:
        place = places.read(body.entity_type, body.entity_id)
        wanted = replace(wanted, place=place)
        granted = ask.granted_at(place, body.workspace_id)
    async with granted as (db, standing):
        upload = await uploads.begin(db, standing, wanted, limits)
        drop = await drops.add(db, upload, media_type)
    url, headers = await state.store.permit_put(keys.dropped(upload.id), body.size, media_type, drops.PERMITTED)
    return {
        "id": str(upload.id),
        "fileId": str(upload.file_id),
        "version": upload.version,
        "method": "PUT",
        "url": url,
        "headers": headers,
        "expiresAt": drop.permitted_until.isoformat(),
    }


@router.post("/{upload_id}/complete", status_code=202)
async def complete(
    upload_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]
) -> dict[str, Any]:
    """The file, which is taken over and scanned. Said twice, it is done once; `Problem` 409 while the bytes are not
    there, 422 if they are others than were announced, 404 once it was given up, 403 if it is no
    longer allowed."""
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        drop = await drops.of_user(db, upload_id, ask.user.user_id)
        upload = await _open(db, upload_id, ask)
        refusal = await uploads.ask_again(db, upload_id) if upload else None
        if upload is None:
            return await _arrived(db, upload_id, drop, ask)
    if refusal:
        raise refusal
    head = await request.app.state.store.head(keys.dropped(upload_id))
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        if await _open(db, upload_id, ask) is None:  # by whoever said it at the same time
            return await _arrived(db, upload_id, drop, ask)
        _require_announced(head, upload.size, drop.media_type)
        await jobs.add(db, "adopt", upload_id, file_id=upload.file_id, version=upload.version)
        return await forms.of(db, ask.user.user_id, upload.file_id)


async def _open(db: Db, upload_id: UUID, ask: Ask) -> Upload | None:
    """Locked; None if it is under way no more."""
    if not await db.fetchval(IS_OPEN, upload_id):
        return None
    return await uploads.of_user(db, upload_id, ask.user.user_id)


async def _arrived(db: Db, upload_id: UUID, drop: Drop, ask: Ask) -> dict[str, Any]:
    await drops.require_arrived(db, upload_id)
    return await forms.of(db, ask.user.user_id, drop.file_id)


def _require_announced(head: Head | None, size: int, media_type: str) -> None:
    if head is None:
        raise Problem(409, "not_uploaded", "The bytes are not there yet: put them to the address first.")
    if (head.size, head.media_type) != (size, media_type):
        detail = f"There are {head.size:,} bytes of {head.media_type}, not {size:,} of {media_type}."
        raise Problem(422, "not_as_announced", detail)


@router.delete("/{upload_id}", status_code=204)
async def end(upload_id: UUID, ask: Annotated[Ask, allowed(Action.UPLOAD_CONTINUE)]) -> None:
    """Give it up."""
    async with ask.pool.acquire(timeout=5) as db, db.transaction():
        upload = await uploads.of_user(db, upload_id, ask.user.user_id)
        await uploads.give_up(db, upload.id)

"""Files: looked at, listed, renamed, restored, removed."""

from typing import Annotated
from uuid import UUID

from chassis.problems import Problem
from chassis.schema import Body, Name
from eventbus.wire import Json
from fastapi import APIRouter, Path, Query

from files import forms, names, places, removal, versions
from files.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")
PAGE, MOST = 50, 100
Text = Annotated[str, Query(max_length=64)]


class Change(Body):
    """What can be changed of a file without new bytes."""

    filename: Name


@router.get("/files")
async def list_files(
    ask: Annotated[Ask, allowed(Action.FILE_LIST)],
    entity_type: Annotated[str, Query(alias="entityType", max_length=64)] = "",
    entity_id: Annotated[str, Query(alias="entityId", max_length=64)] = "",
    ids: Annotated[str, Query(max_length=4_000)] = "",
    cursor: Text = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
) -> Json:
    """What hangs on a place, the newest first; or, with `ids`, those of them that the asker sees."""
    if ids:
        async with ask.granted() as (db, standing):
            return {"files": await forms.of_all(db, standing.user_id, _ids(ids)), "cursor": None}
    place, before = places.read(entity_type, entity_id), _cursor(cursor)
    async with ask.granted_at(place) as (db, standing):
        return await forms.at(db, standing.user_id, place.entity_type, place.entity_id, before, limit)


@router.get("/files/{file_id}")
async def get_file(file_id: UUID, ask: Annotated[Ask, allowed(Action.FILE_READ)]) -> Json:
    async with ask.granted() as (db, standing):
        return await forms.of(db, standing.user_id, file_id)


@router.patch("/files/{file_id}")
async def change_file(file_id: UUID, change: Change, ask: Annotated[Ask, allowed(Action.FILE_CHANGE)]) -> Json:
    async with ask.granted() as (db, standing):
        await versions.rename(db, file_id, names.clean(change.filename), standing.user_id)
        return await forms.of(db, standing.user_id, file_id)


@router.delete("/files/{file_id}", status_code=204)
async def delete_file(file_id: UUID, ask: Annotated[Ask, allowed(Action.FILE_DELETE)]) -> None:
    """For everybody, everywhere, with all its versions."""
    async with ask.granted() as (db, standing):
        await removal.remove(db, file_id, standing.user_id)


@router.get("/files/{file_id}/versions")
async def list_versions(file_id: UUID, ask: Annotated[Ask, allowed(Action.VERSION_LIST)]) -> Json:
    async with ask.granted() as (db, standing):
        return {"versions": await forms.versions(db, standing.user_id, file_id)}


@router.post("/files/{file_id}/versions/{number}/restore")
async def restore_version(
    file_id: UUID,
    number: Annotated[int, Path(ge=1, le=1_000_000)],
    ask: Annotated[Ask, allowed(Action.VERSION_RESTORE)],
) -> Json:
    async with ask.granted() as (db, standing):
        await versions.restore(db, file_id, number, standing.user_id)
        return await forms.of(db, standing.user_id, file_id)


def _ids(text: str) -> list[UUID]:
    try:
        ids = list(dict.fromkeys(map(UUID, text.split(","))))
    except ValueError:
        raise Problem(422, "invalid_request", "ids: must be ids with commas between them") from None
    if len(ids) > MOST:
        raise Problem(422, "invalid_request", f"ids: {MOST} at the most")
    return ids


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Problem(422, "invalid_request", "cursor: is not one that an answer gave") from None

"""Bringing a workspace's things from elsewhere, and taking them along."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.problems import Problem
from eventbus.wire import Json
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from messaging import audit
from messaging.permissions import Action, Ask, allowed
from messaging.retention import holds
from messaging.sharding.databases import databases_of
from messaging.transfers import choices, jobs, pieces, uploads
from messaging.transfers.choices import Choices, NewExport, NewImport

router = APIRouter(prefix="/api/workspaces/{workspace_id}")
# Whoever wants less than the gateway lets through sends less.
LARGEST_PIECE = pieces.PIECE
SKIPS = (
    "SELECT number, reason, what FROM transfer_skips WHERE transfer_id = $1 AND number > $2 ORDER BY number LIMIT $3"
)
PAGE = 1_000


@router.get("/imports")
async def list_imports(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.IMPORT_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return {"imports": await jobs.listed(db, workspace_id, "import")}


@router.post("/imports", status_code=201)
async def begin_import(workspace_id: UUID, body: NewImport, ask: Annotated[Ask, allowed(Action.IMPORT_CHANGE)]) -> Json:
    """`pieceSize` is how much of the file one `PUT …/content` takes at the most."""
    async with ask.granted() as (db, standing):
        row = await jobs.add(db, workspace_id, standing.user_id, "import", body.name, body.size, {})
        told = {"id": str(row["id"]), "name": body.name, "size": body.size}
        await audit.record(db, standing, "import.begun", told)
        return {**jobs.as_json(row), "pieceSize": LARGEST_PIECE}


@router.get("/imports/{import_id}")
async def get_import(workspace_id: UUID, import_id: UUID, ask: Annotated[Ask, allowed(Action.IMPORT_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return jobs.as_json(await jobs.get(db, workspace_id, import_id, "import"))


@router.put("/imports/{import_id}/content")
async def upload(
    workspace_id: UUID,
    import_id: UUID,
    request: Request,
    ask: Annotated[Ask, allowed(Action.IMPORT_CHANGE)],
    offset: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> Json:
    """The body is the file's next piece, as bytes, and `offset` where it belongs."""
    data = await _piece(request)
    async with ask.granted() as (db, _):
        row = await jobs.get(db, workspace_id, import_id, "import")
        return jobs.as_json(await uploads.receive(db, row, offset, data))


@router.get("/imports/{import_id}/preview")
async def get_preview(workspace_id: UUID, import_id: UUID, ask: Annotated[Ask, allowed(Action.IMPORT_READ)]) -> Any:
    async with ask.granted() as (db, _):
        row = await jobs.get(db, workspace_id, import_id, "import")
        if row["preview"] is None:
            raise jobs.wrong_state(row)
        return Response(row["preview"], media_type="application/json")


@router.post("/imports/{import_id}/confirm")
async def confirm(
    workspace_id: UUID,
    import_id: UUID,
    body: Choices,
    request: Request,
    ask: Annotated[Ask, allowed(Action.IMPORT_CHANGE)],
) -> Json:
    """What waits is imported as it was chosen."""
    async with ask.granted() as (db, standing):
        row = await jobs.get(db, workspace_id, import_id, "import")
        if row["state"] != "waiting":
            raise jobs.wrong_state(row)
        async with databases_of(request).beside(db) as across:
            options = await choices.checked(across, row, body)
        counts = orjson.loads(row["counts"])
        moved = await jobs.move(
            db, row, "running", options=orjson.dumps(options).decode(), progress=0, total=counts.get("messages", 0),
            counts=orjson.dumps({"skipped": counts.get("skipped", {})}).decode(),
        )  # fmt: skip
        told = {"id": str(import_id), "source": row["source"], "keepForever": body.keep_forever,
                "addColleagues": body.add_colleagues, "takeSettings": body.take_settings}  # fmt: skip
        await audit.record(db, standing, "import.confirmed", told)
        return jobs.as_json(moved)


@router.delete("/imports/{import_id}", status_code=204)
async def cancel_import(
    workspace_id: UUID, import_id: UUID, ask: Annotated[Ask, allowed(Action.IMPORT_CHANGE)]
) -> Response:
    """What was imported already stays, and comes no second time."""
    async with ask.granted() as (db, standing):
        await jobs.cancel(db, await jobs.get(db, workspace_id, import_id, "import"))
        await audit.record(db, standing, "import.cancelled", {"id": str(import_id)})
    return Response(status_code=204)


@router.get("/imports/{import_id}/skipped")
async def list_skipped(
    workspace_id: UUID,
    import_id: UUID,
    ask: Annotated[Ask, allowed(Action.IMPORT_READ)],
    after: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> Json:
    """What was left out and why, page by page; the report counts all, of each reason the first 1,000 are here."""
    async with ask.granted() as (db, _):
        row = await jobs.get(db, workspace_id, import_id, "import")
        rows = await db.fetch(SKIPS, row["id"], after, PAGE + 1)
    return {"skipped": [dict(each) for each in rows[:PAGE]], "hasMore": len(rows) > PAGE}


@router.get("/exports")
async def list_exports(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.EXPORT_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return {"exports": await jobs.listed(db, workspace_id, "export")}


@router.post("/exports", status_code=201)
async def begin_export(
    workspace_id: UUID, body: NewExport, request: Request, ask: Annotated[Ask, allowed(Action.EXPORT_CHANGE)]
) -> Json:
    async with ask.granted() as (db, standing):
        async with databases_of(request).beside(db) as across:
            held_in = await across.of(body.hold_id) if body.hold_id else db
            if body.hold_id and not await held_in.fetchrow(holds.ONE, workspace_id, body.hold_id):
                raise Problem(404, "not_found", "There is no such hold, or it is not yours to see.")
        options = body.model_dump(by_alias=True, mode="json", exclude_none=True)
        row = await jobs.add(db, workspace_id, standing.user_id, "export", "workspace.zip", 0, options)
        await audit.record(db, standing, "export.begun", {"id": str(row["id"]), **options})
        return jobs.as_json(row)


@router.get("/exports/{export_id}")
async def get_export(workspace_id: UUID, export_id: UUID, ask: Annotated[Ask, allowed(Action.EXPORT_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return jobs.as_json(await jobs.get(db, workspace_id, export_id, "export"))


@router.get("/exports/{export_id}/content")
async def download(
    workspace_id: UUID, export_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.EXPORT_CHANGE)]
) -> Response:
    """The file, as long as it is kept; who fetched it is in the audit."""
    async with ask.granted() as (db, standing):
        row = await jobs.get(db, workspace_id, export_id, "export")
        if row["state"] != "done" or not await db.fetchval(pieces.IS_THERE, row["id"]):
            raise Problem(410, "gone", "This export is not there, or not any more: begin another.")
        await audit.record(db, standing, "export.downloaded", {"id": str(export_id)})
    headers = {
        "Content-Disposition": f'attachment; filename="workspace-{row["created_at"]:%Y-%m-%d}.zip"',
        "Content-Length": str(row["size"]), "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return StreamingResponse(_all_of(request, row), headers=headers, media_type="application/zip")


@router.delete("/exports/{export_id}", status_code=204)
async def remove_export(
    workspace_id: UUID, export_id: UUID, ask: Annotated[Ask, allowed(Action.EXPORT_CHANGE)]
) -> Response:
    """One that is under way ends, the file of one that is done goes."""
    async with ask.granted() as (db, standing):
        row = await jobs.get(db, workspace_id, export_id, "export")
        if row["state"] in jobs.ACTIVE:
            await jobs.cancel(db, row)
        else:
            await jobs.forget(db, row["id"])
        await audit.record(db, standing, "export.removed", {"id": str(export_id)})
    return Response(status_code=204)


async def _all_of(request: Request, row: Record) -> AsyncIterator[bytes]:
    async for data in pieces.read(request.app.state.pool, row["id"]):
        yield data


async def _piece(request: Request) -> bytes:
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_PIECE:
            raise Problem(413, "too_large", f"A piece may have {LARGEST_PIECE:,} bytes at the most.")
    return bytes(data)

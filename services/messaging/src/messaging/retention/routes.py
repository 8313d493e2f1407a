"""How long messages are kept, what was removed, and what may not be."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query, Request, Response

from messaging.permissions import Action, Ask, allowed
from messaging.retention import holds, periods, reports
from messaging.retention.bodies import ChannelRetention, NewHold

router = APIRouter(prefix="/api")
REPORTS_PAGE = 100


@router.get("/channels/{channel_id}/retention")
async def get_retention(channel_id: UUID, ask: Annotated[Ask, allowed(Action.RETENTION_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await periods.of_channel(db, channel_id)


@router.put("/channels/{channel_id}/retention")
async def change_retention(
    channel_id: UUID, body: ChannelRetention, ask: Annotated[Ask, allowed(Action.RETENTION_CHANGE)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await periods.change(db, standing, channel_id, body)


@router.get("/workspaces/{workspace_id}/retention/reports")
async def list_reports(
    workspace_id: UUID,
    request: Request,
    ask: Annotated[Ask, allowed(Action.RETENTION_REPORTS)],
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=REPORTS_PAGE)] = 50,
) -> Json:
    async with ask.granted() as (db, _):
        page = await reports.listed(db, workspace_id, before, limit)
    return {**page, "publicKey": reports.public_of(request.app.state.report_key)}


@router.get("/workspaces/{workspace_id}/retention/reports/{report_id}")
async def get_report(
    workspace_id: UUID, report_id: UUID, request: Request, ask: Annotated[Ask, allowed(Action.RETENTION_REPORTS)]
) -> Response:
    async with ask.granted() as (db, _):
        text = await reports.text(db, workspace_id, report_id, request.app.state.report_key)
    return Response(text, media_type="application/jsonl")


@router.get("/workspaces/{workspace_id}/holds")
async def list_holds(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.HOLD_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"holds": await holds.listed(db, workspace_id)}


@router.post("/workspaces/{workspace_id}/holds", status_code=201)
async def add_hold(workspace_id: UUID, body: NewHold, ask: Annotated[Ask, allowed(Action.HOLD_CHANGE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await holds.add(db, standing, workspace_id, body)


@router.delete("/workspaces/{workspace_id}/holds/{hold_id}")
async def release_hold(workspace_id: UUID, hold_id: UUID, ask: Annotated[Ask, allowed(Action.HOLD_CHANGE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await holds.release(db, standing, workspace_id, hold_id)

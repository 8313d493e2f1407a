"""Moderation: reporting and hiding messages, silencing people, and what messages said before they were edited."""

from typing import Annotated, Literal
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query, Response

from messaging import versions
from messaging.moderation import hiding, reports, silences
from messaging.moderation.bodies import Report, Resolution, Silence
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")
REPORTS_PAGE = 100


@router.get("/messages/{message_id}/history")
async def get_history(message_id: UUID, ask: Annotated[Ask, allowed(Action.EDITS_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await versions.of_message(db, message_id)


@router.post("/messages/{message_id}/report", status_code=201)
async def report(message_id: UUID, body: Report, ask: Annotated[Ask, allowed(Action.MESSAGE_REPORT)]) -> Json:
    async with ask.granted() as (db, standing):
        return await reports.add(db, standing, message_id, body.reason)


@router.put("/messages/{message_id}/hidden", status_code=204)
async def hide(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_HIDE)]) -> Response:
    async with ask.granted() as (db, standing):
        await hiding.set_hidden(db, standing, standing.known_channel_id, message_id, True)
    return Response(status_code=204)


@router.delete("/messages/{message_id}/hidden", status_code=204)
async def show(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_HIDE)]) -> Response:
    async with ask.granted() as (db, standing):
        await hiding.set_hidden(db, standing, standing.known_channel_id, message_id, False)
    return Response(status_code=204)


@router.get("/workspaces/{workspace_id}/reports")
async def list_reports(
    workspace_id: UUID,
    ask: Annotated[Ask, allowed(Action.REPORT_LIST)],
    status: Literal["open", "resolved"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=REPORTS_PAGE)] = 50,
) -> Json:
    async with ask.granted() as (db, _):
        return await reports.listed(db, workspace_id, status and status == "open", before, limit)


@router.post("/workspaces/{workspace_id}/reports/{report_id}/resolve")
async def resolve_report(
    workspace_id: UUID, report_id: UUID, body: Resolution, ask: Annotated[Ask, allowed(Action.REPORT_RESOLVE)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await reports.resolve(db, standing, workspace_id, report_id, body)


@router.get("/workspaces/{workspace_id}/silenced")
async def list_silenced(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.REPORT_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"silenced": await silences.listed(db, workspace_id)}


@router.put("/workspaces/{workspace_id}/members/{user_id}/silence", status_code=204)
async def silence_member(user_id: UUID, body: Silence, ask: Annotated[Ask, allowed(Action.MEMBER_SILENCE)]) -> Response:
    async with ask.granted() as (db, standing):
        await silences.impose(db, standing, user_id, body.until)
    return Response(status_code=204)


@router.put("/channels/{channel_id}/members/{user_id}/silence", status_code=204)
async def silence_in_channel(
    user_id: UUID, body: Silence, ask: Annotated[Ask, allowed(Action.CHANNEL_SILENCE)]
) -> Response:
    async with ask.granted() as (db, standing):
        await silences.impose(db, standing, user_id, body.until)
    return Response(status_code=204)

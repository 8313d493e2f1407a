"""Who may do what, as a workspace or channel wants it, and what was decided by whom."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.schema import Body, Text
from eventbus.wire import Json
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from messaging import audit, channels
from messaging.permissions import Action, Ask, allowed
from messaging.rights import granting
from messaging.rights.bodies import ChannelRights, WorkspaceRights

router = APIRouter(prefix="/api")
AUDIT_PAGE = 1_000


class ChannelMemberChange(Body):
    role: Literal["admin", "member"]


@router.get("/workspaces/{workspace_id}/permissions")
async def get_rights(ask: Annotated[Ask, allowed(Action.RIGHTS_READ)]) -> Json:
    async with ask.granted() as (db, standing):
        return await granting.of_workspace(db, standing)


@router.put("/workspaces/{workspace_id}/permissions")
async def change_rights(body: WorkspaceRights, ask: Annotated[Ask, allowed(Action.RIGHTS_CHANGE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await granting.change_workspace(db, standing, body)


@router.get("/channels/{channel_id}/permissions")
async def get_channel_rights(ask: Annotated[Ask, allowed(Action.CHANNEL_RIGHTS_READ)]) -> Json:
    async with ask.granted() as (db, standing):
        return await granting.of_channel(db, standing)


@router.put("/channels/{channel_id}/permissions")
async def change_channel_rights(
    body: ChannelRights, ask: Annotated[Ask, allowed(Action.CHANNEL_RIGHTS_CHANGE)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await granting.change_channel(db, standing, body)


@router.put("/channels/{channel_id}/members/{user_id}", status_code=204)
async def update_channel_member(
    user_id: UUID, body: ChannelMemberChange, ask: Annotated[Ask, allowed(Action.CHANNEL_MEMBER_UPDATE)]
) -> Response:
    async with ask.granted() as (db, standing):
        await channels.give_role(db, standing, user_id, body.role)
    return Response(status_code=204)


@router.get("/workspaces/{workspace_id}/audit", response_model=None)
async def list_audit(
    workspace_id: UUID,
    ask: Annotated[Ask, allowed(Action.AUDIT_READ)],
    actor_id: Annotated[UUID | None, Query(alias="actorId")] = None,
    action: Annotated[Text | None, Query(max_length=64)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=AUDIT_PAGE)] = 100,
    format_: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Json | Response:
    wanted = audit.Wanted(actor_id, action, since, until)
    async with ask.granted() as (db, _):
        if format_ == "json":
            return await audit.page(db, workspace_id, wanted, before, limit)
        table = await audit.as_csv(db, workspace_id, wanted, before, limit)
    return Response(table, media_type="text/csv", headers={"Content-Disposition": "attachment; filename=audit.csv"})


@router.get("/workspaces/{workspace_id}/audit/verify")
async def verify_audit(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.AUDIT_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await audit.verify(db, workspace_id)

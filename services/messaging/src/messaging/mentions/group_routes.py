"""Groups of people below a workspace: who may be mentioned by one name."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Response

from messaging.bodies import GroupChange, NewGroup
from messaging.mentions import groups
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/workspaces/{workspace_id}/groups")


@router.get("")
async def list_groups(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.GROUP_LIST)]) -> Json:
    async with ask.granted() as (db, standing):
        return {"groups": await groups.listed(db, standing, workspace_id)}


@router.post("", status_code=201)
async def create_group(workspace_id: UUID, body: NewGroup, ask: Annotated[Ask, allowed(Action.GROUP_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        return await groups.create(db, workspace_id, body, ask.user.user_id)


@router.put("/{group_id}")
async def change_group(
    workspace_id: UUID, group_id: UUID, body: GroupChange, ask: Annotated[Ask, allowed(Action.GROUP_MANAGE)]
) -> Json:
    async with ask.granted() as (db, _):
        return await groups.change(db, workspace_id, group_id, body, ask.user.user_id)


@router.delete("/{group_id}", status_code=204)
async def remove_group(
    workspace_id: UUID, group_id: UUID, ask: Annotated[Ask, allowed(Action.GROUP_MANAGE)]
) -> Response:
    async with ask.granted() as (db, _):
        await groups.remove(db, workspace_id, group_id, ask.user.user_id)
    return Response(status_code=204)

"""The seeds' Team Management API: workspaces, members, invitations and the channels in a workspace."""

from typing import Annotated, Literal
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query, Request, Response

from messaging import arrivals, channels, invitations, members, workspaces
from messaging.bodies import (
    Acceptance,
    Direct,
    Invite,
    MemberChange,
    NewChannel,
    NewWorkspace,
    Search,
    UserIds,
    WorkspaceChange,
)
from messaging.permissions import Action, Ask, allowed
from messaging.sharding.databases import databases_of

router = APIRouter(prefix="/api")


@router.post("/workspaces", status_code=201)
async def create_workspace(body: NewWorkspace, ask: Annotated[Ask, allowed(Action.WORKSPACE_CREATE)]) -> Json:
    async with ask.granted() as (db, _):
        return await workspaces.create(db, body, ask.user)


@router.get("/workspaces")
async def list_workspaces(ask: Annotated[Ask, allowed(Action.WORKSPACE_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"workspaces": await workspaces.mine(db, ask.user.user_id)}


@router.get("/workspaces/{workspace_id}")
async def get_workspace(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.WORKSPACE_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await workspaces.get(db, workspace_id, ask.user.user_id)


@router.put("/workspaces/{workspace_id}")
async def update_workspace(
    workspace_id: UUID, body: WorkspaceChange, ask: Annotated[Ask, allowed(Action.WORKSPACE_UPDATE)]
) -> Json:
    async with ask.granted() as (db, standing):
        await workspaces.update(db, standing, workspace_id, body)
        return await workspaces.get(db, workspace_id, ask.user.user_id)


@router.get("/workspaces/{workspace_id}/members")
async def list_members(
    workspace_id: UUID,
    ask: Annotated[Ask, allowed(Action.MEMBER_LIST)],
    role: Literal["owner", "admin", "member", "guest"] | None = None,
    status: Literal["active", "inactive", "invited"] | None = None,
    search: Annotated[Search | None, Query()] = None,
    ids: Annotated[UserIds | None, Query()] = None,
    with_former: Annotated[bool, Query(alias="withFormer")] = False,
) -> Json:
    """`ids`, at most 100 and separated by commas, are of whom to name; `withFormer` names those, too, who were removed
    and whose messages stay."""
    async with ask.granted() as (db, standing):
        return await members.listed(db, standing, members.Wanted(role, status, search, ids, with_former))


@router.put("/workspaces/{workspace_id}/members/{user_id}")
async def update_member(
    workspace_id: UUID, user_id: UUID, body: MemberChange, ask: Annotated[Ask, allowed(Action.MEMBER_UPDATE)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await members.change(db, standing, workspace_id, user_id, body)


@router.delete("/workspaces/{workspace_id}/members/{user_id}", status_code=204)
async def remove_member(
    workspace_id: UUID, user_id: UUID, ask: Annotated[Ask, allowed(Action.MEMBER_REMOVE)]
) -> Response:
    async with ask.granted() as (db, standing):
        await members.remove(db, standing, workspace_id, user_id)
    return Response(status_code=204)


@router.post("/workspaces/{workspace_id}/invite")
async def invite(
    workspace_id: UUID, body: Invite, request: Request, ask: Annotated[Ask, allowed(Action.INVITE)]
) -> Json:
    async with ask.granted() as (db, standing), databases_of(request).beside(db) as across:
        return await invitations.issue(across, standing, workspace_id, body, request.app.state.invitation_days)


@router.get("/workspaces/{workspace_id}/invitations")
async def list_invitations(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.INVITATION_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"invitations": await invitations.listed(db, workspace_id)}


@router.post("/invitations/accept")
async def accept_invitation(
    body: Acceptance, request: Request, ask: Annotated[Ask, allowed(Action.INVITATION_ACCEPT)]
) -> Json:
    async with ask.granted() as (db, _):
        joined = await invitations.accept(db, body.token, ask.user)
    await arrivals.hurry(databases_of(request), ask.user.user_id)
    return joined


@router.get("/workspaces/{workspace_id}/channels")
async def list_channels(
    workspace_id: UUID,
    ask: Annotated[Ask, allowed(Action.CHANNEL_LIST)],
    limit: Annotated[int | None, Query(ge=1, le=channels.PAGE)] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    member: bool = False,
) -> Json:
    async with ask.granted() as (db, standing):
        return await channels.visible(db, standing, limit, cursor, member)


@router.post("/workspaces/{workspace_id}/channels", status_code=201)
async def create_channel(
    workspace_id: UUID, body: NewChannel, ask: Annotated[Ask, allowed(Action.CHANNEL_CREATE)]
) -> Json:
    async with ask.granted() as (db, _):
        return await channels.create(db, workspace_id, body, ask.user.user_id)


@router.post("/workspaces/{workspace_id}/direct")
async def open_direct(
    workspace_id: UUID, body: Direct, response: Response, ask: Annotated[Ask, allowed(Action.DIRECT_OPEN)]
) -> Json:
    async with ask.granted() as (db, standing):
        await members.require_known(db, standing, body.user_ids)
        channel, is_new = await channels.open_direct(db, workspace_id, body.user_ids, ask.user.user_id)
    response.status_code = 201 if is_new else 200
    return channel

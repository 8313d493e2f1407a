"""Outgoing webhooks, for those who manage a channel: with what they were told and how that went."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Request, Response

from messaging.integrations import deliveries, endpoints, outgoing
from messaging.integrations.hook_bodies import NewOutgoingHook, OutgoingHookChange
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")


@router.get("/channels/{channel_id}/outgoing-hooks")
async def list_outgoing_hooks(channel_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"hooks": await outgoing.listed(db, channel_id)}


@router.post("/channels/{channel_id}/outgoing-hooks", status_code=201)
async def add_outgoing_hook(
    channel_id: UUID, body: NewOutgoingHook, request: Request, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]
) -> Json:
    await endpoints.require_fit(request, ask, body.url)
    async with ask.granted() as (db, _):
        return await outgoing.add(db, channel_id, body, ask.user.user_id)


@router.put("/outgoing-hooks/{outgoing_hook_id}")
async def change_outgoing_hook(
    outgoing_hook_id: UUID,
    body: OutgoingHookChange,
    request: Request,
    ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)],
) -> Json:
    await endpoints.require_fit(request, ask, body.url)
    async with ask.granted() as (db, _):
        return await outgoing.change(db, outgoing_hook_id, body)


@router.post("/outgoing-hooks/{outgoing_hook_id}/secret")
async def rotate_outgoing_hook_secret(outgoing_hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        return {"secret": await endpoints.rotate(db, outgoing_hook_id)}


@router.delete("/outgoing-hooks/{outgoing_hook_id}", status_code=204)
async def remove_outgoing_hook(outgoing_hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]) -> Response:
    async with ask.granted() as (db, _):
        await outgoing.remove(db, outgoing_hook_id)
    return Response(status_code=204)


@router.get("/outgoing-hooks/{outgoing_hook_id}/deliveries")
async def list_deliveries(outgoing_hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"deliveries": await deliveries.listed(db, outgoing_hook_id)}


@router.post("/outgoing-hooks/{outgoing_hook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver(
    outgoing_hook_id: UUID, delivery_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]
) -> Response:
    async with ask.granted() as (db, _):
        await deliveries.again(db, outgoing_hook_id, delivery_id)
    return Response(status_code=202)

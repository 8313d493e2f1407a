"""Where bots are told of presses of their messages' buttons, for those who look after the workspace."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Request, Response

from messaging import bots
from messaging.integrations import endpoints
from messaging.integrations.hook_bodies import Presses
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/workspaces/{workspace_id}/bots/{bot_id}/presses")


@router.get("")
async def get_presses(workspace_id: UUID, bot_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        await bots.require(db, workspace_id, bot_id)
        endpoint = await endpoints.of(db, bot_id)
        return {"url": endpoint.url if endpoint else None}


@router.put("")
async def tell_presses(
    workspace_id: UUID,
    bot_id: UUID,
    body: Presses,
    request: Request,
    ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)],
) -> Json:
    """With a `secret` if there was no address before."""
    await endpoints.require_fit(request, ask, body.url)
    async with ask.granted() as (db, _):
        await bots.require(db, workspace_id, bot_id)
        return {"url": body.url, "secret": await endpoints.save(db, bot_id, body.url)}


@router.post("/secret")
async def rotate_presses_secret(
    workspace_id: UUID, bot_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]
) -> Json:
    async with ask.granted() as (db, _):
        await bots.require(db, workspace_id, bot_id)
        return {"secret": await endpoints.rotate(db, bot_id)}


@router.delete("", status_code=204)
async def forget_presses(
    workspace_id: UUID, bot_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]
) -> Response:
    async with ask.granted() as (db, _):
        await bots.require(db, workspace_id, bot_id)
        await endpoints.forget(db, bot_id)
    return Response(status_code=204)

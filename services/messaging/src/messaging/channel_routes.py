"""The seeds' Channel Management API: joining, leaving, members, information, settings."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Response

from messaging import channels
from messaging.bodies import ChannelChange, NewMembers
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api/channels/{channel_id}")


@router.get("/info")
async def get_info(channel_id: UUID, ask: Annotated[Ask, allowed(Action.CHANNEL_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await channels.info(db, channel_id)


@router.put("")
async def update(channel_id: UUID, body: ChannelChange, ask: Annotated[Ask, allowed(Action.CHANNEL_UPDATE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await channels.update(db, standing, channel_id, body)


@router.post("/join", status_code=204)
async def join(channel_id: UUID, ask: Annotated[Ask, allowed(Action.CHANNEL_JOIN)]) -> Response:
    async with ask.granted() as (db, standing):
        await channels.add_members(db, standing, [ask.user.user_id], ask.user.user_id)
    return Response(status_code=204)


@router.post("/leave", status_code=204)
async def leave(channel_id: UUID, ask: Annotated[Ask, allowed(Action.CHANNEL_LEAVE)]) -> Response:
    async with ask.granted() as (db, standing):
        await channels.remove_member(db, standing, channel_id, ask.user.user_id)
    return Response(status_code=204)


@router.post("/members", status_code=204)
async def add_members(
    channel_id: UUID, body: NewMembers, ask: Annotated[Ask, allowed(Action.CHANNEL_ADD_MEMBER)]
) -> Response:
    async with ask.granted() as (db, standing):
        await channels.add_members(db, standing, body.user_ids, ask.user.user_id)
    return Response(status_code=204)


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(
    channel_id: UUID, user_id: UUID, ask: Annotated[Ask, allowed(Action.CHANNEL_REMOVE_MEMBER)]
) -> Response:
    async with ask.granted() as (db, standing):
        await channels.remove_member(db, standing, channel_id, user_id)
    return Response(status_code=204)

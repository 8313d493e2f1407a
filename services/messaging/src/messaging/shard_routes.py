"""What the gateway asks where channels are in several databases (docs/sharding.md)."""

import re
from typing import Annotated
from uuid import UUID

import asyncpg
from chassis.problems import Problem, not_found
from chassis.requests import GatewayOnly
from chassis.schema import Body, Id, Name
from eventbus.wire import Json
from fastapi import APIRouter, Query, Request

from messaging import copies
from messaging.links import forwarding
from messaging.links.bodies import Forward
from messaging.permissions import Action, check, standing_of
from messaging.personal import saved

router = APIRouter(prefix="/internal", dependencies=[GatewayOnly], include_in_schema=False)

POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
NAME_HOLDER = "SELECT id FROM channels WHERE workspace_id = $1 AND name = $2"


class NamedChannel(Body):
    workspace_id: Id
    name: Name


class PassedOn(Body):
    wanted: Forward
    source: forwarding.Shown


@router.get("/position")
async def get_position(request: Request) -> Json:
    return {"position": await copies.position(_pool(request))}


@router.get("/copies")
async def get_copies(request: Request, position: Annotated[str, Query(max_length=20)]) -> Json:
    if not POSITION.fullmatch(position):
        raise Problem(422, "invalid_request", "position: is none")
    return {"haveCome": await copies.have_come(_pool(request), position)}


@router.post("/channel-names")
async def find_name(body: NamedChannel, request: Request) -> Json:
    """Which channel has the name in a workspace, of those that are here."""
    found = await _pool(request).fetchval(NAME_HOLDER, body.workspace_id, body.name)
    return {"channelId": found and str(found)}


@router.get("/channels/{channel_id}/workspace")
async def get_workspace(channel_id: UUID, request: Request) -> Json:
    found = await _pool(request).fetchval("SELECT workspace_id FROM channels WHERE id = $1", channel_id)
    if found is None:
        raise not_found("channel")
    return {"workspaceId": str(found)}


@router.get("/users/{user_id}/saved/{message_id}")
async def get_saved_place(user_id: UUID, message_id: UUID, request: Request) -> Json:
    """Behind which of what they saved a message stands."""
    found = await _pool(request).fetchval(saved.PLACE, user_id, message_id)
    if found is None:
        raise not_found("saved message")
    return {"place": str(found)}


@router.post("/users/{user_id}/forwarded/{message_id}")
async def show_message(user_id: UUID, message_id: UUID, request: Request) -> Json:
    """A message that the person passes on to a channel in another database."""
    async with _pool(request).acquire(timeout=5) as db, db.transaction():
        standing = await standing_of(db, user_id, {"message_id": str(message_id)})
        check(Action.MESSAGE_FORWARD, standing)
        return (await forwarding.shown(db, standing, message_id)).model_dump(mode="json", by_alias=True)


@router.post("/users/{user_id}/forwards", status_code=201)
async def pass_on(user_id: UUID, body: PassedOn, request: Request) -> Json:
    async with _pool(request).acquire(timeout=5) as db, db.transaction():
        return await forwarding.pass_on(db, user_id, body.wanted, body.source)


def _pool(request: Request) -> asyncpg.Pool:
    pool: asyncpg.Pool = request.app.state.pool
    return pool

"""Incoming webhooks: the address that programs post to, and what those do who manage a channel."""

from typing import Annotated
from uuid import UUID

import asyncpg
from chassis.requests import client_address, idempotency_key
from eventbus.wire import Json
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from messaging.integrations import endpoints, incoming, payloads, slack
from messaging.integrations.guessing import Guesses
from messaging.integrations.hook_bodies import HookChange, NewHook
from messaging.permissions import Action, Ask, allowed

LONGEST_KEY = 64

router = APIRouter(prefix="/api")
# Whoever knows the address may post to it: nobody signs in here.
public = APIRouter(prefix="/api")


@public.post("/hooks/{hook_id}/{token}")
async def use_hook(hook_id: str, token: str, request: Request) -> Response:
    """As Slack answers: `ok`. With an `Idempotency-Key` a payload that is sent again is the same message."""
    pool: asyncpg.Pool = request.app.state.pool
    guesses: Guesses = request.app.state.guesses
    with guesses.counted(client_address(request)):
        # In a transaction of its own, so that what is refused counts as well.
        hook = await incoming.use(pool, hook_id, token)
    said = slack.read(await payloads.of(request))
    key = idempotency_key(request, LONGEST_KEY)
    async with pool.acquire(timeout=5) as db, db.transaction():
        await incoming.say(db, hook, said, key)
    return PlainTextResponse("ok")


@router.get("/channels/{channel_id}/hooks")
async def list_hooks(channel_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"hooks": await incoming.listed(db, channel_id)}


@router.post("/channels/{channel_id}/hooks", status_code=201)
async def add_hook(
    channel_id: UUID, body: NewHook, request: Request, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]
) -> Json:
    await endpoints.require_fit(request, ask, body.actions_url)
    async with ask.granted() as (db, _):
        return await incoming.add(db, channel_id, body, ask.user.user_id)


@router.put("/hooks/{hook_id}")
async def change_hook(
    hook_id: UUID, body: HookChange, request: Request, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]
) -> Json:
    await endpoints.require_fit(request, ask, body.actions_url)
    async with ask.granted() as (db, _):
        return await incoming.change(db, hook_id, body)


@router.post("/hooks/{hook_id}/token")
async def renew_hook(hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        return await incoming.renew(db, hook_id)


@router.post("/hooks/{hook_id}/secret")
async def rotate_hook_secret(hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        return {"secret": await endpoints.rotate(db, hook_id)}


@router.delete("/hooks/{hook_id}", status_code=204)
async def remove_hook(hook_id: UUID, ask: Annotated[Ask, allowed(Action.HOOK_MANAGE)]) -> Response:
    async with ask.granted() as (db, _):
        await incoming.remove(db, hook_id)
    return Response(status_code=204)

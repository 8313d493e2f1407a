"""Slash commands: which there are, giving one, and the addresses at which they answer later."""

from typing import Annotated
from uuid import UUID

import asyncpg
from chassis.requests import client_address
from eventbus.wire import Json
from fastapi import APIRouter, Request, Response

from messaging.integrations import asking, built_in, commands, endpoints, payloads, slack
from messaging.integrations.guessing import Guesses
from messaging.integrations.hook_bodies import CommandChange, Invocation, NewCommand
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")
public = APIRouter(prefix="/api")


@router.get("/workspaces/{workspace_id}/commands")
async def list_commands(workspace_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_LIST)]) -> Json:
    async with ask.granted() as (db, standing):
        return {"commands": await commands.listed(db, standing)}


@router.post("/workspaces/{workspace_id}/commands", status_code=201)
async def add_command(
    workspace_id: UUID, body: NewCommand, request: Request, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]
) -> Json:
    await endpoints.require_fit(request, ask, body.url)
    async with ask.granted() as (db, _):
        return await commands.add(db, workspace_id, body, ask.user.user_id)


@router.put("/commands/{command_id}")
async def change_command(
    command_id: UUID, body: CommandChange, request: Request, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]
) -> Json:
    await endpoints.require_fit(request, ask, body.url)
    async with ask.granted() as (db, _):
        return await commands.change(db, command_id, body)


@router.post("/commands/{command_id}/secret")
async def rotate_command_secret(command_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]) -> Json:
    async with ask.granted() as (db, _):
        return {"secret": await endpoints.rotate(db, command_id)}


@router.delete("/commands/{command_id}", status_code=204)
async def remove_command(command_id: UUID, ask: Annotated[Ask, allowed(Action.COMMAND_MANAGE)]) -> Response:
    async with ask.granted() as (db, _):
        await commands.remove(db, command_id)
    return Response(status_code=204)


@router.post("/channels/{channel_id}/commands")
async def run_command(
    channel_id: UUID, body: Invocation, request: Request, ask: Annotated[Ask, allowed(Action.COMMAND_RUN)]
) -> Json:
    """What came of it: `message` for all, `ephemeral` for the asker, `reminder`, or nothing yet."""
    name, text = body.command.removeprefix("/"), body.text.strip()
    async with ask.granted() as (db, standing):
        if name in built_in.COMMANDS:
            return await built_in.COMMANDS[name](db, standing, text)
        run = await commands.begin(db, standing, name)
    said = await asking.ask(
        request.app.state.outside, run.endpoint, f"cmd_{run.id}",
        asking.event(
            "command.given",
            {
                "command": f"/{name}", "text": text, "channelId": str(channel_id),
                "workspaceId": str(standing.workspace_id), "userId": str(standing.user_id),
                "userName": ask.user.name, "responseUrl": request.app.state.public_url + run.path,
            },
        ),
    )  # fmt: skip
    # Asked anew: three seconds are long enough to be removed from a channel.
    async with ask.granted() as (db, standing):
        return await commands.answer(db, standing, run.via, said)


@public.post("/responses/{run_id}/{token}")
async def answer_later(run_id: str, token: str, request: Request) -> Json:
    """A command's further answers: five within half an hour."""
    guesses: Guesses = request.app.state.guesses
    address = client_address(request)
    guesses.check(address)
    said = slack.read(await payloads.of(request))
    pool: asyncpg.Pool = request.app.state.pool
    with guesses.counted(address):
        async with pool.acquire(timeout=5) as db, db.transaction():
            await commands.answer_later(db, run_id, token, said)
    return {"ok": True}

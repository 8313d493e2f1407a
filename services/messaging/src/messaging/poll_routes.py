"""Polls over HTTP."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter

from messaging import polls
from messaging.permissions import Action, Ask, allowed
from messaging.polls import NewPoll, Vote

router = APIRouter(prefix="/api")


@router.post("/channels/{channel_id}/polls", status_code=201)
async def post_poll(channel_id: UUID, body: NewPoll, ask: Annotated[Ask, allowed(Action.MESSAGE_SEND)]) -> Json:
    async with ask.granted() as (db, standing):
        return await polls.post(db, standing, body)


@router.get("/messages/{message_id}/poll")
async def get_poll(message_id: UUID, ask: Annotated[Ask, allowed(Action.POLL_READ)]) -> Json:
    async with ask.granted() as (db, standing):
        return await polls.get(db, message_id, standing.user_id)


@router.put("/messages/{message_id}/vote")
async def vote(message_id: UUID, body: Vote, ask: Annotated[Ask, allowed(Action.POLL_VOTE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await polls.vote(db, standing, message_id, body.options)


@router.post("/messages/{message_id}/poll/close")
async def close_poll(message_id: UUID, ask: Annotated[Ask, allowed(Action.POLL_CLOSE)]) -> Json:
    async with ask.granted() as (db, standing):
        return await polls.close(db, standing, message_id)

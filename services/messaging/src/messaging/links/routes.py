"""What leads elsewhere: links to messages, messages passed on, bookmarks of channels."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query

from messaging.links import bookmarks, forwarding, surroundings
from messaging.links.bodies import BookmarkChange, Forward, NewBookmark
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")


@router.get("/messages/{message_id}/context")
async def get_context(
    message_id: UUID,
    ask: Annotated[Ask, allowed(Action.MESSAGE_READ)],
    around: Annotated[int, Query(ge=0, le=100)] = 25,
) -> Json:
    async with ask.granted() as (db, _):
        return await surroundings.of_message(db, message_id, around)


@router.post("/messages/{message_id}/forward", status_code=201)
async def forward_message(
    message_id: UUID, body: Forward, ask: Annotated[Ask, allowed(Action.MESSAGE_FORWARD)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await forwarding.forward(db, standing, message_id, body)


@router.get("/channels/{channel_id}/bookmarks")
async def list_bookmarks(channel_id: UUID, ask: Annotated[Ask, allowed(Action.BOOKMARK_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"bookmarks": await bookmarks.listed(db, channel_id)}


@router.post("/channels/{channel_id}/bookmarks", status_code=201)
async def add_bookmark(
    channel_id: UUID, body: NewBookmark, ask: Annotated[Ask, allowed(Action.BOOKMARK_CHANGE)]
) -> Json:
    async with ask.granted() as (db, _):
        return {"bookmarks": await bookmarks.add(db, channel_id, body, ask.user.user_id)}


@router.put("/channels/{channel_id}/bookmarks/{bookmark_id}")
async def change_bookmark(
    channel_id: UUID, bookmark_id: UUID, body: BookmarkChange, ask: Annotated[Ask, allowed(Action.BOOKMARK_CHANGE)]
) -> Json:
    async with ask.granted() as (db, _):
        return {"bookmarks": await bookmarks.change(db, channel_id, bookmark_id, body, ask.user.user_id)}


@router.delete("/channels/{channel_id}/bookmarks/{bookmark_id}")
async def remove_bookmark(
    channel_id: UUID, bookmark_id: UUID, ask: Annotated[Ask, allowed(Action.BOOKMARK_CHANGE)]
) -> Json:
    async with ask.granted() as (db, _):
        return {"bookmarks": await bookmarks.remove(db, channel_id, bookmark_id, ask.user.user_id)}

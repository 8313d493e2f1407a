"""Threads: a message with the replies to it, and following it."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query, Response

from messaging import threads
from messaging.permissions import Action, Ask, Standing, allowed

router = APIRouter(prefix="/api/messages/{thread_id}")


@router.get("/thread")
async def get_thread(
    ask: Annotated[Ask, allowed(Action.THREAD_READ)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: UUID | None = None,
    after: UUID | None = None,
) -> Json:
    async with ask.granted() as (db, standing):
        return await threads.page(db, thread_of(standing)[0], ask.user.user_id, limit, before, after)


@router.put("/follow", status_code=204)
async def follow(ask: Annotated[Ask, allowed(Action.THREAD_FOLLOW)]) -> Response:
    async with ask.granted() as (db, standing):
        await threads.set_following(db, *thread_of(standing), ask.user.user_id, True)
    return Response(status_code=204)


@router.delete("/follow", status_code=204)
async def unfollow(ask: Annotated[Ask, allowed(Action.THREAD_FOLLOW)]) -> Response:
    async with ask.granted() as (db, standing):
        await threads.set_following(db, *thread_of(standing), ask.user.user_id, False)
    return Response(status_code=204)


def thread_of(standing: Standing) -> tuple[UUID, UUID]:
    """Its first message's id, whichever of its messages the path names, and that of its channel."""
    if standing.thread_id is None or standing.channel_id is None:
        raise TypeError("a standing towards a thread names it and its channel")
    return standing.thread_id, standing.channel_id

"""The seeds' Real-time Messaging API over HTTP: history, posting, editing, deleting, pins and reactions."""

from typing import Annotated
from uuid import UUID

from chassis.problems import Problem
from eventbus.wire import Json, to_wire
from fastapi import APIRouter, Query, Request, Response

from messaging import digests, history, messages, posting
from messaging import emoji as workspace_emoji
from messaging.bodies import ChannelDraft, Emoji, MessageChange, Search
from messaging.integrations import buttons
from messaging.integrations.buttons import DraftWithButtons
from messaging.permissions import Action, Ask, allowed
from messaging.previews import jobs as previews

router = APIRouter(prefix="/api")


@router.get("/channels/{channel_id}/messages")
async def list_messages(
    channel_id: UUID,
    ask: Annotated[Ask, allowed(Action.HISTORY_READ)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: UUID | None = None,
    after: UUID | None = None,
    search: Annotated[Search | None, Query()] = None,
) -> Json:
    async with ask.granted() as (db, _):
        return await history.page(db, channel_id, limit, before, after, search)


@router.post("/channels/{channel_id}/messages", status_code=201)
async def post_message(
    channel_id: UUID, body: DraftWithButtons, request: Request, ask: Annotated[Ask, allowed(Action.MESSAGE_SEND)]
) -> Json:
    async with ask.granted() as (db, _):
        actions = await buttons.of_bot(db, ask.user, body.actions)
        draft = ChannelDraft.model_construct(**body.without_buttons(), channel_id=channel_id)
    (outcome,) = await posting.post_all(
        request.app.state.pool, [posting.Send(ask.user.user_id, draft, actions=actions)]
    )
    if isinstance(outcome, Problem):
        raise outcome
    return to_wire(outcome)


@router.put("/messages/{message_id}")
async def edit_message(
    message_id: UUID, body: MessageChange, ask: Annotated[Ask, allowed(Action.MESSAGE_EDIT)]
) -> Json:
    async with ask.granted() as (db, standing):
        return await messages.edit(db, standing, message_id, body)


@router.delete("/messages/{message_id}", status_code=204)
async def delete_message(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_DELETE)]) -> Response:
    async with ask.granted() as (db, standing):
        await messages.delete(db, standing.known_channel_id, message_id, ask.user.user_id)
    return Response(status_code=204)


@router.post("/messages/{message_id}/pin", status_code=204)
async def pin_message(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_PIN)]) -> Response:
    async with ask.granted() as (db, standing):
        await messages.pin(db, standing.known_channel_id, message_id, True, ask.user.user_id)
    return Response(status_code=204)


@router.delete("/messages/{message_id}/pin", status_code=204)
async def unpin_message(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_PIN)]) -> Response:
    async with ask.granted() as (db, standing):
        await messages.pin(db, standing.known_channel_id, message_id, False, ask.user.user_id)
    return Response(status_code=204)


@router.delete("/messages/{message_id}/previews", status_code=204)
async def remove_previews(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_REMOVE_PREVIEWS)]) -> Response:
    async with ask.granted() as (db, standing):
        await previews.remove(db, standing.known_channel_id, message_id, ask.user.user_id)
    return Response(status_code=204)


@router.put("/messages/{message_id}/reactions/{emoji}", status_code=204)
async def add_reaction(message_id: UUID, emoji: Emoji, ask: Annotated[Ask, allowed(Action.MESSAGE_REACT)]) -> Response:
    async with ask.granted() as (db, standing):
        await workspace_emoji.require(db, standing.workspace_id, emoji)
        await messages.react(db, standing.known_channel_id, message_id, ask.user.user_id, emoji, added=True)
    return Response(status_code=204)


@router.delete("/messages/{message_id}/reactions/{emoji}", status_code=204)
async def remove_reaction(
    message_id: UUID, emoji: Emoji, ask: Annotated[Ask, allowed(Action.MESSAGE_REACT)]
) -> Response:
    async with ask.granted() as (db, standing):
        await messages.react(db, standing.known_channel_id, message_id, ask.user.user_id, emoji, added=False)
    return Response(status_code=204)


@router.get("/sync/digest")
async def get_digest(
    ask: Annotated[Ask, allowed(Action.DIGEST_READ)],
    since: Annotated[str, Query(alias="from", max_length=30_000)] = "",
) -> Json:
    async with ask.granted() as (db, _):
        return await digests.of_channels(db, ask.user.user_id, digests.read_since(since))

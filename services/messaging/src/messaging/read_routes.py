"""What people have read: markers, what is unread and why, receipts, and of what they want to hear."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.schema import Body, Moment
from eventbus import Db
from eventbus.wire import Json
from fastapi import APIRouter
from pydantic import Field

from messaging import notifications, reads, unread
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")


class UpTo(Body):
    seq: Annotated[int, Field(ge=0, le=2**53)]


class Notifications(Body):
    level: Literal["all", "mentions", "nothing"]
    muted_until: Moment | None = None


@router.get("/unread")
async def list_unread(ask: Annotated[Ask, allowed(Action.UNREAD_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return await unread.of_every_channel(db, ask.user.user_id)


@router.get("/channels/{channel_id}/unread")
async def get_unread(channel_id: UUID, ask: Annotated[Ask, allowed(Action.UNREAD_READ)], explain: bool = False) -> Json:
    async with ask.granted() as (db, _):
        told = await _unread(db, ask, channel_id)
        if explain:
            told["messages"] = await unread.messages_behind(db, ask.user.user_id, channel_id)
        return told


@router.put("/channels/{channel_id}/read")
async def read(channel_id: UUID, body: UpTo, ask: Annotated[Ask, allowed(Action.CHANNEL_MARK_READ)]) -> Json:
    async with ask.granted() as (db, _):
        await reads.read_up_to(db, channel_id, ask.user.user_id, body.seq)
        return await _unread(db, ask, channel_id)


@router.post("/messages/{message_id}/unread")
async def mark_unread(message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_MARK_UNREAD)]) -> Json:
    async with ask.granted() as (db, _):
        channel_id = await reads.mark_unread(db, ask.user.user_id, message_id)
        return await _unread(db, ask, channel_id)


@router.get("/channels/{channel_id}/receipts")
async def list_receipts(channel_id: UUID, ask: Annotated[Ask, allowed(Action.RECEIPT_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return await reads.receipts(db, channel_id, ask.user.user_id)


@router.put("/channels/{channel_id}/notifications")
async def choose_notifications(
    channel_id: UUID, body: Notifications, ask: Annotated[Ask, allowed(Action.NOTIFICATIONS_CHOOSE)]
) -> Json:
    async with ask.granted() as (db, _):
        await notifications.choose(db, channel_id, ask.user.user_id, body.level, body.muted_until)
        return await _unread(db, ask, channel_id)


async def _unread(db: Db, ask: Ask, channel_id: UUID) -> Json:
    return (await unread.of_channel(db, ask.user.user_id, channel_id)).as_json()

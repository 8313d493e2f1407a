"""What people have read: markers, what is unread and why, receipts, and of what they want to hear."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.database import one
from chassis.schema import Body, Moment
from eventbus import Db
from eventbus.wire import Json
from fastapi import APIRouter, Query
from pydantic import Field

from messaging.permissions import Action, Ask, allowed
from messaging.read_state import notifications, reads, thread_reads, thread_unread, unread
from messaging.thread_routes import thread_of

router = APIRouter(prefix="/api")


PLACE = """
    SELECT channel_id, seq, CASE WHEN NOT also_to_channel THEN parent_message_id END AS thread_id
    FROM messages WHERE id = $1
"""


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
    """What is unread now in the channel, or in the thread if the message is shown there alone."""
    async with ask.granted() as (db, _):
        place = await one(db, PLACE, message_id)
        if place["thread_id"]:
            await thread_reads.mark_unread(db, ask.user.user_id, place["thread_id"], place["seq"])
            return (await thread_unread.of_thread(db, ask.user.user_id, place["thread_id"])).as_json()
        await reads.mark_unread(db, place["channel_id"], ask.user.user_id, place["seq"])
        return await _unread(db, ask, place["channel_id"])


@router.get("/threads")
async def list_threads(
    ask: Annotated[Ask, allowed(Action.UNREAD_LIST)], only_unread: Annotated[bool, Query(alias="unread")] = False
) -> Json:
    async with ask.granted() as (db, _):
        return await thread_unread.followed(db, ask.user.user_id, only_unread)


@router.put("/messages/{thread_id}/thread/read")
async def read_thread(body: UpTo, ask: Annotated[Ask, allowed(Action.THREAD_MARK_READ)]) -> Json:
    async with ask.granted() as (db, standing):
        thread_id, channel_id = thread_of(standing)
        await thread_reads.read_up_to(db, channel_id, ask.user.user_id, thread_id, body.seq)
        return (await thread_unread.of_thread(db, ask.user.user_id, thread_id)).as_json()


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

"""Messages that carry files, as messaging tells of them."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson
from desk import Asker
from eventbus.inbox import deliver
from files.handlers import CONSUMES
from nexus.event.v1.meta_pb2 import Meta
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent, Message
from uuid_utils.compat import uuid7


def a_message(by: Asker, channel_id: UUID, *file_ids: object, **more: Any) -> Message:
    attachments = orjson.dumps([{"fileId": str(file_id), "name": "a"} for file_id in file_ids]).decode()
    said_so = {"id": str(uuid7()), "attachments": attachments, **more}
    return Message(channel_id=str(channel_id), user_id=str(by.user_id), **said_so)


async def told(pool: asyncpg.Pool, **payload: Any) -> None:
    """Messaging tells it, twice, as Kafka may."""
    (name, value), meta = next(iter(payload.items())), Meta(id=str(uuid7()))
    channel_id = value.message.channel_id if hasattr(value, "message") else payload["channel_id"]
    event = ChannelEvent(meta=meta, channel_id=channel_id, **{name: value})
    for _ in range(2):
        await deliver(event, CONSUMES[ChannelEvent], pool, "files")


async def posted(pool: asyncpg.Pool, message: Message) -> None:
    await told(pool, message_posted=said.MessagePosted(message=message))


async def updated(pool: asyncpg.Pool, message: Message) -> None:
    await told(pool, message_updated=said.MessageUpdated(message=message))


async def deleted(pool: asyncpg.Pool, message: Message) -> None:
    gone = Message(id=message.id, channel_id=message.channel_id, user_id=message.user_id, is_deleted=True)
    await told(pool, message_deleted=said.MessageDeleted(message=gone))


async def sees(who: Asker, file_id: object) -> bool:
    status, _ = await who.get(f"/api/files/{file_id}")
    assert status in (200, 404)
    return status == 200

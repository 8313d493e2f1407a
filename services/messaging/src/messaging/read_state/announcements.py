"""What messaging tells of reading: to the person's own devices, and to the others in a conversation."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Record
from eventbus import Db, outbox
from nexus.messaging.v1.personal_event_pb2 import (
    ChannelRead,
    NotificationsChanged,
    PersonalEvent,
    ReceiptsChanged,
    ReceiptSeen,
    ThreadRead,
)

from messaging.read_state.thread_unread import UnreadThread
from messaging.read_state.unread import Unread
from messaging.rows import timestamp


async def channel_read(db: Db, user_id: UUID, now: Unread) -> None:
    """Somebody has read a channel, or marked something in it unread."""
    read = ChannelRead(
        channel_id=str(now.channel_id), last_read_seq=now.last_read_seq, unread=now.unread, mentions=now.mentions,
        last_seq=now.last_seq, last_revision=now.last_revision,
    )  # fmt: skip
    await outbox.append(db, PersonalEvent(user_id=str(user_id), channel_read=read), actor_id=str(user_id))


async def thread_read(db: Db, user_id: UUID, now: UnreadThread) -> None:
    """Somebody has read a thread, or marked a reply in it unread."""
    read = ThreadRead(
        channel_id=str(now.channel_id), thread_id=str(now.thread_id), last_read_seq=now.last_read_seq,
        unread=now.unread, mentions=now.unread_mentions,
    )  # fmt: skip
    await outbox.append(db, PersonalEvent(user_id=str(user_id), thread_read=read), actor_id=str(user_id))


async def notifications_changed(db: Db, row: Record) -> None:
    changed = NotificationsChanged(
        channel_id=str(row["channel_id"]), level=row["level"], muted_until=timestamp(row["muted_until"])
    )
    event = PersonalEvent(user_id=str(row["user_id"]), notifications_changed=changed)
    await outbox.append(db, event, actor_id=event.user_id)


async def receipt_seen(db: Db, seer_id: UUID, channel_id: UUID, user_id: UUID, seq: int) -> None:
    """One of those who may see it is told how far somebody else has read."""
    seen = ReceiptSeen(channel_id=str(channel_id), user_id=str(user_id), last_read_seq=seq)
    await outbox.append(db, PersonalEvent(user_id=str(seer_id), receipt_seen=seen), actor_id=str(user_id))


async def receipts_changed(db: Db, seer_ids: Iterable[UUID], user_id: UUID, sends: bool) -> None:
    """Those who may see it are told that somebody else sends receipts from now on, or none any more."""
    changed = ReceiptsChanged(user_id=str(user_id), sends_read_receipts=sends)
    events = [PersonalEvent(user_id=str(seer_id), receipts_changed=changed) for seer_id in seer_ids]
    await outbox.append(db, *events, actor_id=str(user_id))

"""What concerns one person alone is told to all of their devices."""

from uuid import UUID

from eventbus import Db, outbox
from google.protobuf.message import Message as Payload
from nexus.messaging.v1.personal_event_pb2 import PersonalEvent

# Advisory, because the copy of the person's own row may not have come from identity yet.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('personal:' || $1, 0))"
PAYLOADS = PersonalEvent.DESCRIPTOR.oneofs_by_name["payload"].fields
FIELDS = {field.message_type.full_name: field.name for field in PAYLOADS if field.message_type}


async def take_turn(db: Db, user_id: UUID) -> None:
    """Until the transaction ends nobody else changes this person's things: they are counted and told in order."""
    await db.execute(TAKE_TURN, str(user_id))


async def tell(db: Db, user_id: UUID, payload: Payload) -> None:
    """Record the fact for the person's devices; within the transaction that made it one."""
    event = PersonalEvent(user_id=str(user_id))
    getattr(event, FIELDS[payload.DESCRIPTOR.full_name]).CopyFrom(payload)
    await outbox.append(db, event, actor_id=str(user_id))

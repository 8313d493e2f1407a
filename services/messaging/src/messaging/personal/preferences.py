"""What people want for themselves, wherever they are."""

from uuid import UUID

from chassis.database import one
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.personal_event_pb2 import PreferencesChanged

from messaging.personal import devices
from messaging.personal.bodies import PreferencesChange
from messaging.read_state import receipts

GET = "SELECT coalesce((SELECT sends_read_receipts FROM preferences WHERE user_id = $1), TRUE) AS sends_read_receipts"
SET = """
    INSERT INTO preferences (user_id, sends_read_receipts) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET sends_read_receipts = excluded.sends_read_receipts, updated_at = now()
"""


async def of(db: Db, user_id: UUID) -> Json:
    return {"sendsReadReceipts": (await one(db, GET, user_id))["sends_read_receipts"]}


async def change(db: Db, user_id: UUID, wanted: PreferencesChange) -> Json:
    """What is not named stays as it is; the person's devices are told what is new, and who sees their receipts."""
    await devices.take_turn(db, user_id)
    before, sends = await of(db, user_id), wanted.sends_read_receipts
    if sends is None or before == {"sendsReadReceipts": sends}:
        return before
    await db.execute(SET, user_id, sends)
    await devices.tell(db, user_id, PreferencesChanged(sends_read_receipts=sends))
    await receipts.tell_seers(db, user_id, sends)
    return await of(db, user_id)

"""How long a channel keeps what is said: as it was told itself, or else as its workspace was."""

from uuid import UUID

from chassis.database import one
from eventbus import Db
from eventbus.wire import Json

from messaging import audit
from messaging.retention.bodies import ChannelRetention
from messaging.standings import Standing

# Of a channel `c` in its workspace `w`; 0 is for ever.
DAYS = "coalesce(c.retention_days, w.retention_days)"
OF_CHANNEL = f"""
    SELECT c.retention_days, {DAYS} AS days FROM channels c JOIN workspaces w ON w.id = c.workspace_id WHERE c.id = $1
"""  # noqa: S608
SET_OF_CHANNEL = "UPDATE channels SET retention_days = $2, updated_at = now() WHERE id = $1"


async def of_channel(db: Db, channel_id: UUID) -> Json:
    """`days` as it was said of the channel, and `effectiveDays`; 0 is for ever."""
    row = await one(db, OF_CHANNEL, channel_id)
    return {"days": row["retention_days"], "effectiveDays": row["days"]}


async def change(db: Db, standing: Standing, channel_id: UUID, wanted: ChannelRetention) -> Json:
    await db.execute(SET_OF_CHANNEL, channel_id, wanted.days)
    await audit.record(db, standing, "retention.changed", {"channelId": str(channel_id), "days": wanted.days})
    return await of_channel(db, channel_id)

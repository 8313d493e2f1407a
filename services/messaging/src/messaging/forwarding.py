"""Messages passed on, with rights kept: what few may read is passed on only to those few."""

from uuid import UUID

import orjson
from chassis.database import dumps
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import Message

from messaging import posting
from messaging.bodies import ChannelDraft
from messaging.permissions import Standing, standing_of
from messaging.personal_bodies import Forward
from messaging.rows import MESSAGE, message_of

# In the order of their ids, as everyone does: until this ends nobody comes or goes.
LOCK = "SELECT id FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
SOURCE = f"SELECT {MESSAGE} FROM messages WHERE id = $1 AND NOT is_deleted AND NOT is_hidden"  # noqa: S608 - a constant
STRANGERS = """
    SELECT EXISTS (
        SELECT FROM channel_members t WHERE t.channel_id = $2
            AND NOT EXISTS (SELECT FROM channel_members s WHERE s.channel_id = $1 AND s.user_id = t.user_id))
"""
SNAPSHOT = ("channelId", "userId", "createdAt", "content", "contentType", "formattedContent", "attachments")


async def forward(db: Db, source: Standing, message_id: UUID, wanted: Forward) -> Json:
    """The new message, which carries the other as it is now. `Problem` 404 for a channel that is not seen, 403
    `forward_not_allowed` if somebody who reads there may not read the other."""
    target = await standing_of(db, source.user_id, {"channel_id": str(wanted.channel_id)})
    await db.execute(LOCK, [source.channel_id, target.channel_id])
    await _require_allowed(db, source, target)
    row = await db.fetchrow(SOURCE, message_id)
    if row is None:
        raise not_found("message")
    draft = ChannelDraft.model_construct(
        channel_id=wanted.channel_id, content=wanted.comment, parent_message_id=wanted.parent_message_id,
        client_message_id=wanted.client_message_id, confirm_mentions=wanted.confirm_mentions,
    )  # fmt: skip
    send = posting.Send(source.user_id, draft, forwarded=dumps(_snapshot(message_of(row))))
    (outcome,) = await posting.post_within(db, [send])
    if isinstance(outcome, Problem):
        raise outcome
    return to_wire(outcome)


async def _require_allowed(db: Db, source: Standing, target: Standing) -> None:
    if source.channel_id == target.channel_id:
        return
    is_open = source.channel_type == "public" and source.workspace_id == target.workspace_id
    is_kept = target.channel_type != "public" and not await db.fetchval(STRANGERS, source.channel_id, target.channel_id)
    if not is_open and not is_kept:
        raise Problem(403, "forward_not_allowed", "Somebody who reads there may not read where this was said.")


def _snapshot(message: Message) -> Json:
    """A message that only passes another on is passed on as that one; of what a message carries, its own carrying is
    left out, so that nothing grows without end."""
    told = to_wire(message)
    carried: Json | None = orjson.loads(message.forwarded) if message.forwarded else None
    if carried and not message.content:
        return carried
    inner = {**carried, "forwarded": None} if carried else None
    return {"messageId": message.id, **{name: told[name] for name in SNAPSHOT}, "forwarded": inner}

"""Messages passed on, with rights kept: what few may read is passed on only to those few."""

from typing import Annotated
from uuid import UUID

import orjson
from chassis.database import dumps
from chassis.problems import Problem, not_found
from chassis.schema import Body, Id
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import Message
from pydantic import Field

from messaging import posting
from messaging.bodies import ChannelDraft
from messaging.links import quotes
from messaging.links.bodies import Forward
from messaging.permissions import Standing, standing_of
from messaging.rows import MESSAGE, message_of

# In the order of their ids, as everyone does: until this ends nobody comes or goes.
LOCK = "SELECT id FROM channels WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
SOURCE = f"SELECT {MESSAGE} FROM messages WHERE id = $1 AND NOT is_deleted AND NOT is_hidden"  # noqa: S608 - a constant
STRANGERS = """
    SELECT EXISTS (
        SELECT FROM channel_members t WHERE t.channel_id = $2
            AND NOT EXISTS (SELECT FROM channel_members s WHERE s.channel_id = $1 AND s.user_id = t.user_id))
"""
OTHERS = "SELECT EXISTS (SELECT FROM channel_members WHERE channel_id = $1 AND NOT user_id = ANY($2))"


class Shown(Body):
    """What one database shows another of a message that is to be passed on, and who reads it where it was said."""

    workspace_id: Id
    is_public: bool
    reader_ids: Annotated[tuple[Id, ...], Field(strict=False)]
    forwarded: Json


async def forward(db: Db, source: Standing, message_id: UUID, wanted: Forward) -> Json:
    """The new message, which carries the other as it is now. `Problem` 404 for a channel that is not seen, 403
    `forward_not_allowed` if somebody who reads there may not read the other."""
    target = await standing_of(db, source.user_id, {"channel_id": str(wanted.channel_id)})
    await db.execute(LOCK, [source.channel_id, target.channel_id])
    await _require_allowed(db, source, target)
    row = await db.fetchrow(SOURCE, message_id)
    if row is None:
        raise not_found("message")
    return await _post(db, source.user_id, wanted, _snapshot(message_of(row)))


async def shown(db: Db, source: Standing, message_id: UUID) -> Shown:
    """A message as it can be passed on to a channel in another database, which is not asked here."""
    row = await db.fetchrow(SOURCE, message_id)
    if row is None or source.workspace_id is None:
        raise not_found("message")
    readers = await db.fetch("SELECT user_id FROM channel_members WHERE channel_id = $1", source.channel_id)
    return Shown.model_construct(
        workspace_id=source.workspace_id, is_public=source.channel_type == "public",
        reader_ids=tuple(reader["user_id"] for reader in readers), forwarded=_snapshot(message_of(row)),
    )  # fmt: skip


async def pass_on(db: Db, user_id: UUID, wanted: Forward, source: Shown) -> Json:
    """The new message, as `forward`, of one that is in another database."""
    target = await standing_of(db, user_id, {"channel_id": str(wanted.channel_id)})
    await db.execute(LOCK, [target.channel_id])
    is_open = source.is_public and source.workspace_id == target.workspace_id
    is_kept = target.channel_type != "public" and not await db.fetchval(
        OTHERS, target.channel_id, list(source.reader_ids)
    )
    if not is_open and not is_kept:
        raise _not_allowed()
    return await _post(db, user_id, wanted, source.forwarded)


async def _post(db: Db, user_id: UUID, wanted: Forward, forwarded: Json) -> Json:
    draft = ChannelDraft.model_construct(
        channel_id=wanted.channel_id, content=wanted.comment, parent_message_id=wanted.parent_message_id,
        client_message_id=wanted.client_message_id, confirm_mentions=wanted.confirm_mentions,
    )  # fmt: skip
    (outcome,) = await posting.post_within(db, [posting.Send(user_id, draft, forwarded=dumps(forwarded))])
    if isinstance(outcome, Problem):
        raise outcome
    return to_wire(outcome)


async def _require_allowed(db: Db, source: Standing, target: Standing) -> None:
    if source.channel_id == target.channel_id:
        return
    is_open = source.channel_type == "public" and source.workspace_id == target.workspace_id
    is_kept = target.channel_type != "public" and not await db.fetchval(STRANGERS, source.channel_id, target.channel_id)
    if not is_open and not is_kept:
        raise _not_allowed()


def _not_allowed() -> Problem:
    return Problem(403, "forward_not_allowed", "Somebody who reads there may not read where this was said.")


def _snapshot(message: Message) -> Json:
    """A message that only passes another on is passed on as that one; of what a message carries, its own carrying is
    left out, so that nothing grows without end. `Problem` 404 if all that it says is what nobody may read any more."""
    told = to_wire(message)
    carried: Json | None = orjson.loads(message.forwarded) if message.forwarded else None
    if carried and not message.content:
        if carried.get("isHidden") or carried.get("isDeleted"):
            raise not_found("message")
        return carried
    inner = {**carried, "forwarded": None} if carried else None
    return {"messageId": message.id, **{name: told[name] for name in quotes.SAID}, "forwarded": inner}

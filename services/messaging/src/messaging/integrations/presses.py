"""Buttons that are pressed: the integration that put them there is told, and may change its message."""

from dataclasses import dataclass
from uuid import UUID

import orjson
from chassis.database import dumps
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging import messages
from messaging.bodies import MessageChange
from messaging.integrations import asking, commands, endpoints
from messaging.integrations.outside import Endpoint
from messaging.integrations.saying import Via
from messaging.integrations.slack import Said
from messaging.permissions import Standing

# Who said it: an integration, or a bot, which is its author.
HELD = """
    SELECT m.actions, coalesce(
        m.via, jsonb_build_object('kind', 'bot', 'id', m.user_id, 'name', u.name, 'iconEmoji', NULL)) AS via
    FROM messages m LEFT JOIN users u ON u.id = m.user_id
    WHERE m.id = $1 AND NOT m.is_deleted AND NOT m.is_hidden AND m.actions IS NOT NULL
"""
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
SET = "UPDATE messages SET actions = $2 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button of this integration."""

    id: UUID
    via: Via
    endpoint: Endpoint
    value: str


async def begin(db: Db, message_id: UUID, action_id: str) -> Press:
    """`Problem` 404 for a button that the message does not have, or that nobody is told of any more."""
    row = await db.fetchrow(HELD, message_id)
    button = next((each for each in orjson.loads(row["actions"]) if each["id"] == action_id), None) if row else None
    if row is None or button is None:
        raise not_found("button")
    via = orjson.loads(row["via"])
    endpoint = await endpoints.of(db, UUID(via["id"]))
    if endpoint is None:
        raise not_found("button")
    return Press(uuid7(), Via(via["kind"], UUID(via["id"]), via["name"], via["iconEmoji"]), endpoint, button["value"])


async def answer(db: Db, standing: Standing, message_id: UUID, via: Via, said: Said | None) -> Json:
    """What is shown: the message as it reads now, if the integration replaces it, or as for a command."""
    if said is None or said.payload.replace_original is not True:
        return await commands.answer(db, standing, via, said)
    if not said.text.strip():
        raise asking.failed("a message that it replaces needs text")
    await db.execute(LOCK, standing.channel_id)
    buttons = [button.model_dump() for button in said.payload.actions]
    await db.execute(SET, message_id, dumps(buttons) if buttons else None)
    change = MessageChange.model_validate({"content": said.text, "attachments": said.attachments})
    author = Standing(
        via.id, standing.workspace_id, "member", standing.workspace_status, channel_id=standing.channel_id,
        channel_type=standing.channel_type, channel_role="member",
    )  # fmt: skip
    return {"message": await messages.edit(db, author, message_id, change)}

"""Pressing a button."""

from typing import Annotated
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Request

from messaging.integrations import asking, presses
from messaging.permissions import Action, Ask, allowed

router = APIRouter(prefix="/api")


@router.post("/messages/{message_id}/actions/{action_id}")
async def press(
    message_id: UUID, action_id: str, request: Request, ask: Annotated[Ask, allowed(Action.ACTION_PRESS)]
) -> Json:
    """What came of it: `message` or `ephemeral`, or nothing that is shown."""
    async with ask.granted() as (db, standing):
        pressed = await presses.begin(db, message_id, action_id)
    said = await asking.ask(
        request.app.state.outside, pressed.endpoint, f"act_{pressed.id}",
        asking.event(
            "action.pressed",
            {
                "actionId": action_id, "value": pressed.value, "messageId": str(message_id),
                "channelId": str(standing.channel_id), "workspaceId": str(standing.workspace_id),
                "userId": str(standing.user_id), "userName": ask.user.name,
            },
        ),
    )  # fmt: skip
    async with ask.granted() as (db, standing):
        return await presses.answer(db, standing, message_id, pressed.via, said)

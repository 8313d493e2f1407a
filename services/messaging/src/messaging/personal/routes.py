"""A person's own things: drafts, messages sent later, messages kept, reminders, preferences."""

from typing import Annotated, Literal
from uuid import UUID

from eventbus.wire import Json
from fastapi import APIRouter, Query, Response

from messaging.permissions import Action, Ask, allowed
from messaging.personal import drafts, preferences, reminders, saved, scheduled
from messaging.personal.bodies import (
    Keep,
    KeptDraft,
    LaterChange,
    LaterDraft,
    NewReminder,
    PreferencesChange,
    ReminderChange,
)

router = APIRouter(prefix="/api")
ANEW = Keep()
PageSize = Annotated[int, Query(ge=1, le=100)]


@router.get("/drafts")
async def list_drafts(
    ask: Annotated[Ask, allowed(Action.DRAFT_LIST)],
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: PageSize = 50,
) -> Json:
    async with ask.granted() as (db, _):
        return await drafts.page(db, ask.user.user_id, before, limit)


@router.put("/channels/{channel_id}/draft")
async def save_draft(channel_id: UUID, body: KeptDraft, ask: Annotated[Ask, allowed(Action.DRAFT_KEEP)]) -> Json:
    async with ask.granted() as (db, _):
        return {"draft": await drafts.save(db, ask.user.user_id, channel_id, body)}


@router.delete("/channels/{channel_id}/draft", status_code=204)
async def remove_draft(
    channel_id: UUID,
    ask: Annotated[Ask, allowed(Action.DRAFT_KEEP)],
    parent_message_id: Annotated[UUID | None, Query(alias="parentMessageId")] = None,
) -> Response:
    async with ask.granted() as (db, _):
        await drafts.remove(db, ask.user.user_id, channel_id, parent_message_id)
    return Response(status_code=204)


@router.post("/channels/{channel_id}/scheduled", status_code=201)
async def schedule_message(
    channel_id: UUID, body: LaterDraft, ask: Annotated[Ask, allowed(Action.MESSAGE_SCHEDULE)]
) -> Json:
    async with ask.granted() as (db, _):
        return await scheduled.add(db, ask.user.user_id, channel_id, body)


@router.get("/scheduled")
async def list_scheduled(ask: Annotated[Ask, allowed(Action.SCHEDULED_LIST)]) -> Json:
    async with ask.granted() as (db, _):
        return {"scheduled": await scheduled.listed(db, ask.user.user_id)}


@router.put("/scheduled/{scheduled_id}")
async def change_scheduled(
    scheduled_id: UUID, body: LaterChange, ask: Annotated[Ask, allowed(Action.SCHEDULED_CHANGE)]
) -> Json:
    async with ask.granted() as (db, _):
        return await scheduled.change(db, ask.user.user_id, scheduled_id, body)


@router.delete("/scheduled/{scheduled_id}", status_code=204)
async def cancel_scheduled(scheduled_id: UUID, ask: Annotated[Ask, allowed(Action.SCHEDULED_CHANGE)]) -> Response:
    async with ask.granted() as (db, _):
        await scheduled.cancel(db, ask.user.user_id, scheduled_id)
    return Response(status_code=204)


@router.post("/scheduled/{scheduled_id}/send", status_code=201)
async def send_scheduled(scheduled_id: UUID, ask: Annotated[Ask, allowed(Action.SCHEDULED_CHANGE)]) -> Json:
    async with ask.granted() as (db, _):
        return await scheduled.send_now(db, ask.user.user_id, scheduled_id)


@router.get("/saved")
async def list_saved(
    ask: Annotated[Ask, allowed(Action.SAVED_LIST)],
    state: Literal["open", "done"] | None = None,
    before: UUID | None = None,
    limit: PageSize = 50,
    place: UUID | None = None,
) -> Json:
    async with ask.granted() as (db, _):
        return await saved.page(db, ask.user.user_id, state, before, limit, place)


@router.put("/messages/{message_id}/saved", status_code=204)
async def save_message(
    message_id: UUID, ask: Annotated[Ask, allowed(Action.MESSAGE_SAVE)], body: Keep = ANEW
) -> Response:
    async with ask.granted() as (db, _):
        await saved.save(db, ask.user.user_id, message_id, body)
    return Response(status_code=204)


# Not `message_id`: what was kept can be let go of after the message is gone from sight.
@router.delete("/messages/{saved_message_id}/saved", status_code=204)
async def unsave_message(saved_message_id: UUID, ask: Annotated[Ask, allowed(Action.SAVED_CHANGE)]) -> Response:
    async with ask.granted() as (db, _):
        await saved.remove(db, ask.user.user_id, saved_message_id)
    return Response(status_code=204)


@router.get("/reminders")
async def list_reminders(
    ask: Annotated[Ask, allowed(Action.REMINDER_LIST)],
    state: Literal["open", "waiting", "due", "done"] | None = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: PageSize = 50,
) -> Json:
    async with ask.granted() as (db, _):
        return await reminders.page(db, ask.user.user_id, state, after, limit)


@router.post("/reminders", status_code=201)
async def set_reminder(body: NewReminder, ask: Annotated[Ask, allowed(Action.REMINDER_SET)]) -> Json:
    async with ask.granted() as (db, _):
        return await reminders.add(db, ask.user.user_id, body)


@router.put("/reminders/{reminder_id}")
async def change_reminder(
    reminder_id: UUID, body: ReminderChange, ask: Annotated[Ask, allowed(Action.REMINDER_SET)]
) -> Json:
    async with ask.granted() as (db, _):
        return await reminders.change(db, ask.user.user_id, reminder_id, body)


@router.post("/reminders/{reminder_id}/done")
async def finish_reminder(reminder_id: UUID, ask: Annotated[Ask, allowed(Action.REMINDER_SET)]) -> Json:
    async with ask.granted() as (db, _):
        return await reminders.finish(db, ask.user.user_id, reminder_id)


@router.delete("/reminders/{reminder_id}", status_code=204)
async def cancel_reminder(reminder_id: UUID, ask: Annotated[Ask, allowed(Action.REMINDER_SET)]) -> Response:
    async with ask.granted() as (db, _):
        await reminders.cancel(db, ask.user.user_id, reminder_id)
    return Response(status_code=204)


@router.get("/preferences")
async def get_preferences(ask: Annotated[Ask, allowed(Action.PREFERENCES_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await preferences.of(db, ask.user.user_id)


@router.put("/preferences")
async def change_preferences(body: PreferencesChange, ask: Annotated[Ask, allowed(Action.PREFERENCES_CHANGE)]) -> Json:
    async with ask.granted() as (db, _):
        return await preferences.change(db, ask.user.user_id, body)

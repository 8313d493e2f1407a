"""What a person wants for themselves, wherever they are."""

from typing import Annotated

from eventbus.wire import Json
from fastapi import APIRouter

from messaging import preferences
from messaging.permissions import Action, Ask, allowed
from messaging.personal_bodies import PreferencesChange

router = APIRouter(prefix="/api/preferences")


@router.get("")
async def get_preferences(ask: Annotated[Ask, allowed(Action.PREFERENCES_READ)]) -> Json:
    async with ask.granted() as (db, _):
        return await preferences.of(db, ask.user.user_id)


@router.put("")
async def change_preferences(body: PreferencesChange, ask: Annotated[Ask, allowed(Action.PREFERENCES_CHANGE)]) -> Json:
    async with ask.granted() as (db, _):
        return await preferences.change(db, ask.user.user_id, body)

"""Choosing a status, and seeing those of the people one shares a workspace with."""

from typing import Annotated, Any
from uuid import UUID

from chassis.problems import Problem, unavailable
from chassis.requests import CurrentUser
from chassis.schema import Body
from fastapi import APIRouter, Query, Request
from pydantic import Field

from presence import choices
from presence.announcing import Announcer
from presence.statuses import Status

MOST_ASKED = 200
router = APIRouter(prefix="/api")


class Choice(Body):
    status: Annotated[Status, Field(strict=False)]


@router.put("/presence")
async def choose(body: Choice, user: CurrentUser, request: Request) -> dict[str, str]:
    """Away, busy and offline (unseen) hold until another choice; online shows what the devices do."""
    announcer = _announcer(request)
    await choices.choose(request.app.state.pool, user.user_id, body.status)
    await announcer.tell([str(user.user_id)])
    return {"userId": str(user.user_id), "status": body.status.value}


@router.get("/presence")
async def get_presence(
    user: CurrentUser, request: Request, user_ids: Annotated[str, Query(alias="userIds", max_length=10_000)]
) -> dict[str, Any]:
    """The status of each; offline for those whom the asker shares no workspace with, as for those who do not exist."""
    wanted, announcer = _ids(user_ids), _announcer(request)
    visible = await choices.visible_to(request.app.state.pool, user.user_id, wanted)
    statuses = await announcer.statuses(map(str, visible))
    shown = [{"userId": str(id_), "status": statuses.get(str(id_), Status.OFFLINE)} for id_ in wanted]
    return {"presence": shown}


def _announcer(request: Request) -> Announcer:
    """Who knows; 503 while it hears no gateway, since what it knew may be true no more."""
    announcer: Announcer = request.app.state.announcer
    if not announcer.listening.is_set():
        raise unavailable()
    return announcer


def _ids(text: str) -> list[UUID]:
    try:
        ids = list(dict.fromkeys(map(UUID, filter(None, text.split(",")))))
    except ValueError:
        raise Problem(422, "invalid_request", "userIds: must be ids with commas between them") from None
    if not 1 <= len(ids) <= MOST_ASKED:
        raise Problem(422, "invalid_request", f"userIds: between 1 and {MOST_ASKED} ids")
    return ids

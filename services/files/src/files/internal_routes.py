"""What messaging asks before it sends what somebody wrote earlier."""

from typing import Annotated
from uuid import UUID

import asyncpg
from chassis.requests import GatewayOnly
from chassis.schema import Body, Id
from eventbus.wire import Json
from fastapi import APIRouter, Request
from pydantic import Field

from files import forms

router = APIRouter(prefix="/internal", dependencies=[GatewayOnly], include_in_schema=False)


class Named(Body):
    """So many as a message carries, and more."""

    ids: Annotated[tuple[Id, ...], Field(max_length=100, strict=False)]


@router.post("/users/{user_id}/files")
async def list_of_user(user_id: UUID, named: Named, request: Request) -> Json:
    """Those of them that this person sees just now, each with its status."""
    pool: asyncpg.Pool = request.app.state.pool
    async with pool.acquire(timeout=5) as db:
        return {"files": await forms.of_all(db, user_id, named.ids)}

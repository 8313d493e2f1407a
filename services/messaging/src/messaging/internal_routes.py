"""What the gateway asks on behalf of the sockets it has let in."""

from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
from chassis.problems import Problem, invalid_request
from chassis.requests import GatewayOnly
from eventbus.wire import Json, to_wire
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError

from messaging import catching_up, history, posting
from messaging.bodies import Positions, Sends, SocketSend

router = APIRouter(prefix="/internal", dependencies=[GatewayOnly], include_in_schema=False)
T = TypeVar("T", bound=BaseModel)


@router.post("/messages")
async def post_messages(request: Request) -> Response:
    """Many sockets' messages in one transaction; an answer for each, in the same order."""
    sends = await _read(request, Sends)
    outcomes = await posting.post_all(request.app.state.pool, [_send(send) for send in sends.sends])
    return _json({"results": [_result(outcome) for outcome in outcomes]})


@router.get("/users/{user_id}/state")
async def get_state(user_id: UUID, request: Request) -> Response:
    pool: asyncpg.Pool = request.app.state.pool
    async with pool.acquire(timeout=5) as db:
        return _json(await history.state(db, user_id))


@router.post("/users/{user_id}/sync")
async def sync(user_id: UUID, request: Request) -> Response:
    positions = await _read(request, Positions)
    pool: asyncpg.Pool = request.app.state.pool
    async with pool.acquire(timeout=5) as db, db.transaction(isolation="repeatable_read", readonly=True):
        return _json(await catching_up.missed(db, user_id, positions))


def _send(send: SocketSend) -> posting.Send | Problem:
    draft = posting.read_draft(send.payload)
    return draft if isinstance(draft, Problem) else posting.Send(send.user_id, draft, send.socket_id)


def _result(outcome: posting.Outcome) -> Json:
    if isinstance(outcome, Problem):
        return {"error": {"type": outcome.type, "message": outcome.detail, "status": outcome.status, **outcome.extra}}
    return {"message": to_wire(outcome)}


async def _read(request: Request, body: type[T]) -> T:
    try:
        return body.model_validate(orjson.loads(await request.body()))
    except orjson.JSONDecodeError as error:
        raise Problem(400, "invalid_request", f"The request is not JSON: {error}") from error
    except ValidationError as error:
        raise invalid_request([{**fault, "loc": ("", *fault["loc"])} for fault in error.errors()]) from error


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")

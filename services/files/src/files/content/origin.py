"""The app of the content origin: `/f/<pass>/<name>` and nothing else. It knows no cookies and no sign-in."""

from email.utils import formatdate

import asyncpg
from chassis import problems
from chassis.problems import not_found
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from files.content import forms, ranges, sights
from files.content.passes import Pass, Passes, Viewer
from files.content.ranges import Span, Unsatisfiable
from files.content.sending import Sending
from files.content.sights import ORIGINAL, Sight
from files.links import tickets
from files.metrics import CONTENT
from files.store import Missing, Store

router = APIRouter(include_in_schema=False)


def origin_of(pool: asyncpg.Pool, store: Store, passes: Passes) -> FastAPI:
    """The app, over the database and store of the service."""
    app = FastAPI(title="content", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.pool, app.state.store, app.state.passes = pool, store, passes
    problems.install(app)
    app.add_exception_handler(Missing, _missing)
    app.add_middleware(HarmlessMiddleware)
    app.include_router(router)
    return app


class HarmlessMiddleware:
    """Refusals, too, are bound as foreign bytes are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in BOUND if name not in said]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, send_bound if scope["type"] == "http" else send)


BOUND = [(name.lower().encode(), value.encode()) for name, value in forms.SAFETY.items()]


@router.api_route("/f/{token}/{filename:path}", methods=["GET", "HEAD"])
async def hand_out(token: str, request: Request) -> Response:
    """The bytes that a pass is good for; 404 for whatever it is not good for any more."""
    granted = request.app.state.passes.read(token)
    sight = granted and await _sight(request, granted)
    if granted is None or sight is None:
        CONTENT.labels("not_found").inc()
        raise not_found("file")
    told = _headers(granted, sight)
    if ranges.is_known(request.headers, sight.etag):
        CONTENT.labels("not_modified").inc()
        return Response(None, 304, {name: told[name] for name in ("ETag", "Cache-Control")})
    try:
        span = ranges.asked(request.headers, sight.etag, sight.size)
    except Unsatisfiable:
        CONTENT.labels("unsatisfiable").inc()
        return Response(None, 416, {**told, "Content-Range": f"bytes */{sight.size}", "Content-Length": "0"})
    return _answer(request, granted, sight, told, span)


async def _missing(_: Request, __: Exception) -> Response:
    """Removed between the look and the reading."""
    return not_found("file").response()


async def _sight(request: Request, granted: Pass) -> Sight | None:
    state = request.app.state
    async with state.pool.acquire(timeout=5) as db:
        return await sights.look(db, state.store, granted)


def _headers(granted: Pass, sight: Sight) -> dict[str, str]:
    return {
        **forms.headers(sight.form, inline=granted.inline),
        "ETag": sight.etag,
        "Accept-Ranges": "bytes",
        # Kept, but never shown again without asking whether that is still right.
        "Cache-Control": "private, no-cache",
        "Expires": formatdate(granted.expires_at, usegmt=True),
    }


def _answer(request: Request, granted: Pass, sight: Sight, told: dict[str, str], span: Span | None) -> Response:
    if span is not None:
        told = {**told, "Content-Range": span.content_range}
    status, whole = (200, Span(0, sight.size, sight.size)) if span is None else (206, span)
    told = {**told, "Content-Length": str(whole.length)}
    if request.method == "HEAD" or not whole.length:
        return Response(None, status, told)
    CONTENT.labels("sent").inc()
    return _sending(request, granted, sight, told, whole, status)


def _sending(request: Request, granted: Pass, sight: Sight, told: dict[str, str], span: Span, status: int) -> Sending:
    pool, store = request.app.state.pool, request.app.state.store
    is_download = granted.viewer is Viewer.TICKET and granted.variant == ORIGINAL

    async def admit() -> None:
        if is_download:
            async with pool.acquire(timeout=5) as db, db.transaction():
                await tickets.take(db, granted.viewer_id, span.length, sight.size)

    async def holds() -> bool:
        return await _sight(request, granted) is not None

    async def settle(sent: int) -> None:
        if is_download and sent < span.length:
            async with pool.acquire(timeout=5) as db:
                await tickets.give_back(db, granted.viewer_id, span.length - sent)

    whole = span.length == sight.size
    opened = lambda: store.get(sight.key) if whole else store.get(sight.key, span.start, span.stop - 1)  # noqa: E731
    return Sending(status, told, opened, admit=admit, holds=holds, settle=settle)

"""The gateway's HTTP side alone, before one service that a test plays."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from chassis import problems
from chassis.bodies import BodyLimitMiddleware
from chassis.tracing import TraceMiddleware
from fastapi import APIRouter, FastAPI
from gateway.arrivals import Revocations
from gateway.door import METHODS
from gateway.proxy import Proxy
from gateway.uploads import is_upload
from talking import answering
from testkit import served
from yarl import URL

LIMIT = 1_000_000
UPLOAD_LIMIT = 50_000_000
UPLOADS = 2
# Seconds that the proxy waits for anything.
DEADLINE = 1.5
Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Way:
    """The gateway's HTTP side in front of one service that a test plays."""

    http: aiohttp.ClientSession
    revocations: Revocations = field(default_factory=Revocations)
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answer: Answerer | None = None
    url: str = ""
    owner: str = ""

    def begin(self) -> None:
        """As if nobody had gone it yet."""
        self.asked, self.bodies, self.answer = [], [], None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if self.answer is not None:
            return await self.answer(request)
        self.bodies.append(await request.content.read())
        return web.json_response({"path": request.raw_path})

    async def ask(self, method: str, path: str, **options: Any) -> tuple[aiohttp.ClientResponse, bytes]:
        url = URL(self.url + path, encoded=True)
        async with self.http.request(method, url, allow_redirects=False, **options) as answer:
            return answer, await answer.read()

    async def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """The status and type of a refusal."""
        answer, body = await self.ask(method, path, **options)
        assert answer.content_type == "application/problem+json", body
        return answer.status, json.loads(body)["type"]


@asynccontextmanager
async def open_way() -> AsyncIterator[Way]:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        answering(lambda request: way.serve(request)) as url,
    ):
        way = Way(http, owner=url)
        owners = dict.fromkeys(("channels", "messages"), ("messaging", url)) | {"files": ("files", url)}
        owners["auth"] = ("identity", "http://127.0.0.1:9")
        proxy = Proxy(http, owners, way.revocations, deadline=DEADLINE, uploads=UPLOADS)
        async with served(an_app(proxy)) as way.url:
            yield way


def an_app(proxy: Proxy) -> FastAPI:
    app = FastAPI()
    router = APIRouter()
    router.add_api_route("/api/{path:path}", proxy.pass_on, methods=METHODS)
    app.include_router(router)
    problems.install(app)
    app.add_middleware(BodyLimitMiddleware, limit=lambda scope: UPLOAD_LIMIT if is_upload(scope) else LIMIT)
    app.add_middleware(TraceMiddleware)
    return app

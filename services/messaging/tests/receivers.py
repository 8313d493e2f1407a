"""A program elsewhere that messaging asks, and that looks at signatures as Standard Webhooks' libraries do."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from testkit.ports import free_port

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Asked:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> Any:
        return orjson.loads(self.body)["data"]

    def is_signed_with(self, secret: str) -> bool:
        at = self.headers["webhook-timestamp"]
        if abs(int(at) - time.time()) > 300:
            return False
        said = f"{self.id}.{at}.".encode() + self.body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        wanted = "v1," + base64.b64encode(hmac.digest(key, said, "sha256")).decode()
        return any(hmac.compare_digest(wanted, given) for given in self.headers["webhook-signature"].split(" "))


@dataclass(slots=True)
class Receiver:
    """Answers `answer`, or with what `answering` makes."""

    port: int = field(default_factory=free_port)
    asked: list[Asked] = field(default_factory=list)
    answer: Any = None
    status: int = 200
    answering: Answering | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/here"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.answering is not None:
            return await self.answering(request)
        body = b"" if self.answer is None else orjson.dumps(self.answer)
        return web.Response(status=self.status, body=body, content_type="application/json")


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/here", receiver._receive)
    runner = web.AppRunner(app, shutdown_timeout=1)  # an answer that nobody waits for any more ends no later
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", receiver.port).start()
        yield receiver
    finally:
        await runner.cleanup()

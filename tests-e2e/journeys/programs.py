"""Programs beside people: bots with tokens of their own, and a server that answers what integrations are asked."""

import base64
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from journeys.people import Json, Person, Team, Town

ALL = ["channels:read", "channels:join", "members:read", "messages:read", "messages:write", "reactions:write"]


@dataclass(slots=True)
class Program:
    """Answers every request with `answer`, and remembers them."""

    url: str
    answer: Json = field(default_factory=dict)
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def data(self, place: int = -1) -> Any:
        return orjson.loads(self.asked[place][1])["data"]

    def is_signed_with(self, secret: str, place: int = -1) -> bool:
        """As the receivers' side of Standard Webhooks looks at it."""
        headers, body = self.asked[place]
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), said, "sha256")
        return f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"].split()

    async def _receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((headers, await request.read()))
        return web.json_response(self.answer)


@asynccontextmanager
async def program(port: int) -> AsyncIterator[Program]:
    """A server of this machine that integrations are."""
    running = Program(f"http://127.0.0.1:{port}/")
    app = web.Application()
    app.router.add_post("/", running._receive)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield running
    finally:
        await runner.cleanup()


async def let_in(town: Town, token: str) -> Person:
    """A bot that shows its token."""
    answer = await town.stranger.post("/api/auth/bot-token", {"token": token})
    return Person(town.http, answer["accessToken"], user=answer["user"], refresh_token="", bridge=town.bridge)


async def a_bot(owner: Person, team: Team, name: str, scopes: list[str]) -> tuple[Json, Json]:
    """A new bot of the team's workspace, and a token of it."""
    bot = await owner.post("/api/bots", {"workspaceId": team.workspace_id, "name": name})
    token = await owner.post(f"/api/bots/{bot['id']}/tokens", {"name": "journey", "scopes": scopes})
    return bot, token

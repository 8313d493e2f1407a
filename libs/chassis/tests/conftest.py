"""A service that has a route for everything that can go wrong, and a way to ask it over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import asyncpg
import pytest
from chassis.problems import Problem, not_found
from chassis.requests import CurrentUser, GatewayOnly
from chassis.schema import Body, Id, Name, Text
from chassis.serving import create_app
from chassis.settings import ServiceSettings
from fastapi import APIRouter, Request
from starlette.types import Scope
from testkit import Issuer, served

ERRORS: dict[str, Exception] = {
    "refused": ConnectionRefusedError("PostgreSQL at 10.0.0.7"),
    "deadline": TimeoutError(),
    "restarting": asyncpg.CannotConnectNowError("starting up"),
    "cut": asyncpg.ConnectionDoesNotExistError("cut"),
    "full": asyncpg.DiskFullError("no space left"),
    "crowded": asyncpg.TooManyConnectionsError("too many"),
    "closed": asyncpg.InterfaceError("pool is closed"),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock detected"),
    "bug": ZeroDivisionError("a secret detail"),
    "group": ExceptionGroup("several", [ValueError("a secret detail")]),
    "teapot": Problem(418, "teapot", "Short and stout.", retry_after=0.2),
    "missing": not_found("channel"),
}
routes = APIRouter()


class Draft(Body):
    title: Name
    text_in_body: Text = ""
    parent_id: Id | None = None
    number: int = 0


@routes.post("/drafts", status_code=201)
async def draft(body: Draft) -> dict[str, str]:
    return {"title": body.title}


@routes.get("/errors/{name}")
async def fail(name: str) -> None:
    raise ERRORS[name]


@routes.post("/large/size")
@routes.post("/size")
async def size(request: Request) -> int:
    return len(await request.body())


def _limit(scope: Scope) -> int:
    return 20_000 if scope["path"].startswith("/large/") else 10_000


@routes.get("/me")
async def me(user: CurrentUser) -> dict[str, str]:
    return {"id": str(user.user_id), "email": user.email}


@routes.get("/number/{number}")
async def number(number: int) -> int:
    return number


@routes.get("/inside", dependencies=[GatewayOnly])
async def inside() -> str:
    return "welcome"


@dataclass(slots=True)
class Asked:
    """An answer, read."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Client:
    """Asks the service; `api.checks` decides whether it is ready."""

    http: aiohttp.ClientSession
    url: str
    checks: dict[str, Any]

    async def ask(self, method: str, path: str, **more: Any) -> Asked:
        async with self.http.request(method, self.url + path, **more) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            is_json = answer.content_type.endswith("json")
            return Asked(answer.status, headers, await (answer.json(content_type=None) if is_json else answer.text()))

    async def get(self, path: str, **more: Any) -> Asked:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> Asked:
        return await self.ask("POST", path, **more)


@pytest.fixture(scope="session")
def settings(tokens: Issuer) -> ServiceSettings:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in needed(tokens).items():
            patch.setenv(name, value)
        return ServiceSettings()


def needed(tokens: Issuer) -> dict[str, str]:
    """The settings that every service needs."""
    return {
        "NEXUS_PORT": "0",
        "NEXUS_KAFKA_URL": "127.0.0.1:1",
        "NEXUS_JWKS_URL": tokens.jwks_url,
        "NEXUS_INTERNAL_SECRET": "open sesame",
    }


@pytest.fixture
def environment(tokens: Issuer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Those settings, in this process's environment."""
    for name, value in needed(tokens).items():
        monkeypatch.setenv(name, value)
    return needed(tokens)


@pytest.fixture(scope="session")
async def _toy(settings: ServiceSettings) -> AsyncIterator[Client]:
    checks: dict[str, Any] = {}
    app = create_app("toy", settings, (routes,), checks, body_limit=_limit)
    async with served(app) as url, aiohttp.ClientSession() as http:
        yield Client(http, url, checks)


@pytest.fixture
def api(_toy: Client) -> Client:
    _toy.checks.clear()
    _toy.checks["database"] = lambda: asyncio.sleep(0)
    return _toy

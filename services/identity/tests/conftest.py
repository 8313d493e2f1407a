"""The service as its tests use it: the real app on a real port, with real PostgreSQL and Redis."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from chassis.counters import counting_client
from chassis.database import create_pool
from chassis.tokens import TokenVerifier
from eventbus import Event, topic_of
from eventbus.topics import event_type_of
from identity import application
from identity.settings import Settings
from localstack import Parts
from testkit import Databases, redis_databases, served

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def problem(self) -> tuple[int, str]:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert self.body["title"]
        assert self.body["detail"]
        return self.status, self.body["type"]


@dataclass(slots=True)
class Api:
    """The service's HTTP, asked by somebody."""

    url: str
    http: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        async with self.http.request(method, self.url + path, headers=headers, **more) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            return Answer(answer.status, await answer.json(content_type=None) if is_json else None, answer.headers)

    def of(self, token: str) -> "Api":
        return Api(self.url, self.http, {**self.headers, "Authorization": f"Bearer {token}"})

    def at(self, address: str) -> "Api":
        return Api(self.url, self.http, {**self.headers, "X-Forwarded-For": address})

    async def register(self, **said: object) -> dict[str, Any]:
        """A new user, signed in."""
        answer = await self.ask("POST", "/api/auth/register", a_registration(**said))
        assert answer.status == 201, answer
        return dict(answer.body)

    async def login(self, email: str, password: str = PASSWORD) -> Answer:
        return await self.ask("POST", "/api/auth/login", {"email": email, "password": password})

    async def refresh(self, token: str) -> Answer:
        return await self.ask("POST", "/api/auth/refresh", {"refreshToken": token})


def a_registration(**said: object) -> dict[str, object]:
    return {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "name": "Kim", **said}


@pytest.fixture(scope="session")
def service() -> str:
    return "identity"


EMPTY = "; ".join(
    f"DELETE FROM {table}"
    for table in ("outbox", "inbox", "invitations", "refresh_tokens", "sessions", "users", "organizations")
)


def settings_for(database_url: str, redis_url: str, **more: Any) -> Settings:
    """Settings with cheap passwords."""
    facts = {
        "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": "x" * 32, "jwks_url": "http://127.0.0.1:1/",
        "database_url": database_url, "redis_url": redis_url, "identity_secret": "s" * 32,
        "password_time_cost": 1, "password_memory_kib": 64, **more,
    }  # fmt: skip
    return Settings(**facts)


@asynccontextmanager
async def service_with(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[Api]:
    """The service with these settings."""
    redis = counting_client(settings.redis_url.get_secret_value())
    app = await application.build(settings, pool, redis)
    async with served(app) as url, aiohttp.ClientSession() as http:  # type: ignore[arg-type]
        app.state.verifier = TokenVerifier(f"{url}/.well-known/jwks.json", settings.issuer, settings.audience)
        yield Api(url, http)
    await redis.aclose()


@dataclass(frozen=True, slots=True)
class Shared:
    """One database and one running service for most tests: each begins with nobody in it."""

    settings: Settings
    pool: asyncpg.Pool
    api: Api


@pytest_asyncio.fixture(scope="session")
async def shared(parts: Parts, postgres_url: str, pytestconfig: pytest.Config) -> AsyncIterator[Shared]:
    databases = Databases(postgres_url, pytestconfig.rootpath)
    with redis_databases.own_database(parts.urls["redis"]) as redis_url:
        settings = settings_for(await databases("identity"), redis_url)
        url = settings.database_url.get_secret_value()
        async with await create_pool(url) as pool, service_with(settings, pool) as api:
            yield Shared(settings, pool, api)
        redis_databases.flush(redis_url)
    await databases.drop()


@pytest_asyncio.fixture
async def pool(shared: Shared, redis_url: str) -> asyncpg.Pool:
    """The service's database, with nobody in it. (Naming `redis_url` has Redis started.)"""
    await shared.pool.execute(EMPTY)
    redis_databases.flush(shared.settings.redis_url.get_secret_value())
    return shared.pool


@pytest.fixture
def settings(shared: Shared) -> Settings:
    return shared.settings


@pytest.fixture
def api(shared: Shared, pool: asyncpg.Pool) -> Api:
    return shared.api


@pytest.fixture
def serve_with(settings: Settings, pool: asyncpg.Pool) -> Callable[..., Any]:
    """The service with some settings otherwise, on the same database."""
    return lambda **more: service_with(settings.model_copy(update=more), pool)


@pytest.fixture
def fresh(database_url: str, redis_url: str) -> Settings:
    """Settings with a database of the test's own."""
    return settings_for(database_url, redis_url)


@pytest_asyncio.fixture
async def kim(api: Api) -> dict[str, Any]:
    """Somebody who has just registered: `user`, `accessToken`, `refreshToken`."""
    return await api.register()


@pytest.fixture
def me(api: Api, kim: dict[str, Any]) -> Api:
    """The service as Kim asks it."""
    return api.of(kim["accessToken"])


@pytest.fixture
def said(pool: asyncpg.Pool) -> Callable[[], Any]:
    """The events that the service has announced, in order; None in place of a tombstone."""

    async def announced() -> list[Event | None]:
        rows = await pool.fetch("SELECT topic, key, value FROM outbox ORDER BY id")
        return [_decoded(row) for row in rows]

    return announced


def _decoded(row: asyncpg.Record) -> Event | None:
    if row["value"] is None:
        return None
    event = event_type_of(row["topic"]).FromString(row["value"])
    assert getattr(event, topic_of(type(event)).key).encode() == row["key"]
    assert abs(event.meta.occurred_at.seconds - time.time()) < 60  # type: ignore[attr-defined]
    return event

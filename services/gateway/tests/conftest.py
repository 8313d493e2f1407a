"""A transport core behind a real port, and the whole gateway before the services it speaks for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from entrance import Hall, open_hall
from gateway.engine import EngineServer
from gateway.polling import PollingApp
from gateway.websocket import protocol_class
from localstack import Parts
from talking import House, Human, Team, answering
from testkit import Databases, Issuer, Process, process, redis_databases, served
from uuid_utils.compat import uuid7
from ways import Way, open_way


@asynccontextmanager
async def listening(engine: EngineServer) -> AsyncIterator[str]:
    async with served(PollingApp(engine), ws=protocol_class(engine)) as url:
        yield url.removeprefix("http://")


@pytest.fixture
def listen() -> Callable[[EngineServer], AbstractAsyncContextManager[str]]:
    """Serves an engine by both transports; gives its host and port."""
    return listening


@pytest.fixture(scope="session")
def house_redis(parts: Parts, _own_redis: str) -> Iterator[str]:
    """A database for the house, which stays while other tests use theirs. (Naming `_own_redis` has Redis started.)"""
    with redis_databases.own_database(parts.urls["redis"]) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def house(
    postgres_url: str, kafka_url: str, house_redis: str, tokens: Issuer, pytestconfig: pytest.Config
) -> AsyncIterator[House]:
    """messaging, presence and a gateway in front of them, as processes."""
    databases = Databases(postgres_url, pytestconfig.rootpath)
    told = {"kafka_url": kafka_url, "redis_url": house_redis, "jwks_url": tokens.jwks_url}
    forwarded: list[str] = []

    async def identity(request: web.Request) -> web.Response:
        forwarded.append(request.headers["X-Forwarded-For"])
        return web.json_response({})

    async with AsyncExitStack() as stack:
        stack.push_async_callback(databases.drop)
        messaging, presence = await asyncio.gather(
            *[
                stack.enter_async_context(process(name, database_url=await databases(name), **told))
                for name in ("messaging", "presence")
            ]
        )
        services = {
            "NEXUS_IDENTITY_URL": await stack.enter_async_context(answering(identity)),
            "NEXUS_MESSAGING_URL": messaging.url,
            "NEXUS_PRESENCE_URL": presence.url,
            "NEXUS_FILES_URL": "http://127.0.0.1:9",
            "NEXUS_SOCKETS_PER_USER": "12",
        }
        gateway = await stack.enter_async_context(process("gateway", settings=services, **told))
        yield House(gateway, messaging, presence, services, told, forwarded)


@pytest_asyncio.fixture(scope="session")
async def second(house: House) -> AsyncIterator[Process]:
    """Another gateway beside it."""
    async with house.another_gateway() as gateway:
        yield gateway


@pytest_asyncio.fixture
async def team(house: House, house_redis: str, tokens: Issuer) -> AsyncIterator[Team]:
    """Two people of a new workspace with a channel, and somebody else."""
    redis_databases.flush(house_redis)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:

        def human(name: str) -> Human:
            user_id = str(uuid7())
            email = f"{name.lower()}-{user_id}@example.com"
            token = tokens.token(user_id, email=email, name=name)
            return Human(http, house.gateway.url, user_id, email, token)

        alice, bob, eve = map(human, ("Alice", "Bob", "Eve"))
        workspace = (await alice.made("POST", "/api/workspaces", {"name": "Office"}))["id"]
        await alice.made("POST", f"/api/workspaces/{workspace}/invite", {"emails": [bob.email]})
        invited = await alice.made("GET", f"/api/workspaces/{workspace}/invitations")
        await bob.made("POST", "/api/invitations/accept", {"token": invited["invitations"][0]["token"]})
        made = await alice.made(
            "POST", f"/api/workspaces/{workspace}/channels",
            {"name": "plans", "type": "private", "members": [bob.user_id]},
        )  # fmt: skip
        yield Team(alice, bob, eve, workspace, made["id"])


@pytest_asyncio.fixture
async def hall(tokens: Issuer) -> AsyncIterator[Hall]:
    async with open_hall(tokens) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def built_way() -> AsyncIterator[Way]:
    async with open_way() as way:
        yield way


@pytest.fixture
def way(built_way: Way) -> Way:
    """The way as if nobody had gone it yet."""
    built_way.begin()
    return built_way

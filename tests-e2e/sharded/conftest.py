"""The product with its channels in the databases of two PostgreSQL servers, behind one gateway."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack

import aiohttp
import pytest
import pytest_asyncio
from journeys.people import Town
from journeys.servers import PROJECT, SLOTS, WITHIN, Installation, administer, let_replicate
from journeys.sockets import Bridge, bridge
from localstack import Parts, start_parts
from testkit import Databases, process

DEADLINE = aiohttp.ClientTimeout(total=30)


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[Parts, Parts]]:
    """Two PostgreSQL servers, each with a folder and port of its own."""
    with ExitStack() as undo:
        yield undo.enter_context(start_parts(("postgres",))), undo.enter_context(start_parts(("postgres",)))


@pytest_asyncio.fixture(scope="session")
async def installation(
    request: pytest.FixtureRequest, servers: tuple[Parts, Parts], kafka_url: str, _own_redis: str
) -> AsyncIterator[Installation]:
    await let_replicate(servers[0])
    homes, others = (Databases(each.urls["postgres"], PROJECT) for each in servers)
    home_database, other_database = await homes("messaging"), await others("messaging")
    urls = {"NEXUS_HOME_URL": home_database, "NEXUS_SHARD_URL": other_database}
    await administer("attach", "--number", "1", "--slots", SLOTS, **urls)
    told = {"kafka_url": kafka_url, "redis_url": _own_redis}
    async with AsyncExitStack() as stack:
        identity = await stack.enter_async_context(
            process(
                "identity", database_url=await homes("identity"), **told, within=WITHIN,
                settings={
                    "NEXUS_IDENTITY_SECRET": secrets.token_urlsafe(32), "NEXUS_REGISTRATIONS_PER_ADDRESS": "10000",
                },
            )
        )  # fmt: skip
        told["jwks_url"] = f"{identity.url}/.well-known/jwks.json"
        reached = {"NEXUS_CHANNEL_DATABASE_URLS": other_database, "NEXUS_IMPORT_MESSAGES_PER_SECOND": "500"}
        home, other, presence = await asyncio.gather(
            *(
                stack.enter_async_context(process(name, database_url=url, **told, settings=more, within=WITHIN))
                for name, url, more in (
                    ("messaging", home_database, reached), ("messaging", other_database, {}),
                    ("presence", await homes("presence"), {}),
                )
            )
        )  # fmt: skip
        settings = {
            "NEXUS_IDENTITY_URL": identity.url,
            "NEXUS_MESSAGING_URL": f"{home.url};{other.url}={SLOTS}",
            "NEXUS_PRESENCE_URL": presence.url,
            "NEXUS_FILES_URL": "http://127.0.0.1:1",
        }
        gateway = await stack.enter_async_context(process("gateway", settings=settings, **told, within=WITHIN))
        yield Installation(servers, home_database, other_database, home, other, gateway)
        if request.session.testsfailed:
            for each in (gateway, home, other):
                print(f"\n{each.module}:\n{each.output[-4_000:]}")


@pytest_asyncio.fixture(scope="session")
async def clients(installation: Installation) -> AsyncIterator[Bridge]:
    async with bridge(installation.gateway.url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def town(installation: Installation, clients: Bridge) -> AsyncIterator[Town]:
    async with aiohttp.ClientSession(installation.gateway.url, timeout=DEADLINE) as http:
        yield Town(http, clients)

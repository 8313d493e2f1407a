"""Files behind real ports, over a database and a bucket of its own, and people who ask it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from chassis import tasks
from chassis.confined.runner import Runner
from chassis.counters import counting_client
from desk import SECRET, Asker, NewAsker, Premises, premises
from files.application import app_of, passes_of
from files.bells import Bell
from files.clamd import Scanner
from files.content.origin import origin_of
from files.kinds import KINDS
from files.settings import Settings
from files.store import Store
from files.workshop import Workshop
from redis.asyncio import Redis
from testkit import Issuer, served
from testkit.ports import free_port
from uuid_utils.compat import uuid7


@pytest.fixture(scope="session")
def service() -> str:
    return "files"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest.fixture
def clamd_address() -> str:
    """Tests that scan ask for `clamd_url` and give it here."""
    return "tcp://127.0.0.1:1"


@pytest.fixture
def settings(tokens: Issuer, database_url: str, s3_url: str, redis_url: str, clamd_address: str) -> Settings:
    return Settings.model_validate(
        {
            "port": 0, "kafka_url": "127.0.0.1:1", "internal_secret": SECRET, "jwks_url": tokens.jwks_url,
            "database_url": database_url, "s3_url": s3_url, "clamd_url": clamd_address, "redis_url": redis_url,
            "public_url": "https://chat.example.com/", "content_url": f"http://127.0.0.1:{free_port()}",
            "place_patience": 0,
        }
    )  # fmt: skip


@pytest_asyncio.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    async with Store.connect(settings.s3_url.get_secret_value()) as connected:
        yield connected


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = counting_client(redis_url)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def bell(pool: asyncpg.Pool) -> AsyncIterator[Bell]:
    """Rings when somebody is told of a place."""
    made = Bell("places")
    listening = asyncio.ensure_future(made.listen(pool))
    yield made
    await tasks.end(listening)


@pytest_asyncio.fixture
async def url(settings: Settings, pool: asyncpg.Pool, store: Store, redis: Redis, bell: Bell) -> AsyncIterator[str]:
    async with served(app_of(settings, pool, store, redis, bell)) as base:
        yield base


@pytest_asyncio.fixture
async def content(settings: Settings, pool: asyncpg.Pool, store: Store) -> AsyncIterator[str]:
    """Where the content origin is; addresses name the one of the settings."""
    async with served(origin_of(pool, store, passes_of(settings))) as base:
        yield base


@pytest_asyncio.fixture(scope="session")
async def runner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runner]:
    """Looks into foreign bytes."""
    async with Runner(within=tmp_path_factory.mktemp("scratch")) as made:
        yield made


@pytest.fixture
def workshop(settings: Settings, pool: asyncpg.Pool, store: Store, runner: Runner) -> Workshop:
    return Workshop(pool, store, Scanner(settings.clamd_url), settings, KINDS, runner)


@pytest.fixture
def person(http: aiohttp.ClientSession, url: str, tokens: Issuer) -> NewAsker:
    """Makes people: `person("Alice")`."""

    def make(name: str = "Someone", user_id: UUID | None = None) -> Asker:
        user_id = user_id or uuid7()
        return Asker(http, url, user_id, tokens.bearer(user_id, name=name, expires_in=7_200))

    return make


@pytest_asyncio.fixture
async def office(pool: asyncpg.Pool, store: Store, person: NewAsker) -> Premises:
    """A workspace with a private and a public channel, and people of every kind."""
    return await premises(pool, store, person)

"""The pytest plugin: real parts for the tests that name them, started once for the whole run."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from chassis.database import create_pool
from eventbus import administration
from localstack import NotStarted, Parts, start_parts

from testkit import buckets, redis_databases
from testkit.databases import Databases
from testkit.tokens import Issuer

# Each part with the fixtures that need it.
NEEDED_BY = {
    "postgres": {"postgres_url"},
    "redis": {"redis_url", "_own_redis"},
    "kafka": {"kafka_url"},
    "s3": {"s3_url", "each_s3_url"},
    "s3_other": {"each_s3_url"},
    "clamd": {"clamd_url"},
}
RUNNING = pytest.StashKey[Parts]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a part, so that `-m "not parts"` is the run that needs none."""
    for item in items:
        if _needed([item]):
            item.add_marker("parts")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Have the parts up before the first test: together, and outside of any test's own deadline."""
    with ExitStack() as undo:
        needed = _needed(session.items)
        if needed and not session.config.option.collectonly:
            try:
                session.config.stash[RUNNING] = undo.enter_context(start_parts(needed))
            except NotStarted as error:
                raise pytest.UsageError(f"the tests' {', '.join(needed)} did not start:\n{error}") from error
        return (yield)


def _needed(items: Sequence[pytest.Item]) -> tuple[str, ...]:
    asked = {name for item in items for name in getattr(item, "fixturenames", ())}
    return tuple(part for part, fixtures in NEEDED_BY.items() if asked & fixtures)


@pytest.fixture(scope="session")
def parts(pytestconfig: pytest.Config) -> Parts:
    """The running parts; `parts.kill("kafka")` crashes one of our own. Ask for its URL by name too."""
    return pytestconfig.stash[RUNNING]


@pytest.fixture(scope="session")
def postgres_url(parts: Parts) -> str:
    """PostgreSQL, as its administrator. Tests take a database of their own: `database`, `database_url` or `pool`."""
    return parts.urls["postgres"]


@pytest_asyncio.fixture(scope="session")
async def kafka_url(parts: Parts) -> str:
    """Kafka as host:port, with the topics of the contracts."""
    await administration.ensure_topics(parts.urls["kafka"])
    return parts.urls["kafka"]


@pytest.fixture(scope="session")
def _own_redis(parts: Parts) -> Iterator[str]:
    with redis_databases.own_database(parts.urls["redis"]) as url:
        yield url


@pytest.fixture
def redis_url(_own_redis: str) -> str:
    """An empty Redis database of this run alone."""
    redis_databases.flush(_own_redis)
    return _own_redis


@pytest_asyncio.fixture
async def s3_url(parts: Parts) -> AsyncIterator[str]:
    """An empty bucket of the object store, as `http://key:secret@host:port/bucket`."""
    async with buckets.own_bucket(parts.urls["s3"]) as url:
        yield url


@pytest_asyncio.fixture(params=["s3", "s3_other"])
async def each_s3_url(parts: Parts, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The same, once on each of the two servers."""
    async with buckets.own_bucket(parts.urls[request.param]) as url:
        yield url


@pytest.fixture(scope="session")
def clamd_url(parts: Parts) -> str:
    """A virus scanner that knows the test virus alone, as `tcp://host:port`."""
    return parts.urls["clamd"]


@pytest.fixture
def signatures(parts: Parts, clamd_url: str) -> Iterator[Path]:
    """The scanner's folder of signatures. It knows what was put there after a `RELOAD`; the files are removed again."""
    folder = parts.data / "clamd" / "signatures"
    before = set(folder.iterdir())
    yield folder
    for added in set(folder.iterdir()) - before:
        added.unlink()


@pytest_asyncio.fixture(scope="session")
async def _databases(postgres_url: str, pytestconfig: pytest.Config) -> AsyncIterator[Databases]:
    databases = Databases(postgres_url, pytestconfig.rootpath, ahead=True)
    yield databases
    await databases.close()


@pytest_asyncio.fixture
async def database(_databases: Databases) -> AsyncIterator[Databases]:
    """Makes fresh databases: `await database("messaging")` is the URL of one with that service's tables."""
    yield _databases
    await _databases.drop_soon()


@pytest.fixture(scope="session")
def service() -> str | None:
    """Whose tables `database_url` and `pool` have; a service's conftest says its name."""
    return None


@pytest_asyncio.fixture
async def database_url(database: Databases, service: str | None) -> str:
    """A fresh database with the tables of the bus and of `service`."""
    return await database(*([service] if service else []))


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections to that database, made as services make theirs."""
    made = await create_pool(database_url)
    yield made
    try:
        await asyncio.wait_for(made.close(), 3)
    except TimeoutError:
        made.terminate()


@pytest_asyncio.fixture(scope="session")
async def tokens() -> AsyncIterator[Issuer]:
    """An issuer whose keys are answered at `tokens.jwks_url`; `tokens.bearer(user_id)` signs a request."""
    async with Issuer() as issuer:
        yield issuer

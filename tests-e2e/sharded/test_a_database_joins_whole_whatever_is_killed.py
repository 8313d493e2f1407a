"""Another database for channels: the command, and PostgreSQL under it, are killed at each step."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from journeys.servers import PROJECT, SLOTS, WITHIN, administer, let_replicate
from journeys.slots import administer_and
from localstack import Parts
from messaging.sharding import owning
from testkit import Databases, eventually

pytestmark = pytest.mark.timeout(900)
STEPS = (
    "home publishes", "knows home", "home keeps changes", "it copies", "has given the slots", "knows that it has them",
)  # fmt: skip
HOME, OTHER = 0, 1
ADD = "INSERT INTO users (id, organization_id, email, name) VALUES ($1, $2, $3, 'Ada') ON CONFLICT DO NOTHING"
UNFINISHED = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'"
KEPT = "SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_type = 'logical'"


@dataclass(slots=True)
class Pair:
    """Two databases of messaging, each on a server of its own, and what is to be theirs."""

    servers: tuple[Parts, Parts]
    urls: tuple[str, str]
    number: int
    people: set[str]

    async def attach_and(self, strike: Callable[[asyncio.subprocess.Process], None], step: str) -> tuple[int, str]:
        return await administer_and(strike, step, *self.command, **self.environment)

    @property
    def command(self) -> tuple[str, ...]:
        return "attach", "--number", str(self.number), "--slots", SLOTS

    @property
    def environment(self) -> dict[str, str]:
        return {"NEXUS_HOME_URL": self.urls[HOME], "NEXUS_SHARD_URL": self.urls[OTHER]}

    async def join(self, name: str) -> bool:
        """Somebody whom both are to know; True, once."""
        async with connected(self.urls[HOME]) as home:
            await home.execute(ADD, uuid4(), uuid4(), f"{name}@example.com")
        self.people.add(f"{name}@example.com")
        return True

    async def check(self) -> None:
        """It is run again, and all is there once."""
        await eventually(lambda: administer(*self.command, **self.environment), WITHIN * 2)
        await self.join("later")
        async with connected(self.urls[HOME]) as home, connected(self.urls[OTHER]) as other:
            assert await owning.slots_of(home) == tuple(range(512))
            assert await owning.slots_of(other) == tuple(range(512, 1024))
            assert (await owning.number_of(home), await owning.number_of(other)) == (0, self.number)
            assert await other.fetchval(owning.STEPS) == owning.MOST_SHARDS
            assert await other.fetchval(UNFINISHED) == 0
            assert [row["slot_name"] for row in await home.fetch(KEPT)] == [f"nexus_home_{self.number}"]

            async def know_everybody() -> bool:
                known = [row["email"] for row in await other.fetch("SELECT email FROM users ORDER BY email")]
                return known == sorted(self.people)

            await eventually(know_everybody, WITHIN)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    db = await asyncpg.connect(url, timeout=10)
    try:
        yield db
    finally:
        await db.close(timeout=5)


@pytest_asyncio.fixture
async def pair(servers: tuple[Parts, Parts], request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    async with connected(servers[HOME].urls["postgres"]) as home:
        is_ready = await home.fetchval("SHOW wal_level") == "logical"
    if not is_ready:
        await let_replicate(servers[HOME])
    home_url, other_url = [await Databases(each.urls["postgres"], PROJECT)("messaging") for each in servers]
    made = Pair(servers, (home_url, other_url), request.param, set())
    await made.join("first")
    yield made
    # A server follows only few others.
    name = f"nexus_home_{made.number}"
    async with connected(home_url) as home, connected(other_url) as other:
        await other.execute(f"ALTER SUBSCRIPTION {name} DISABLE")
        await other.execute(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)")
        await other.execute(f"DROP SUBSCRIPTION {name}")

        async def is_let_go() -> bool:
            await home.execute("SELECT pg_drop_replication_slot($1)", name)
            return True

        await eventually(is_let_go, WITHIN)


@pytest.mark.parametrize("pair", [11], indirect=True)
async def test_whenever_the_command_is_killed_it_goes_on(pair: Pair) -> None:
    for step in STEPS:
        ended, said = await pair.attach_and(lambda run: run.kill(), step)
        assert ended == -9, said
        await pair.join(f"after {STEPS.index(step)}")
    await pair.check()


@pytest.mark.parametrize(("pair", "victim"), [(12, HOME), (13, OTHER)], indirect=["pair"])
async def test_whenever_postgresql_is_killed_it_is_said_and_goes_on(pair: Pair, victim: int) -> None:
    server = pair.servers[victim]
    for step in STEPS:
        ended, said = await pair.attach_and(lambda _: server.kill("postgres"), step)
        if ended:
            assert "Traceback" not in said
            assert "run it again" in said
        await eventually(lambda: server.is_running("postgres"), WITHIN)
        await eventually(lambda step=step: pair.join(f"after {STEPS.index(step)}"), WITHIN)
    await pair.check()


@pytest.mark.parametrize("pair", [14], indirect=True)
async def test_no_two_databases_have_one_number(pair: Pair) -> None:
    await administer(*pair.command, **pair.environment)
    third = await Databases(pair.servers[OTHER].urls["postgres"], PROJECT)("messaging")
    urls = {**pair.environment, "NEXUS_SHARD_URL": third}
    with pytest.raises(AssertionError, match="Another database is number 14"):
        await administer("attach", "--number", "14", **urls)
    await pair.check()

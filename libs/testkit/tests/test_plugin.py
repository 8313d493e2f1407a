"""The fixtures: real parts, fresh for each test."""

import asyncio

import asyncpg
import jwt
import pytest
from aiohttp import ClientSession
from redis.asyncio import Redis
from testkit import Databases, Issuer, eventually


@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_has_an_empty_database_with_the_tables_of_the_bus(pool: asyncpg.Pool, turn: int) -> None:
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    await pool.execute("INSERT INTO outbox (topic, key) VALUES ('t', 'k')")


async def test_databases_of_one_test_are_apart(database: Databases) -> None:
    assert await database() != await database()


@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_has_an_empty_redis_database(redis_url: str, turn: int) -> None:
    async with Redis.from_url(redis_url) as redis:
        assert await redis.dbsize() == 0
        await redis.set("left", "behind")


async def test_tokens_verify_with_the_keys_that_are_published(tokens: Issuer) -> None:
    async with ClientSession() as http, http.get(tokens.jwks_url) as answer:
        key = jwt.PyJWKSet.from_dict(await answer.json())[tokens.keys[-1].kid]
    claims = jwt.decode(tokens.token(email="ann@example.com"), key, ["EdDSA"], audience="nexus", issuer="nexus")
    assert claims["email"] == "ann@example.com"


async def test_what_is_left_is_dropped_while_others_are_made_and_a_lost_spare_is_made_anew(
    postgres_url: str, pytestconfig: pytest.Config
) -> None:
    databases = Databases(postgres_url, pytestconfig.rootpath, ahead=True)
    first = await databases()
    await databases.drop_soon()
    second = await databases()
    await databases.drop_soon()
    databases.made.append(await databases._spares[()])
    databases._spares[()] = asyncio.ensure_future(_refused())
    third = await databases()
    assert len({first, second, third}) == 3
    connection = await asyncpg.connect(third)
    assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
    await databases.close()
    await eventually(connection.is_closed)
    admin = await asyncpg.connect(postgres_url)
    names = [url.rpartition("/")[2] for url in (first, second, third)]
    assert await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = ANY($1)", names) == 0
    await admin.close()


async def _refused() -> str:
    raise ConnectionRefusedError

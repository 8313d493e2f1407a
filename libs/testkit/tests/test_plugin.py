"""The fixtures: real parts, fresh for each test."""

import asyncpg
import jwt
import pytest
from aiohttp import ClientSession
from redis.asyncio import Redis
from testkit import Databases, Issuer


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

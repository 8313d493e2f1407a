"""The pool: JSON goes in and out as text, and PostgreSQL may come later."""

import asyncio

import asyncpg
import orjson
import pytest
from chassis import database
from chassis.database import connect, dumps, one
from chassis.settings import DatabaseSettings


async def test_json_columns_are_read_and_written_as_text(pool) -> None:
    value = {"emoji": ["\N{PARTY POPPER}"], "number": 1}
    for type_ in ("json", "jsonb"):
        read = await pool.fetchval(f"SELECT $1::{type_}", dumps(value))
        assert orjson.loads(read) == value


async def test_a_row_that_must_be_there_is_missed(pool) -> None:
    async with pool.acquire() as db:
        assert (await one(db, "SELECT 1 AS number"))["number"] == 1
        with pytest.raises(LookupError):
            await one(db, "SELECT 1 WHERE false")


@pytest.mark.parametrize(
    "error",
    [ConnectionRefusedError(), TimeoutError(), asyncpg.CannotConnectNowError(), asyncpg.ConnectionDoesNotExistError()],
    ids=repr,
)
async def test_a_service_waits_for_its_database(environment, monkeypatch, database_url, error) -> None:
    execute, failures = asyncpg.Pool.execute, [error, error]

    async def not_yet(pool: asyncpg.Pool, query: str) -> str:
        if failures:
            raise failures.pop()
        return await execute(pool, query)

    monkeypatch.setenv("NEXUS_DATABASE_URL", database_url)
    monkeypatch.setattr(asyncpg.Pool, "execute", not_yet)
    monkeypatch.setattr(database, "RETRY_EVERY", 0.01)
    async with await asyncio.wait_for(connect(DatabaseSettings()), 5) as pool:
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_service_does_not_wait_for_ever(environment, monkeypatch) -> None:
    monkeypatch.setenv("NEXUS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(database, "START_DEADLINE", 0.05)
    with pytest.raises(TimeoutError):
        await connect(DatabaseSettings())

"""Signing keys: one at first, encrypted, and replaced without anybody being signed out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import jwt
import pytest
import pytest_asyncio
from chassis.database import create_pool
from identity.__main__ import rotate_key
from identity.access_tokens import AccessTokens
from identity.settings import Settings
from identity.signing_keys import SigningKeys, Vault
from identity.users import User
from uuid_utils.compat import uuid7

OURS, OTHER = Vault("s" * 32), Vault("o" * 32)
KIM = User(uuid7(), uuid7(), "kim@example.com", "Kim", None, datetime.now(UTC), datetime.now(UTC))
SETTLE = "UPDATE signing_keys SET created_at = created_at - interval '6 seconds'"


@pytest_asyncio.fixture
async def pool(fresh: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with await create_pool(fresh.database_url.get_secret_value()) as pool:
        yield pool


async def test_processes_that_start_together_make_one_key(pool: asyncpg.Pool) -> None:
    several = [SigningKeys(pool, OURS) for _ in range(5)]
    await asyncio.gather(*(keys.prepare() for keys in several))
    assert await pool.fetchval("SELECT count(*) FROM signing_keys") == 1
    assert len({(await keys.active())[0] for keys in several}) == 1


async def test_private_keys_are_encrypted_at_rest(pool: asyncpg.Pool) -> None:
    keys = SigningKeys(pool, OURS)
    await keys.prepare()
    _, private = await keys.active()
    stored = await pool.fetchval("SELECT private_key FROM signing_keys")
    assert private.private_bytes_raw() not in stored
    assert OURS.unlock("another", stored) is None


async def test_another_secret_stops_the_start_until_the_key_is_rotated(pool: asyncpg.Pool, fresh: Settings) -> None:
    await SigningKeys(pool, OTHER).prepare()
    with pytest.raises(SystemExit, match="NEXUS_IDENTITY_SECRET"):
        await SigningKeys(pool, OURS).prepare()
    await rotate_key(fresh)
    await SigningKeys(pool, OURS).prepare()


async def test_a_rotated_key_signs_once_it_had_time_to_be_heard_of_and_old_tokens_stay_good(
    pool: asyncpg.Pool, fresh: Settings
) -> None:
    before = SigningKeys(pool, OURS)
    await before.prepare()
    token = await AccessTokens(before, "nexus", "nexus", 900).issue(KIM, uuid7())
    await pool.execute(SETTLE)
    old, _ = await SigningKeys(pool, OURS).active()
    await rotate_key(fresh)
    assert (await SigningKeys(pool, OURS).active())[0] == old
    await pool.execute(SETTLE)
    new, _ = await SigningKeys(pool, OURS).active()
    assert new != old
    published = await SigningKeys(pool, OURS).published()
    assert [key["kid"] for key in published] == [new, old]
    claims = jwt.decode(token, jwt.PyJWK(published[1]), audience="nexus", algorithms=["EdDSA"])
    assert claims["sub"] == str(KIM.id)


async def test_a_key_that_was_retired_long_ago_is_told_no_more(pool: asyncpg.Pool, fresh: Settings) -> None:
    await SigningKeys(pool, OURS).prepare()
    await rotate_key(fresh)
    await pool.execute(
        "UPDATE signing_keys SET retired_at = now() - interval '61 minutes' WHERE retired_at IS NOT NULL"
    )
    assert len(await SigningKeys(pool, OURS).published()) == 1


async def test_keys_are_told_while_the_database_is_away(pool: asyncpg.Pool) -> None:
    keys = SigningKeys(pool, OURS)
    await keys.prepare()
    known = await keys.published()
    keys._read_at = float("-inf")
    await pool.close()
    assert await keys.published() == known

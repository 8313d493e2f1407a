"""Presence while PostgreSQL, Redis or Kafka are away: it lives, says so, and comes back by itself."""

import aiohttp
import asyncpg
import orjson
import pytest
from eventbus import InvalidEvent
from eventbus.inbox import deliver
from nexus.event.v1.meta_pb2 import Meta
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from presence import devices
from presence.announcing import HEARD, on_wire
from presence.devices import Beat, Devices
from presence.handlers import CONSUMES
from redis.asyncio import Redis
from testkit import Issuer, eventually, process
from uuid_utils.compat import uuid7

NOBODY = "127.0.0.1:1"
ALICE = str(uuid7())


@pytest.fixture(scope="session")
def service() -> str:
    return "presence"


async def test_it_lives_and_refuses_without_any_of_its_parts(tokens: Issuer) -> None:
    async with (
        process(
            "presence", database_url=f"postgresql://a:b@{NOBODY}/x", redis_url=f"redis://{NOBODY}",
            jwks_url=tokens.jwks_url, probe="/healthz",
        ) as presence,
        aiohttp.ClientSession(headers=tokens.bearer(uuid7())) as http,
    ):  # fmt: skip
        async with http.get(f"{presence.url}/readyz") as answer:
            assert (answer.status, set((await answer.json())["checks"])) == (503, {"database", "redis"})
        for method, query in (("GET", {"userIds": ALICE}), ("PUT", {})):
            body = {"status": "busy"} if method == "PUT" else None
            async with http.request(method, f"{presence.url}/api/presence", params=query, json=body) as answer:
                assert (answer.status, (await answer.json())["type"]) == (503, "unavailable")
        assert presence.child.returncode is None


async def test_a_process_killed_and_started_again_hears_again(
    database_url: str, redis_url: str, tokens: Issuer
) -> None:
    async with (
        process("presence", database_url=database_url, redis_url=redis_url, jwks_url=tokens.jwks_url) as presence,
        aiohttp.ClientSession(headers=tokens.bearer(ALICE)) as http,
        Redis.from_url(redis_url) as redis,
    ):
        beat = {"gateway": "one", "at": 1, "full": True, "users": {ALICE: {"devices": 1, "active": True}}}

        async def is_online() -> bool:
            async with http.get(f"{presence.url}/api/presence", params={"userIds": ALICE}) as answer:
                return bool((await answer.json())["presence"] == [{"userId": ALICE, "status": "online"}])

        await redis.publish(on_wire(redis, HEARD), orjson.dumps(beat))
        await eventually(is_online)
        # It remembers for 15 s, however long its start takes.
        await eventually(lambda: redis.expire(f"{devices.GATEWAY}one", 300))
        await presence.restart()
        assert await is_online()


async def test_a_full_beat_restores_what_redis_lost_though_it_brings_no_news(redis_url: str) -> None:
    beat = Beat("one", True, {ALICE: Devices(1, True), str(uuid7()): Devices(1, False)})
    async with Redis.from_url(redis_url) as redis:
        await devices.keep(redis, beat, is_news=True)
        await redis.flushdb()
        await devices.keep(redis, Beat("one", False, {ALICE: Devices(1, True)}), is_news=True)
        await devices.keep(redis, beat, is_news=False)
        assert await devices.remembered(redis) == [beat]
        assert 0 < await redis.ttl(devices.GATEWAY + "one") <= 15


async def test_a_member_without_proper_ids_is_a_dead_letter(pool: asyncpg.Pool) -> None:
    saved = WorkspaceMemberSaved(workspace_id="somewhere", user_id="somebody")
    event = WorkspaceMemberEvent(meta=Meta(id=str(uuid7())), member_key="x:y", workspace_member_saved=saved)
    with pytest.raises(InvalidEvent):
        await deliver(event, CONSUMES[WorkspaceMemberEvent], pool, "presence")

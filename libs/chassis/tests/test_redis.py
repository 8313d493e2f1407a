"""Clients of Redis, of a real one."""

import asyncio
from contextlib import aclosing

from chassis.redis import redis_client


async def test_connections_that_were_closed_while_idle_are_made_anew_unseen(redis_url: str) -> None:
    async with (
        aclosing(redis_client(redis_url, 2.0, name="idle")) as client,
        aclosing(redis_client(redis_url, 2.0)) as other,
    ):
        assert await asyncio.gather(*(client.ping() for _ in range(3))) == [True] * 3
        idle = [each["id"] for each in await other.client_list() if each["name"] == "idle"]
        assert len(idle) == 3
        for connection_id in idle:
            await other.client_kill_filter(_id=connection_id)
        assert await asyncio.gather(*(client.ping() for _ in range(3))) == [True] * 3

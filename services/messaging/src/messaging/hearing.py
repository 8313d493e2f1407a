"""What a process of messaging listens to, by which of the databases it stands on (docs/sharding.md)."""

import asyncpg
from eventbus import Consumer, Producer

from messaging import shards
from messaging.handlers import CONSUMES, CONSUMES_AWAY
from messaging.settings import Settings


async def run(settings: Settings, pool: asyncpg.Pool, producer: Producer) -> None:
    """Hear it for as long as this runs. Each database hears all there is for it, in a group of its own."""
    async with pool.acquire(timeout=10) as db:
        shard = await shards.number(db)
    consumes, group = (CONSUMES, "messaging") if shard == shards.HOME else (CONSUMES_AWAY, f"messaging-{shard}")
    await Consumer(settings.kafka_url, consumes, pool, producer, group, settings.instance).run()

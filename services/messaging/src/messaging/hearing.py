"""What a process of messaging listens to, by which of the databases it stands on (docs/sharding.md)."""

import asyncpg
from eventbus import Consumer, Producer

from messaging import shards
from messaging.handlers import CONSUMES, CONSUMES_AWAY, CONSUMES_BESIDE
from messaging.settings import Settings


async def run(settings: Settings, pool: asyncpg.Pool, producer: Producer) -> None:
    """Hear it for as long as this runs. Each database hears all there is for it, in a group of its own."""
    async with pool.acquire(timeout=10) as db:
        shard = await shards.number(db)
    home = {**CONSUMES, **CONSUMES_BESIDE} if settings.channel_database_urls.get_secret_value() else CONSUMES
    consumes, group = (home, "messaging") if shard == shards.HOME else (CONSUMES_AWAY, f"messaging-{shard}")
    await Consumer(settings.kafka_url, consumes, pool, producer, group, settings.instance).run()

"""PostgreSQL and Redis, connected when first used: the process lives without them and works again when they do."""

import asyncpg
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from presence.settings import Settings

# Seconds in which Redis has to answer.
DEADLINE = 2.0


def database(settings: Settings) -> asyncpg.Pool:
    """A pool that does not connect before it is asked, unlike the chassis's, which ends the process after a minute."""
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(), min_size=0, max_size=settings.database_connections,
        timeout=3, command_timeout=5, max_inactive_connection_lifetime=300,
    )  # fmt: skip


def redis(url: str, client_name: str = "presence") -> Redis:
    """A client that never retries by itself: a subscription made anew has missed beats, and must know it."""
    return Redis.from_url(
        url, client_name=client_name, socket_connect_timeout=DEADLINE, socket_timeout=DEADLINE,
        retry=Retry(NoBackoff(), 0),
    )  # fmt: skip

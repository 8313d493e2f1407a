"""Redis, connected when first used: the process lives without it and works again when it does."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

# Seconds in which Redis has to answer.
DEADLINE = 2.0


def redis(url: str, client_name: str = "presence") -> Redis:
    """A client that never retries by itself: a subscription made anew has missed beats, and must know it."""
    return Redis.from_url(
        url, client_name=client_name, socket_connect_timeout=DEADLINE, socket_timeout=DEADLINE,
        retry=Retry(NoBackoff(), 0),
    )  # fmt: skip

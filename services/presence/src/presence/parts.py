"""The parts that presence asks."""

from chassis.redis import redis_client
from redis.asyncio import Redis

# Seconds in which Redis has to answer.
DEADLINE = 2.0


def redis(url: str, client_name: str = "presence") -> Redis:
    """A client that never retries by itself: a subscription made anew has missed beats, and must know it."""
    return redis_client(url, DEADLINE, name=client_name)

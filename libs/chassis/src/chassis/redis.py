"""Redis, connected when first used: a process lives without it and works again when it does."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

# Seconds in which a connection has to be made.
CONNECTED_WITHIN = 2.0


def redis_client(url: str, deadline: float | None, retries: int = 0, name: str | None = None) -> Redis:
    """A client whose commands have so many seconds, or, with None, as many as whoever waits gives them."""
    return Redis.from_url(
        url, client_name=name, socket_timeout=deadline, socket_connect_timeout=deadline or CONNECTED_WITHIN,
        retry=Retry(NoBackoff(), retries),
        # With them on, the pool does not look whether a connection was closed while it was idle.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )  # fmt: skip

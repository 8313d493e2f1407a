"""Redis databases: a run has one of its own even where the server is shared."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from redis import Redis

CLAIM = "nexus:tests:database:{}"
CLAIMED_SECONDS = 1800


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The URL of a database of this server that no other run uses; number 0 is never taken."""
    server = urlunsplit(urlsplit(url)._replace(path="/0"))
    with Redis.from_url(server, socket_timeout=5) as redis:
        number = next((n for n in range(1, 16) if redis.set(CLAIM.format(n), "1", nx=True, ex=CLAIMED_SECONDS)), None)
        if number is None:
            raise RuntimeError("every database of this Redis is in use by a test run")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
        finally:
            redis.delete(CLAIM.format(number))


def flush(url: str) -> None:
    with Redis.from_url(url, socket_timeout=5) as redis:
        redis.flushdb()

"""What passes and is not kept: typing and presence, between gateways by Redis pub/sub."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from chassis.redis import redis_client
from eventbus import Backoff
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
DEADLINE = 2.0
# After so many seconds without a message, Redis is asked whether it is still there.
QUIET = 3.0
# Messages on their way to Redis at the most; when it is slow the newest are dropped, as nobody waits for them.
UNSENT = 1_000
LOST = Counter("nexus_gateway_ephemeral_lost_total", "Typing and presence messages that Redis did not take")

Listener = Callable[[Any], None]


class Ephemeral:
    """Publishes to and listens on Redis channels, best effort. Without Redis this gateway's own sockets still hear
    each other; beats are repeated, so that presence heals by itself."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = redis_client(url, None)
        # Redis passes messages on across its databases; installations that share a server must not hear each other.
        self._database: int = self._redis.connection_pool.connection_kwargs.get("db") or 0
        self._listeners: dict[bytes, Listener] = {}
        self._unsent: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(UNSENT)

    def listen(self, channel: str, listener: Listener) -> None:
        """Call `listener` with the JSON of every message; to be said before `run`."""
        self._listeners[self.on_wire(channel).encode()] = listener

    def on_wire(self, channel: str) -> str:
        """What a channel is called on the server: its name, and the number of our database."""
        return f"{channel}@{self._database}"

    def publish(self, channel: str, body: object) -> None:
        try:
            self._unsent.put_nowait((self.on_wire(channel), orjson.dumps(body)))
        except asyncio.QueueFull:
            LOST.inc()

    async def send(self) -> None:
        """Take what is published to Redis, until cancelled."""
        while True:
            channel, body = await self._unsent.get()
            try:
                await asyncio.wait_for(self._redis.publish(channel, body), DEADLINE)
            except (RedisError, OSError, TimeoutError) as error:
                LOST.inc()
                log.debug("Redis did not take a message: %r", error)

    async def receive(self) -> None:
        """Pass on what other processes publish, until cancelled; connects anew with back-off."""
        waits = Backoff(most=1.0)
        while True:
            try:
                await self._receive_once(waits)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("Redis is listened to anew: %r", error)
            await asyncio.sleep(next(waits))

    async def _receive_once(self, waits: Backoff) -> None:
        async with self._redis.pubsub() as subscription:
            await asyncio.wait_for(subscription.subscribe(*self._listeners), DEADLINE)
            waits.reset()
            is_asked = False
            while True:
                # A connection that died silently shows itself by a ping that is not answered.
                message = await subscription.get_message(ignore_subscribe_messages=False, timeout=QUIET)
                if message is None and is_asked:
                    raise TimeoutError("Redis does not answer")
                is_asked = message is None
                if message is None:
                    await asyncio.wait_for(subscription.ping(), DEADLINE)
                elif message["type"] == "message":
                    self._hear(message["channel"], message["data"])

    def _hear(self, channel: bytes, data: bytes) -> None:
        try:
            self._listeners[channel](orjson.loads(data))
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            log.warning("a message on %s is not as agreed: %r", channel.decode(), error)

    async def close(self) -> None:
        with suppress(RedisError, OSError):
            await self._redis.aclose()

"""An idempotent Kafka producer that is replaced when it wedges."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from eventbus import administration
from eventbus.deadlines import CutShort, bounded
from eventbus.metrics import PRODUCER_RECREATED

log = logging.getLogger(__name__)
PUBLISH_DEADLINE = 8.0
STOP_DEADLINE = 3.0


class PublishFailed(Exception):
    """Kafka did not confirm: the records may or may not be there, and must be published again."""


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record; a value of None is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


class Producer:
    """Publishes records with acks from all replicas, in order. Connects when first used, so Kafka may come later.

    A producer that errs or goes silent is thrown away: aiokafka's idempotent producer can stay wedged in
    OutOfOrderSequenceNumber after a broker outage (aiokafka issue 1017).
    """

    def __init__(self, kafka_url: str, client_id: str) -> None:
        self._kafka_url = kafka_url
        self._client_id = client_id
        self._client: AIOKafkaProducer | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self._lock:
            await self._discard()

    async def publish(self, records: Sequence[Record]) -> None:
        """Return once Kafka has confirmed every record; `PublishFailed` if that is not known after 8 s."""
        async with self._lock:
            try:
                await bounded(self._send_all(records), PUBLISH_DEADLINE)
            except (KafkaError, OSError, TimeoutError, CutShort) as error:
                PRODUCER_RECREATED.inc()
                await self._discard()
                raise PublishFailed(repr(error)) from error

    async def _send_all(self, records: Sequence[Record]) -> None:
        client = await self._connected()
        sent = [await client.send(record.topic, record.value, record.key, headers=record.headers) for record in records]
        for outcome in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _connected(self) -> AIOKafkaProducer:
        if self._client is None:
            await administration.ensure_topics(self._kafka_url)
            client = AIOKafkaProducer(
                bootstrap_servers=self._kafka_url,
                client_id=self._client_id,
                enable_idempotence=True,
                acks="all",
                linger_ms=0,
                max_batch_size=256 * 1024,
                max_request_size=4 * 1024 * 1024,
                request_timeout_ms=5_000,
                retry_backoff_ms=50,
                metadata_max_age_ms=30_000,
            )
            self._client = client
            await client.start()
        return self._client

    async def _discard(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _stop_without_flush(client)


async def _stop_without_flush(client: AIOKafkaProducer) -> None:
    """End a client with all its tasks, whatever it holds.

    Its own `stop` waits to deliver what it holds, and leaves its sender running if that takes too long: records that
    were published again meanwhile would then arrive a second time, behind newer ones of their key.
    """
    client._closed = True
    with suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(STOP_DEADLINE):
            await _end(client._sender.sender_task)
            await client.client.close()


async def _end(sender: asyncio.Task[None] | None) -> None:
    # Cancelled once, it still waits for its requests under way, each of which takes another cancellation.
    while sender is not None and not sender.done():
        sender.cancel()
        await asyncio.wait([sender], timeout=0.05)

"""A topic of its own for each test, carrying notes; and a table in which their effects can be seen."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import grpc_tools
import pytest
from aiokafka import ConsumerRecord
from aiokafka.partitioner import DefaultPartitioner
from eventbus import (
    Consumer,
    Event,
    Handlers,
    InvalidEvent,
    Producer,
    Record,
    Tombstone,
    administration,
    outbox,
    topics,
)
from eventbus.outbox import Db
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc
from nexus.event.v1 import meta_pb2  # noqa: F401 - what the notes import must be known
from testkit import kafka

PROTO = """
    syntax = "proto3";
    package {package};
    import "nexus/event/v1/meta.proto";
    import "nexus/options/v1/options.proto";

    message NoteEvent {{
      option (nexus.options.v1.topic) = {{ name: "{package}" key: "note_id" partitions: 3 compacted: true }};
      nexus.event.v1.Meta meta = 1;
      string note_id = 2;
      oneof payload {{ Written written = 3; Erased erased = 4; }}
    }}
    message Written {{ int64 number = 1; string text = 2; }}
    message Erased {{}}
"""


@dataclass(frozen=True, slots=True)
class Notes:
    """A compacted topic of three partitions that belongs to one test."""

    event_type: type[Event]
    written_type: type[Event]
    erased_type: type[Event]
    kafka_url: str

    @property
    def topic(self) -> topics.Topic:
        return topics.topic_of(self.event_type)

    def written(self, note_id: str, number: int = 0, text: str = "") -> Event:
        return self.event_type(note_id=note_id, written=self.written_type(number=number, text=text))

    def record(self, event: Event, event_id: str | None = None) -> Record:
        """As the relay would publish it."""
        event.meta.id = event_id or str(uuid4())
        return Record(self.topic.name, event.note_id.encode(), event.SerializeToString())

    async def published(self) -> list[ConsumerRecord]:
        return await kafka.records(self.kafka_url, self.topic.name, self.topic.partitions)

    async def events(self) -> list[Event]:
        return [self.event_type.FromString(record.value) for record in await self.published()]

    async def numbers(self) -> dict[str, list[int]]:
        """The numbers published under each key, in order."""
        found: dict[str, list[int]] = {}
        for event in await self.events():
            found.setdefault(event.note_id, []).append(event.written.number)
        return found

    async def letters(self) -> list[ConsumerRecord]:
        return await kafka.records(self.kafka_url, self.topic.dead_letters)

    def on_each_partition(self) -> list[str]:
        """Keys that Kafka's partitioner puts on partitions 0, 1 and 2."""
        numbers = list(range(self.topic.partitions))
        placed = {DefaultPartitioner()(f"note-{n}".encode(), numbers, numbers): f"note-{n}" for n in range(50)}
        return [placed[number] for number in numbers]


def _compiled(package: str, project: Path, folder: Path) -> dict[str, type[Event]]:
    source, described = folder / f"{package}.proto", folder / "described"
    source.write_text(PROTO.format(package=package))
    known = [f"-I{path}" for path in (project / "proto", folder, Path(grpc_tools.__file__).parent / "_proto")]
    assert protoc.main(["protoc", *known, f"--descriptor_set_out={described}", str(source)]) == 0
    [file] = descriptor_pb2.FileDescriptorSet.FromString(described.read_bytes()).file
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    names = [message.name for message in file.message_type]
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in names}


@pytest.fixture
def note_types(
    pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, type[Event]]]:
    """The contract of the test's own topic, in the place of all others."""
    types = _compiled(f"tests.n{uuid4().hex}", pytestconfig.rootpath, tmp_path)
    monkeypatch.setattr(topics, "event_types", lambda: (types["NoteEvent"],))
    monkeypatch.setattr(administration, "event_types", lambda: (types["NoteEvent"],))
    topics.event_type_of.cache_clear()
    yield types
    topics.event_type_of.cache_clear()


@pytest.fixture
async def notes(note_types: dict[str, type[Event]], kafka_url: str) -> Notes:
    await administration.ensure_topics(kafka_url)
    return Notes(note_types["NoteEvent"], note_types["Written"], note_types["Erased"], kafka_url)


@pytest.fixture
async def producer(kafka_url: str) -> AsyncIterator[Producer]:
    async with Producer(kafka_url, "tests") as made:
        yield made


@dataclass(slots=True)
class Effects:
    """What handlers did, in the order of their commits."""

    pool: asyncpg.Pool
    notes: Notes

    async def seen(self) -> list[tuple[str, int]]:
        return [tuple(row) for row in await self.pool.fetch("SELECT note_id, number FROM effects ORDER BY place")]

    async def numbers(self, note_id: str) -> list[int]:
        return [number for seen, number in await self.seen() if seen == note_id]

    async def note(self, event: Event, db: Db) -> None:
        """The handler: one row an event; what says "poison" can never be handled."""
        if event.written.text == "poison":
            raise InvalidEvent("it is poison\ud800")
        await db.execute("INSERT INTO effects (note_id, number) VALUES ($1, $2)", event.note_id, event.written.number)

    async def forget(self, tombstone: Tombstone, db: Db) -> None:
        await db.execute("DELETE FROM effects WHERE note_id = $1", tombstone.key)

    @property
    def handlers(self) -> Handlers:
        return {self.notes.written_type: self.note, Tombstone: self.forget}

    def consumer(
        self,
        producer: Producer,
        group: str | None = None,
        written: Callable[[Event, Db], Awaitable[None]] | None = None,
    ) -> Consumer:
        handlers = {**self.handlers, self.notes.written_type: written or self.note}
        consumes = {self.notes.event_type: handlers}
        return Consumer(self.notes.kafka_url, consumes, self.pool, producer, group or f"tests.{uuid4().hex}")


@pytest.fixture
async def effects(pool: asyncpg.Pool, notes: Notes) -> Effects:
    await pool.execute("CREATE TABLE effects (place SERIAL, note_id TEXT, number BIGINT)")
    return Effects(pool, notes)


@pytest.fixture
def append(pool: asyncpg.Pool) -> Callable[..., Awaitable[None]]:
    """Record events in a transaction of their own."""

    async def in_transaction(*events: Event) -> None:
        async with pool.acquire() as db, db.transaction():
            await outbox.append(db, *events)

    return in_transaction


@pytest.fixture(autouse=True)
def _quick_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventbus.outbox.POLL", 0.1)

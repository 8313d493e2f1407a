"""What topics told lately, kept so that a client that was cut off can be told the rest, by whichever gateway it finds.

A place in the stream is a vector: for each partition the offset of the record that comes next. Offsets are Kafka's,
so a place that one gateway gave out means the same to every other, and to the one that is started after it.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from aiokafka import TopicPartition
from eventbus import Event, Seen, Tombstone, topic_of

from gateway.frames import Encoded

# Records and their bytes that are kept at the most, and what one client can be told of them at once.
RECORDS = 20_000
BYTES = 8_000_000
REPLAYED = 500

Vector = tuple[int, ...]


@dataclass(slots=True, eq=False)
class Kept:
    """A record as it came. `after` is the place of whoever has heard it."""

    number: int
    slot: int
    offset: int
    after: str
    rooms: tuple[str, ...]
    event_type: type[Event]
    record: bytes | Tombstone
    encoded: Encoded | None = None

    @property
    def event(self) -> Event | Tombstone:
        return self.event_type.FromString(self.record) if isinstance(self.record, bytes) else self.record

    @property
    def size(self) -> int:
        return len(self.record) if isinstance(self.record, bytes) else len(self.record.key)


class Recent:
    """The newest records of some topics, by the rooms that they are for."""

    def __init__(self, event_types: Sequence[type[Event]], most_bytes: int = BYTES) -> None:
        places = [TopicPartition(topic.name, number) for topic in map(topic_of, event_types)
                  for number in range(topic.partitions)]  # fmt: skip
        self._slots = {place: slot for slot, place in enumerate(places)}
        self._most_bytes = most_bytes
        self._moved = asyncio.Event()
        self._number = 0
        self._forget_all([0] * len(places))

    def _forget_all(self, starts: list[int]) -> None:
        self._kept: list[deque[Kept]] = [deque() for _ in starts]
        self._by_room: dict[str, deque[Kept]] = {}
        self._sizes = [0] * len(starts)  # in bytes, of what is kept of each partition
        self._bytes = self._records = 0
        self._floors, self._next = list(starts), list(starts)
        self._texts = [f"{start:x}" for start in starts]
        self.place = ".".join(self._texts)

    def __len__(self) -> int:
        return self._records

    def start(self, positions: Mapping[TopicPartition, int]) -> None:
        """The stream begins here; what was before, or was kept until now, leads up to nothing."""
        self._forget_all([positions[place] for place in self._slots])

    def keep(self, seen: Seen, rooms: tuple[str, ...]) -> None:
        """Go on to a record, and keep it if it is for anyone."""
        slot = self._slots.get(seen.place)
        if slot is None or seen.offset < self._next[slot]:
            return  # delivered again
        self._next[slot] = seen.offset + 1
        self._texts[slot] = f"{seen.offset + 1:x}"
        self.place = ".".join(self._texts)
        if rooms:
            self._number += 1
            record = seen.event if isinstance(seen.event, Tombstone) else seen.value
            self._add(Kept(self._number, slot, seen.offset, self.place, rooms, seen.event_type, record))

    def _add(self, kept: Kept) -> None:
        self._kept[kept.slot].append(kept)
        self._count(kept, 1)
        for room in kept.rooms:
            self._by_room.setdefault(room, deque()).append(kept)
        while self._bytes > self._most_bytes or self._records > RECORDS:
            self._drop_oldest()

    def _count(self, kept: Kept, times: int) -> None:
        self._records += times
        self._bytes += times * kept.size
        self._sizes[kept.slot] += times * kept.size

    def _drop_oldest(self) -> None:
        """Of the partition that takes most. Not of all: when they are read from their past, one is ahead of another."""
        slot = self._sizes.index(max(self._sizes))
        oldest = self._kept[slot].popleft()
        self._count(oldest, -1)
        self._floors[slot] = oldest.offset + 1
        for room in oldest.rooms:
            kept = self._by_room[room]
            kept.remove(oldest)  # the first, or near it
            if not kept:
                del self._by_room[room]

    def taken(self) -> None:
        """A batch has been passed on: whoever waits for a place may look again."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def reaches(self, place: Vector, within: float) -> bool:
        """Whether this gateway hears, within so many seconds, all that a client has heard elsewhere."""
        try:
            async with asyncio.timeout(within):
                while any(mine < theirs for mine, theirs in zip(self._next, place, strict=True)):
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    def vector(self, text: object) -> Vector | None:
        """A place as clients carry it: hexadecimal numbers with points between them."""
        if not isinstance(text, str) or len(text) > 17 * len(self._next):
            return None
        try:
            vector = tuple(int(each, 16) for each in text.split("."))
        except ValueError:
            return None
        return vector if len(vector) == len(self._next) and min(vector) >= 0 else None

    def since(self, place: Vector, channels: Iterable[str], person: str) -> list[Kept] | None:
        """In order, what was told after a place in the rooms of these channels and in a person's own; None if that is
        no longer known, or more than a client is to be told at once."""
        if any(theirs < floor for theirs, floor in zip(place, self._floors, strict=True)):
            return None
        found = {kept.number: kept for kept in self._by_room.get(person, ()) if kept.offset >= place[kept.slot]}
        for room in channels:
            # A channel is in one partition, so its offsets rise.
            newest = takewhile(lambda kept: kept.offset >= place[kept.slot], self._newest_first(room))
            for kept in newest:
                found[kept.number] = kept
                if len(found) > REPLAYED:
                    return None
        return [found[number] for number in sorted(found)]

    def _newest_first(self, room: str) -> Iterator[Kept]:
        return reversed(self._by_room.get(room, deque()))

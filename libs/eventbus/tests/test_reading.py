"""The watch over a reader: it raises only when there is something to read and nothing comes."""

import pytest
from aiokafka import TopicPartition
from eventbus import reading
from eventbus.reading import ReaderSilent, Watch

HERE, THERE = TopicPartition("t", 0), TopicPartition("t", 1)


class Reader:
    """A client that stands at 5 of a topic that ends at `end`."""

    def __init__(self, end: int) -> None:
        self.end = end

    def assignment(self) -> set[TopicPartition]:
        return {HERE, THERE}

    async def end_offsets(self, partitions: set[TopicPartition]) -> dict[TopicPartition, int]:
        return {HERE: self.end, THERE: 5}

    async def position(self, _: TopicPartition) -> int:
        return 5


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WATCH_EVERY", 0.0)


async def looks(watch: Watch, reader: Reader, times: int, got: bool = False, **more: object) -> None:
    for _ in range(times):
        await watch.look(reader, got, **more)


async def test_a_reader_that_gets_nothing_of_a_growing_topic_is_silent() -> None:
    watch = Watch("someone")
    await looks(watch, Reader(end=9), times=reading.STRIKES)
    with pytest.raises(ReaderSilent, match="someone gets nothing"):
        await looks(watch, Reader(end=9), times=1)


async def test_a_reader_at_the_end_may_be_quiet() -> None:
    await looks(Watch("someone"), Reader(end=5), times=20)


async def test_a_reader_that_gets_something_is_not_silent_however_far_behind() -> None:
    await looks(Watch("someone"), Reader(end=9_000), times=20, got=True)


async def test_one_batch_forgives_the_looks_before_it() -> None:
    watch = Watch("someone")
    for _ in range(5):
        await looks(watch, Reader(end=9), times=reading.STRIKES)
        await looks(watch, Reader(end=9), times=1, got=True)


async def test_partitions_that_wait_on_purpose_do_not_count() -> None:
    await looks(Watch("someone"), Reader(end=9), times=20, waiting=[HERE])


async def test_a_reader_without_partitions_is_not_silent() -> None:
    reader = Reader(end=9)
    reader.assignment = set
    await looks(Watch("someone"), reader, times=20)

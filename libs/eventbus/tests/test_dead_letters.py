"""Dead letters: played again once, with one effect, by one command."""

import os
import sys
from asyncio import create_subprocess_exec
from subprocess import PIPE

import pytest
from eventbus.dead_letters import replay
from testkit import eventually
from testkit.jobs import running


class Mended:
    """A handler that calls everything poison until it is mended."""

    def __init__(self, effects) -> None:
        self.effects, self.mended = effects, False

    async def __call__(self, event, db) -> None:
        if self.mended:
            event.written.text = ""
        await self.effects.note(event, db)


async def number_of_letters(notes, number: int) -> bool:
    return len(await notes.letters()) == number


async def saw(effects, number: int) -> bool:
    return len(await effects.seen()) == number


async def test_a_letter_takes_effect_once_however_often_it_is_replayed(notes, producer, effects, kafka_url) -> None:
    handler = Mended(effects)
    await producer.publish([notes.record(notes.written("a", number, "poison")) for number in range(3)])
    consumer = effects.consumer(producer, written=handler)
    async with running(consumer.run()):
        await eventually(lambda: number_of_letters(notes, 3))
        handler.mended = True
        assert await replay(kafka_url, notes.topic.name) == 3
        await eventually(lambda: saw(effects, 3))
        assert await replay(kafka_url, notes.topic.name) == 0
        assert await replay(kafka_url, notes.topic.name, consumer.group) == 3
        await producer.publish([notes.record(notes.written("a", 9))])
        await eventually(lambda: saw(effects, 4))
    assert await effects.numbers("a") == [0, 1, 2, 9]
    assert all(not name.startswith("nexus-origin-") for record in await notes.published() for name, _ in record.headers)


async def test_a_letter_that_is_still_invalid_is_replayed_once_and_not_for_ever(
    notes, producer, effects, kafka_url
) -> None:
    await producer.publish([notes.record(notes.written("a", 1, "poison"))])
    async with running(effects.consumer(producer).run()):
        await eventually(lambda: number_of_letters(notes, 1))
        assert await replay(kafka_url, notes.topic.name) == 1
        await eventually(lambda: number_of_letters(notes, 2))
        assert await replay(kafka_url, notes.topic.name) == 1
        await eventually(lambda: number_of_letters(notes, 3))


async def test_only_the_letters_of_one_consumer_are_replayed_when_asked(notes, producer, effects, kafka_url) -> None:
    one, two = effects.consumer(producer), effects.consumer(producer)
    await producer.publish([notes.record(notes.written("a", 1, "poison"))])
    async with running(one.run()), running(two.run()):
        await eventually(lambda: number_of_letters(notes, 2))
    assert await replay(kafka_url, notes.topic.name, one.group) == 1
    assert await replay(kafka_url, notes.topic.name, "nobody") == 0


async def test_the_command_says_what_it_replayed(kafka_url: str) -> None:
    argv = [sys.executable, "-m", "eventbus", "replay", "--topic", "identity.users", "--consumer", "nobody"]
    command = await create_subprocess_exec(*argv, env={**os.environ, "NEXUS_KAFKA_URL": kafka_url}, stdout=PIPE)
    said, _ = await command.communicate()
    assert said.decode().strip() == "replayed 0 dead letters of identity.users"


async def test_a_topic_of_no_contract_is_refused(kafka_url: str) -> None:
    with pytest.raises(LookupError, match="no contract declares"):
        await replay(kafka_url, "no.such.topic")

"""What nobody keeps passes between gateways while Redis is there, and holds nothing up while it is not."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from gateway import ephemeral as module
from gateway.beats import BEATS, CHANGED, Beats
from gateway.ephemeral import LOST, UNSENT, Ephemeral
from gateway.namespaces import Namespace
from gateway.people import Person
from redis.asyncio import Redis
from testkit import eventually
from testkit.jobs import running


def unsent(ephemeral: Ephemeral) -> list[dict[str, Any]]:
    """What waits to go to Redis."""
    queue = ephemeral._unsent
    return [orjson.loads(queue.get_nowait()[1]) for _ in range(queue.qsize())]


def beats_of(ephemeral: Ephemeral) -> Beats:
    async def nobody(*_: object) -> Any:
        raise AssertionError("nobody connects here")

    clients: Namespace[Person] = Namespace("/", on_connect=nobody, on_event=nobody)
    return Beats(clients, ephemeral)


async def test_what_one_publishes_the_others_hear_and_a_bad_message_harms_nobody(redis_url: str) -> None:
    here, there = Ephemeral(redis_url), Ephemeral(redis_url)
    heard: list[Any] = []

    def listen(body: Any) -> None:
        heard.append(body["number"])

    there.listen("nexus:tests", listen)
    redis = Redis.from_url(redis_url)
    async with running(here.send()), running(there.receive()):
        await eventually(lambda: _listeners(redis, here.on_wire("nexus:tests")))
        await redis.publish(here.on_wire("nexus:tests"), "no json")
        await redis.publish(here.on_wire("nexus:tests"), "[]")
        here.publish("nexus:tests", {"number": 1})
        await eventually(lambda: heard == [1])
        await redis.client_kill_filter(_type="pubsub")
        await eventually(lambda: _listeners(redis, here.on_wire("nexus:tests")))
        here.publish("nexus:tests", {"number": 2})
        await eventually(lambda: heard == [1, 2])
    for each in (here, there):
        await each.close()
    await redis.aclose()


async def _listeners(redis: "Redis[Any]", channel: str) -> bool:
    ((_, count),) = await redis.pubsub_numsub(channel)
    return bool(count == 1)


async def test_a_redis_that_says_nothing_is_left_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET", 0.1)
    connections = 0

    async def subscribe_and_be_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while command := await reader.read(1000):
            if b"SUBSCRIBE" in command:
                writer.write(b"*3\r\n$9\r\nsubscribe\r\n$11\r\nnexus:tests\r\n:1\r\n")
            elif b"HELLO" in command or b"CLIENT" in command:
                writer.write(b"+OK\r\n" * command.count(b"*"))
        writer.close()

    server = await asyncio.start_server(subscribe_and_be_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    silent = Ephemeral(f"redis://127.0.0.1:{port}?protocol=2")
    silent.listen("nexus:tests", lambda body: None)
    async with server, running(silent.receive()):
        await eventually(lambda: connections >= 2)
    await silent.close()


async def test_without_redis_what_waits_for_it_is_bounded() -> None:
    ephemeral = Ephemeral("redis://127.0.0.1:9")
    before = LOST._value.get()
    for number in range(UNSENT + 5):
        ephemeral.publish("nexus:tests", {"number": number})
    assert LOST._value.get() - before == 5
    async with running(ephemeral.send()):
        await eventually(lambda: ephemeral._unsent.empty())
    await ephemeral.close()


async def test_presence_is_told_of_a_persons_first_device_and_of_the_last_that_goes() -> None:
    ephemeral = Ephemeral("redis://127.0.0.1:9")
    beats = beats_of(ephemeral)
    for step in (beats.came, beats.came, beats.went, beats.went):
        step("alice")
    told = unsent(ephemeral)
    assert [(beat["full"], beat["users"]) for beat in told] == [
        (False, {"alice": {"devices": 1, "active": True}}),
        (False, {"alice": {"devices": 0, "active": False}}),
    ]
    beats.came("bob")
    beats.beat()
    assert unsent(ephemeral)[-1]["users"] == {"bob": {"devices": 1, "active": True}}
    beats.end()
    (last,) = unsent(ephemeral)
    assert (last["full"], last["users"]) == (True, {})


async def test_everybody_is_told_anew_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.beats.EVERY", 0.01)
    ephemeral = Ephemeral("redis://127.0.0.1:9")
    beats = beats_of(ephemeral)
    async with running(beats.run()):
        await eventually(lambda: ephemeral._unsent.qsize() >= 3)
    assert all(beat["full"] for beat in unsent(ephemeral))


@pytest.mark.parametrize("body", [b"{}", b"[]", b"7", b'{"userId":1,"status":"x"}', b'{"userId":1,"workspaceIds":3}'])
async def test_a_change_that_is_not_as_agreed_is_passed_over(body: bytes) -> None:
    ephemeral = Ephemeral("redis://127.0.0.1:9")
    beats_of(ephemeral)
    hear: Callable[[bytes, bytes], None] = ephemeral._hear
    hear(ephemeral.on_wire(CHANGED).encode(), body)
    hear(ephemeral.on_wire(BEATS).encode(), body)

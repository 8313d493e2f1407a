"""Messages are stored in order, in batches, and everyone who waits gets an answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from chassis.problems import Problem
from gateway import sends as module
from gateway.packets import Json
from gateway.sends import BATCH, BATCH_BYTES, LANES, Sends
from gateway.upstreams import Upstream
from talking import answering
from testkit import eventually


@dataclass
class Store:
    """A messaging that writes down what it is sent, and answers when it may."""

    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    answer: web.Response | None = None
    tasks: list[asyncio.Future[None]] = field(default_factory=list)
    sends: Sends = field(init=False)

    async def serve(self, request: web.Request) -> web.Response:
        self.sizes.append(len(await request.read()))
        batch = (await request.json())["sends"]
        self.batches.append(batch)
        await self.may_answer.wait()
        return self.answer or web.json_response({"results": [{"message": send["payload"]} for send in batch]})

    def begin(self, number: object, channel_id: Json = "plans", **more: Json) -> asyncio.Task[Any]:
        payload: Json = {"channelId": channel_id, "content": f"{number}", **more}
        return asyncio.ensure_future(self.sends.store("user", "socket", payload))

    @property
    def stored(self) -> list[str]:
        return [send["payload"]["content"] for batch in self.batches for send in batch]


@pytest_asyncio.fixture
async def store() -> AsyncIterator[Store]:
    made = Store()
    made.may_answer.set()
    async with aiohttp.ClientSession() as http, answering(made.serve) as url:
        made.sends = Sends(Upstream(http, url, "secret"), lambda work: made.tasks.append(asyncio.ensure_future(work)))
        yield made
        await asyncio.wait_for(asyncio.gather(*made.tasks, return_exceptions=True), 5)


async def test_a_message_is_answered_with_what_was_stored(store: Store) -> None:
    assert await store.begin("hello") == {"message": {"channelId": "plans", "content": "hello"}}
    assert store.batches == [
        [{"userId": "user", "socketId": "socket", "payload": {"channelId": "plans", "content": "hello"}}]
    ]


async def test_messages_of_one_channel_are_stored_in_the_order_in_which_they_came(store: Store) -> None:
    sends = [store.begin(number) for number in range(300)]
    answers = await asyncio.gather(*sends)
    assert [answer["message"]["content"] for answer in answers] == [str(number) for number in range(300)]
    assert store.stored == [str(number) for number in range(300)]


async def test_what_comes_while_others_are_stored_goes_together_and_not_too_much_at_once(store: Store) -> None:
    store.may_answer.clear()
    first = store.begin("first")
    await eventually(lambda: store.batches)
    others = [store.begin(number) for number in range(BATCH + 20)]
    await asyncio.sleep(0)
    store.may_answer.set()
    await asyncio.gather(first, *others)
    assert [len(batch) for batch in store.batches] == [1, BATCH, 20]


async def test_one_channel_that_waits_does_not_hold_up_the_others(store: Store) -> None:
    store.may_answer.clear()
    lanes = {hash(f"channel-{number}") % LANES: f"channel-{number}" for number in range(100)}
    sends = [store.begin("x", channel_id) for channel_id in lanes.values()]
    await eventually(lambda: len(store.batches) == LANES)
    store.may_answer.set()
    await asyncio.gather(*sends)


async def test_large_messages_are_spread_over_batches(store: Store) -> None:
    store.may_answer.clear()
    first = store.begin("first")
    await eventually(lambda: store.batches)
    large = [store.begin("x" * 450_000) for _ in range(5)]
    await asyncio.sleep(0)
    store.may_answer.set()
    await asyncio.gather(first, *large)
    assert [len(batch) for batch in store.batches] == [1, 2, 2, 1]
    assert max(store.sizes) < BATCH_BYTES + 1_000


async def test_a_message_that_no_batch_holds_is_refused_alone(store: Store) -> None:
    with pytest.raises(Problem) as refused:
        await store.begin("x" * BATCH_BYTES)
    assert refused.value.type == "too_large"
    assert store.batches == []


def nested(depth: int) -> Json:
    value: Json = "deep"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("odd", [b"bytes", nested(400)])
async def test_a_message_that_is_not_json_is_refused_and_the_others_of_its_batch_are_stored(
    store: Store, odd: Json
) -> None:
    good, bad, also_good = store.begin("good"), store.begin("bad", attachments=odd), store.begin("also good")
    with pytest.raises(Problem) as refused:
        await bad
    assert refused.value.type == "invalid_request"
    assert (await good)["message"]["content"] == "good"
    assert (await also_good)["message"]["content"] == "also good"


async def test_a_lane_takes_so_many_and_refuses_the_rest_until_some_are_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 5)
    store.may_answer.clear()
    first = store.begin("first")
    await eventually(lambda: store.batches)
    waiting = [store.begin(number) for number in range(5)]
    with pytest.raises(Problem) as refused:
        await store.begin("one too many")
    assert refused.value.type == "unavailable"
    store.may_answer.set()
    await asyncio.gather(first, *waiting)
    assert (await store.begin("again"))["message"]["content"] == "again"


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=401, text='{"type":"unauthenticated"}'),
        web.Response(status=307, headers={"Location": "/elsewhere"}),
        web.Response(text="not json"),
        web.Response(text='{"results":[]}'),
        web.Response(text="[]"),
    ],
    ids=["fault", "secret", "redirect", "text", "too few", "list"],
)
async def test_whatever_messaging_answers_everyone_is_told_and_the_next_is_stored(
    store: Store, answer: web.Response
) -> None:
    store.answer = answer
    assert [each["error"]["type"] for each in await asyncio.gather(store.begin(1), store.begin(2))] == [
        "unavailable"
    ] * 2
    store.answer = None
    assert (await store.begin(3))["message"]["content"] == "3"


async def test_a_message_whose_sender_gave_up_before_it_was_sent_is_not_stored(store: Store) -> None:
    store.may_answer.clear()
    first = store.begin("first")
    await eventually(lambda: store.batches)
    given_up, kept = store.begin("given up"), store.begin("kept")
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up])
    store.may_answer.set()
    await asyncio.gather(first, kept)
    assert store.stored == ["first", "kept"]


async def test_a_fault_of_our_own_leaves_nobody_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.may_answer.clear()
    first = store.begin("first")
    await eventually(lambda: store.batches)
    second = store.begin("second")
    await asyncio.sleep(0)

    async def fail(self: Sends, sends: list[bytes]) -> None:
        raise ValueError("unforeseen")

    monkeypatch.setattr(Sends, "_ask", fail)
    store.may_answer.set()
    assert "message" in await first
    assert (await second)["error"] == {"type": "unavailable", "message": (await second)["error"]["message"]}
    monkeypatch.undo()
    assert "message" in await store.begin("third")

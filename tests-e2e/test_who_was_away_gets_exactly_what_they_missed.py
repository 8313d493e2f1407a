"""Catching up: `sync` and live messages together are everything, once, in order."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from journeys.people import Json, Team, Town
from journeys.sockets import Client
from testkit import eventually
from testkit.jobs import running


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo")


async def fresh_channel(team: Team) -> str:
    ada, bo = team
    return str(await ada.channel(team.workspace_id, f"channel {uuid4()}", members=[bo.id]))


async def sync(client: Client, **channels: int) -> Json:
    answer = await client.do("sync", {"channels": channels})
    told: Json = answer["channels"]
    return told


async def test_fifty_messages_posted_meanwhile_come_in_order_and_then_the_live_ones(team: Team) -> None:
    ada, bo = team
    channel_id = await fresh_channel(team)
    of_ada, of_bo = await ada.connect(), await bo.connect("polling")
    last = await of_ada.say(channel_id, "before")
    await eventually(lambda: of_bo.messages(channel_id))
    await of_bo.close()
    posted = [await of_ada.say(channel_id, f"number {number}") for number in range(50)]
    of_bo = await bo.connect("polling")  # another program, which has only the numbers that it kept
    told = await sync(of_bo, **{channel_id: last["seq"]})
    assert told[channel_id]["messages"] == posted
    assert told[channel_id]["lastSeq"] == posted[-1]["seq"]
    live = await of_ada.say(channel_id, "after")
    await eventually(lambda: of_bo.messages(channel_id))
    assert of_bo.messages(channel_id) == [live]


async def test_who_comes_back_in_time_is_told_by_itself(team: Team) -> None:
    ada, bo = team
    channel_id = await fresh_channel(team)
    of_ada, of_bo = await ada.connect(), await bo.connect("polling")
    await of_ada.say(channel_id, "before")
    await eventually(lambda: of_bo.messages(channel_id))
    await of_bo.disconnect()
    posted = [await of_ada.say(channel_id, f"number {number}") for number in range(50)]
    await of_bo.connect()
    live = await of_ada.say(channel_id, "after")
    await eventually(lambda: of_bo.messages(channel_id)[1:] == [*posted, live])


async def test_a_cut_connection_comes_back_by_itself_and_misses_nothing(team: Team) -> None:
    ada, bo = team
    channel_id = await fresh_channel(team)
    of_ada, of_bo = await ada.connect(), await bo.connect(reopen=True)
    await of_ada.say(channel_id, "before")
    await eventually(lambda: of_bo.messages(channel_id))
    await of_bo.cut()
    missed = await of_ada.say(channel_id, "meanwhile")
    await eventually(lambda: of_bo.count("connect") == 2)
    assert (await sync(of_bo, **{channel_id: 1}))[channel_id]["messages"] == [missed]


async def test_a_channel_the_client_did_not_name_is_told_as_new(team: Team) -> None:
    ada, bo = team
    of_ada = await ada.connect()
    channel_id = await fresh_channel(team)
    await of_ada.say(channel_id, "hello")
    told = (await sync(await bo.connect()))[channel_id]
    assert (told["isNew"], told["messages"], told["lastSeq"]) == (True, [], 1)
    assert told["channel"]["id"] == channel_id


async def test_what_cannot_be_caught_up_is_to_be_loaded_anew(team: Team) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    far_behind, from_the_future, foreign = await fresh_channel(team), await fresh_channel(team), str(uuid4())
    private = await ada.channel(team.workspace_id, f"private {uuid4()}", type="private")
    for _ in range(11):
        await of_ada.say(far_behind, "x" * 39_000)
    told = await sync(of_bo, **{far_behind: 0, from_the_future: 7, foreign: 0, private: 0})
    assert told[far_behind]["reset"] is True
    assert told[far_behind]["lastSeq"] == 11
    assert told[from_the_future]["reset"] is True
    assert told[foreign] == told[private] == {"reset": True}


async def test_live_messages_during_a_sync_come_after_its_answer_and_only_once(team: Team) -> None:
    ada, bo = team
    channel_id = await fresh_channel(team)
    of_ada, of_bo = await ada.connect(), await bo.connect()

    async def talk() -> None:
        for start in range(0, 90, 6):
            async with asyncio.TaskGroup() as group:
                for number in range(start, start + 6):
                    group.create_task(of_ada.say(channel_id, f"number {number}"))

    async with running(talk()) as talking:
        while not talking.done():
            await sync(of_bo, **{channel_id: held(of_bo, channel_id)[-1]})
    await eventually(lambda: held(of_bo, channel_id) == list(range(91)))
    assert of_bo.count("sync answered") > 3


def held(client: Client, channel_id: str) -> list[int]:
    """The numbers a client holds, in order of arrival. What was on its way when it asked is in the answer too."""
    numbers = [0]
    for event, (told, *_) in client.heard:
        if event == "message:receive":
            numbers.append(told["message"]["seq"])
        elif event == "sync answered":
            missed = [message["seq"] for message in told["channels"][channel_id]["messages"]]
            numbers += [number for number in missed if number > numbers[-1]]
    return numbers

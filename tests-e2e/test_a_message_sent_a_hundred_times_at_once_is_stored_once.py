"""Resending: a client that is not sure sends again, and never doubles what it said."""

import asyncio
from uuid import uuid4

import aiohttp
from journeys.people import Api, Json, Town
from journeys.product import Product
from journeys.sockets import Client
from testkit import eventually, process

TIMES = 34


async def test_a_hundred_sends_at_once_over_two_processes_of_messaging_are_one_message(
    town: Town, product: Product
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    draft = {"content": "once and for all", "clientMessageId": str(uuid4())}
    async with (
        process("messaging", settings=product.settings_of("messaging")) as second,
        aiohttp.ClientSession(second.url) as http,
        asyncio.TaskGroup() as group,
    ):
        beside = Api(http, ada.token)
        sent = []
        for _ in range(TIMES):
            sent.append(group.create_task(by_socket(of_ada, team.channel_id, draft)))
            sent += [group.create_task(by_http(api, team.channel_id, draft)) for api in (ada, beside)]
    answers = [one.result() for one in sent]
    assert all(answer == answers[0] for answer in answers)
    assert await bo.history(team.channel_id) == [answers[0]]
    last = await of_ada.say(team.channel_id, "and another")
    await eventually(lambda: len(of_bo.messages(team.channel_id)) == 2)
    assert of_bo.messages(team.channel_id) == [answers[0], last]


async def by_socket(client: Client, channel_id: str, draft: Json) -> Json:
    return await client.say(channel_id, **draft)


async def by_http(api: Api, channel_id: str, draft: Json) -> Json:
    return await api.post(f"/api/channels/{channel_id}/messages", draft)

"""Nothing dies, it only does not answer: what cannot be stored is refused, and what can be done goes on."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from journeys.people import Json, Team, Town
from journeys.product import Product
from journeys.sockets import Client
from testkit import eventually


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo")


@pytest.fixture
def victim(product: Product, request: pytest.FixtureRequest) -> str:
    """Something to freeze, if it is ours."""
    name = str(request.param)
    if not product.runs(name):
        pytest.skip(f"{name} was given, and serves others too")
    return name


def draft(team: Team) -> Json:
    return {"channelId": team.channel_id, "content": f"message {uuid4()}", "clientMessageId": str(uuid4())}


@pytest.mark.parametrize("victim", ["postgres", "messaging"], indirect=True)
async def test_what_cannot_be_stored_is_refused_and_reaches_nobody(
    town: Town, product: Product, team: Team, victim: str
) -> None:
    of_ada, of_bo = [await person.connect() for person in team]
    sent = draft(team)
    with product.frozen(victim):
        answer = await of_ada.ask("message:send", sent, within=15)
        assert answer["error"]["type"] == "unavailable"
        assert of_bo.count("message:receive") == 0
        assert of_ada.is_connected
        assert of_bo.is_connected
    stored = await _sent_again(of_ada, sent)
    last = await of_ada.say(team.channel_id, "and on it goes")
    await eventually(lambda: of_bo.messages(team.channel_id) == [stored, last])


async def _sent_again(client: Client, sent: Json) -> Json:
    """Whether or not the first try was stored in the end, there is one message."""

    async def stored() -> Json:
        message: Json = (await client.do("message:send", sent))["message"]
        return message

    return await eventually(stored, within=15)


@pytest.mark.parametrize("victim", ["redis", "identity", "presence"], indirect=True)
async def test_people_talk_on_and_come_in_without(town: Town, product: Product, team: Team, victim: str) -> None:
    ada, bo = team
    of_ada = await ada.connect()
    with product.frozen(victim):
        of_bo = await bo.connect("polling")
        said = [await of_ada.say(team.channel_id, f"without {victim}") for _ in range(3)]
        await eventually(lambda: of_bo.messages(team.channel_id) == said)
        assert (await bo.history(team.channel_id))[-3:] == said
    await eventually(lambda: town.sign_in(ada.user["email"]), within=10)


@pytest.mark.parametrize("victim", ["redis"], indirect=True)
async def test_people_sign_in_without(town: Town, product: Product, team: Team, victim: str) -> None:
    with product.frozen(victim):
        assert (await town.sign_in(team.people[0].user["email"])).id == team.people[0].id


@pytest.mark.parametrize("victim", ["kafka"], indirect=True)
async def test_what_is_said_without_topics_is_stored_and_heard_later_in_order(
    product: Product, team: Team, victim: str
) -> None:
    of_ada, of_bo = [await person.connect() for person in team]
    with product.frozen(victim):
        said = [await of_ada.say(team.channel_id, f"number {number}") for number in range(20)]
        assert of_bo.count("message:receive") == 0
    await eventually(lambda: of_bo.messages(team.channel_id) == said, within=15)

"""Compression between the gateway and stock clients, which offer it by themselves."""

import secrets

from journeys.people import Town
from journeys.product import Product
from journeys.sockets import UPGRADE
from testkit import eventually


def a_text(words: int) -> str:
    """Two characters of each twenty-odd are new."""
    return " ".join(f"{secrets.token_hex(1)} and what came after it" for _ in range(words))


async def test_long_messages_travel_compressed_if_that_is_turned_on(town: Town, product: Product) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    texts = ["short", a_text(100), "short again", a_text(200), a_text(30)]
    async with product.gateways(1, NEXUS_COMPRESSION="true") as (gateway,):
        speaker = await ada.connect(urls=[gateway.url])
        listeners = [await bo.connect(UPGRADE, urls=[gateway.url]), await cy.connect("polling", urls=[gateway.url])]
        agreed, before = await speaker.wire()
        for text in texts:
            await speaker.say(team.channel_id, text)
        for listener in listeners:
            await eventually(lambda listener=listener: listener.contents(team.channel_id) == texts)
        assert agreed == "permessage-deflate"
        assert before + 100 < (await speaker.wire())[1] < before + sum(map(len, texts)) * 0.6
        assert (await listeners[0].wire())[0] == "permessage-deflate"


async def test_messages_travel_plain_unless_it_is(town: Town) -> None:
    team = await town.team("Ada")
    (ada,) = team
    client = await ada.connect()
    _, before = await client.wire()
    text = a_text(100)
    await client.say(team.channel_id, text)
    agreed, received = await client.wire()
    assert agreed == ""
    assert received > before + len(text)

"""Gateways die and are told to stop while people talk: stock clients go on at another one, and hold everything once."""

import pytest
from journeys.apps import use
from journeys.havoc import Havoc
from journeys.people import Town
from journeys.product import Product
from journeys.sockets import TRANSPORTS, UPGRADE
from journeys.talk import Speaker
from testkit import eventually
from testkit.jobs import all_running, running

KILLS = 3
A_SECOND = 10
BACK_WITHIN = 60.0


async def test_a_stock_client_goes_from_gateway_to_gateway_and_misses_nothing(
    town: Town, product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    team = await town.team("Ada", "Bo", "Cy", "Di")
    ada, *others = team
    async with product.gateways(2) as gateways:
        urls = [gateway.url for gateway in gateways]
        apps = [
            await use(person, [team.channel_id], transport, urls)
            for person, transport in zip(others, (*TRANSPORTS, UPGRADE), strict=True)
        ]
        speaker = Speaker(await ada.connect(reopen=True, urls=urls[::-1]), team.channel_id)
        havoc = Havoc(gateways, apps)
        async with all_running([speaker.send(), *(app.run() for app in apps)]):
            async with running(speaker.write(A_SECOND)):
                await havoc.rage(KILLS)
            await eventually(lambda: len(speaker.acknowledged) == len(speaker.written), BACK_WITHIN)
            history = await ada.everything(team.channel_id)
            assert [message["clientMessageId"] for message in history] == speaker.written
            await eventually(lambda: all(app.holds({team.channel_id: history}) for app in apps), BACK_WITHIN)
            assert [fault for app in apps for fault in app.faults] == []
    with capsys.disabled():
        print(f"\n{havoc.report}")

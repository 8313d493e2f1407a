"""Shut out while others talk: sockets at every gateway fall silent, and nothing they held opens them again."""

import pytest
from journeys.endings import SHUTTINGS, Shutting
from journeys.people import Town
from journeys.product import Product
from journeys.sockets import TRANSPORTS, Client
from journeys.writing import Writer
from testkit import eventually
from testkit.jobs import running

A_SECOND = 20
WITHIN = 30.0


@pytest.mark.parametrize("how", ["signed out", "deactivated", "removed from the channel", "removed from the workspace"])
async def test_who_is_shut_out_hears_nothing_more_at_any_gateway(town: Town, product: Product, how: str) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    async with product.gateways(2) as gateways:
        urls = [gateway.url for gateway in gateways]
        witnesses = [await cy.connect(urls=[url]) for url in urls]
        sockets = [
            await bo.connect(transport, reopen=True, urls=[url])
            for url, transport in zip(urls, TRANSPORTS, strict=True)
        ]  # fmt: skip

        async def goes_on() -> None:
            """Ten more messages reach everybody who may hear them."""
            before = [len(each.messages(team.channel_id)) for each in witnesses]
            await eventually(
                lambda: all(
                    len(each.messages(team.channel_id)) >= heard + 10
                    for each, heard in zip(witnesses, before, strict=True)
                ), WITHIN,
            )  # fmt: skip

        async with running(Writer(ada, [team.channel_id]).write(A_SECOND)):
            await goes_on()
            await SHUTTINGS[how].out(town, team, bo)
            await eventually(lambda: all(_knows(each, SHUTTINGS[how], team.channel_id) for each in sockets), WITHIN)
            heard = [each.contents(team.channel_id) for each in sockets]
            assert all(heard)
            await goes_on()
            if SHUTTINGS[how].ends_session:
                assert [(await each.refused())["message"] for each in sockets] == ["unauthenticated"] * 2
                assert [each.count("connect") for each in sockets] == [1, 1]
            else:
                for each in sockets:
                    await each.cut()
                await eventually(lambda: all(each.count("connect") == 2 for each in sockets), WITHIN)
                await goes_on()
            assert [each.contents(team.channel_id) for each in sockets] == heard


def _knows(client: Client, shutting: Shutting, channel_id: str) -> bool:
    if shutting.ends_session:
        return not client.is_connected
    return {"channelId": channel_id} in client.told("channel:left")

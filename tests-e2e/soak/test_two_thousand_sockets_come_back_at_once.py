"""Two thousand sockets lose their gateway at once: all come back and hold everything, and nothing else suffers."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest_asyncio
from journeys.people import Town
from journeys.product import Product
from journeys.storm import A_SECOND, WITHIN, Company, company, watching
from testkit.jobs import running

PEOPLE = 250
BACK_WITHIN, MOVED_WITHIN = 30.0, 10.0


@pytest_asyncio.fixture(scope="module")
async def crowd(product: Product, town: Town) -> AsyncIterator[Company]:
    async with product.gateways(2) as gateways, company(town, gateways, PEOPLE) as gathered:
        yield gathered


async def test_all_are_back_within_30_s_when_their_gateway_is_killed_and_started_again(
    crowd: Company, product: Product
) -> None:
    first, _ = crowd.gateways
    async with watching(product, crowd.gateways) as watch:
        async with running(crowd.writer.write(A_SECOND)):
            since = time.monotonic()
            await first.restart(WITHIN)
            connected, whole = await crowd.back(since)
            used = watch.used
        await crowd.settled()
    _tell(
        f"killed and started again: all back after {connected:.1f} s, whole after {whole:.1f} s",
        crowd,
        used,
        watch.most,
    )
    assert whole <= BACK_WITHIN


async def test_all_are_back_within_30_s_at_another_gateway_when_theirs_is_killed(
    crowd: Company, product: Product
) -> None:
    first, second = crowd.gateways
    _know(crowd, first.url, second.url)
    async with watching(product, crowd.gateways) as watch:
        async with running(crowd.writer.write(A_SECOND)):
            since = time.monotonic()
            await first.kill()
            connected, whole = await crowd.back(since)
            used = watch.used
        await crowd.settled()
    _tell(f"killed, at another: all back after {connected:.1f} s, whole after {whole:.1f} s", crowd, used, watch.most)
    assert whole <= BACK_WITHIN


async def test_all_move_within_10_s_when_their_gateway_is_told_to_stop(crowd: Company, product: Product) -> None:
    first, second = crowd.gateways
    await first.start(WITHIN)
    _know(crowd, second.url, first.url)
    async with watching(product, crowd.gateways) as watch:
        async with running(crowd.writer.write(A_SECOND)):
            since = time.monotonic()
            stopping = asyncio.create_task(second.terminate())
            connected, whole = await crowd.back(since)
            used = watch.used
            assert await stopping == 0
        await crowd.settled()
    _tell(f"told to stop: all back after {connected:.1f} s, whole after {whole:.1f} s", crowd, used, watch.most)
    assert all(each.told_to_go_at > since for each in crowd.onlookers)
    assert connected <= MOVED_WITHIN


def _know(crowd: Company, *urls: str) -> None:
    """Their gateways from now on; they are connected to the first."""
    assert {each.url for each in crowd.onlookers} == {urls[0]}
    for each in crowd.onlookers:
        each.urls = [*urls]


def _tell(what: str, crowd: Company, used: dict[str, float], connections: dict[str, int]) -> None:
    print(
        f"\n{len(crowd.onlookers)} sockets, their gateway {what}; {crowd.returns()}; "
        f"{crowd.writer.put_off} messages put off so far; "
        f"processor seconds {used}; connections to PostgreSQL at the most {connections}"
    )

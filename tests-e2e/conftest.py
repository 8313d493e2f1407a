"""The running product, once for all journeys, and what they do with it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from journeys.pages import chromium
from journeys.people import Town
from journeys.product import Product, running
from journeys.sockets import Bridge, bridge
from playwright.async_api import Browser

HERE = Path(__file__).parent
DEADLINE = aiohttp.ClientTimeout(total=30)
# Seconds for what waits without an end: each wait of a journey has its own, also the start of the product in the first.
LONGEST = 600


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything here is a journey; what takes long is for `make soak` alone."""
    is_limited = config.getoption("--timeout") is not None
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("journey")
            if not is_limited and item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONGEST))
        if item.path.is_relative_to(HERE / "soak"):
            item.add_marker("soak")


@pytest_asyncio.fixture(scope="session")
async def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """The whole product, started by its launcher; afterwards it must leave nothing running."""
    async with running() as started:
        yield started
        if request.session.testsfailed:
            print(f"\nits logs are in {started.keep_logs(tmp_path_factory.mktemp('product'))}")


@pytest_asyncio.fixture(scope="session")
async def clients(product: Product) -> AsyncIterator[Bridge]:
    """The process in which the real socket.io clients live."""
    async with bridge(product.url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def town(product: Product, clients: Bridge) -> AsyncIterator[Town]:
    """Where people come from."""
    async with aiohttp.ClientSession(product.url, timeout=DEADLINE) as http:
        yield Town(http, clients)


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest_asyncio.fixture(autouse=True)
async def _hang_up(clients: Bridge) -> AsyncIterator[None]:
    """The clients that a test opened are gone after it."""
    before = set(clients.clients)
    yield
    for name in set(clients.clients) - before:
        await clients.clients[name].close()

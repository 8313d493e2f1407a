"""Answers that come when a test lets them, so that what happens before them can be done meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route


@asynccontextmanager
async def held_up(page: Page, pattern: str, method: str = "GET") -> AsyncIterator[asyncio.Event]:
    """Requests like these go out once the event is set, at the latest when the block is left."""
    let_go = asyncio.Event()
    under_way = set[asyncio.Task[None]]()

    async def go_on(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    async def hold(route: Route) -> None:
        if route.request.method != method:
            await route.continue_()
            return
        task = asyncio.create_task(go_on(route))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    await page.route(pattern, hold)
    try:
        yield let_go
    finally:
        let_go.set()
        await asyncio.gather(*under_way)
        await page.unroute(pattern, hold)

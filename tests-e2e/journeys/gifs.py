"""A provider of GIFs on this machine, which speaks as Tenor does."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from PIL import Image

NUMBER = 45
PROVIDED = [f"Provided {number}" for number in range(NUMBER)]


@asynccontextmanager
async def provider(port: int) -> AsyncIterator[None]:
    """Has so many for who searches nothing, and none for who does."""
    app = web.Application()
    app.router.add_get("/v2/featured", _page)
    app.router.add_get("/v2/search", _nothing)
    app.router.add_get("/media.gif", _media)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


async def _page(request: web.Request) -> web.Response:
    start = int(request.query.get("pos", "0"))
    end = min(start + int(request.query["limit"]), NUMBER)
    media = {"tinygif": {"url": str(request.url.origin() / "media.gif"), "dims": [32, 24]}}
    results = [
        {"id": f"n{number}", "content_description": PROVIDED[number], "media_formats": media}
        for number in range(start, end)
    ]
    return web.json_response({"results": results, "next": str(end) if end < NUMBER else ""})


async def _nothing(_: web.Request) -> web.Response:
    return web.json_response({"results": [], "next": ""})


async def _media(_: web.Request) -> web.Response:
    written = io.BytesIO()
    frames = [Image.new("RGB", (32, 24), (shade, 90, 160)) for shade in (40, 200)]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return web.Response(body=written.getvalue(), content_type="image/gif")

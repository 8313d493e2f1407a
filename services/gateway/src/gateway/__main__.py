"""The gateway: the single door to the product. `--conformance` serves the protocol suites instead."""

import sys

import aiohttp
from chassis import running
from chassis.serving import background, serve

from gateway import conformance
from gateway.door import Door
from gateway.settings import Settings
from gateway.websocket import protocol_class


def connections(limit: int) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=limit, keepalive_timeout=60)
    # Cookies are between clients and services: none may be kept here, to be shown for somebody else.
    return aiohttp.ClientSession(connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())


async def main(settings: Settings) -> None:
    # Apart, so that no number of slow HTTP requests keeps messages from being stored.
    async with connections(200) as http, connections(100) as inside:
        door = Door(settings, http, inside)
        async with background(*door.jobs()):
            await serve(
                door, settings, door.drain, ws=protocol_class(door.sockets.engine),
                proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies,
            )  # fmt: skip
        await door.ephemeral.close()


if __name__ == "__main__":
    if "--conformance" in sys.argv:
        conformance.uvicorn_server().run()
    else:
        running.run("gateway", Settings, main)

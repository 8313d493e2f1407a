"""The gateway: the single door to the product. `--conformance` serves the protocol suites instead."""

import sys

import aiohttp
from chassis import running
from chassis.serving import background, serve

from gateway import conformance
from gateway.door import Door
from gateway.settings import Settings
from gateway.websocket import protocol_class


async def main(settings: Settings) -> None:
    connector = aiohttp.TCPConnector(limit=200, keepalive_timeout=60)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as http:
        door = Door(settings, http)
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

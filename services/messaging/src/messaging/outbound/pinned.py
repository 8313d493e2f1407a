"""Connections to addresses that were looked at, and to no others."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from socket import AF_INET, AF_INET6, AI_NUMERICHOST, AddressFamily

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from messaging.outbound.guard import Guard, Target


@asynccontextmanager
async def session(
    guard: Guard, place: Target, context: ssl.SSLContext, *, unpacks: bool = False
) -> AsyncIterator[aiohttp.ClientSession]:
    """For one request to a place that the guard lets pass: without cookies, proxies or a connection kept for later.
    Bodies are as they come unless it `unpacks` them."""
    connector = aiohttp.TCPConnector(
        resolver=Pinned(await guard.addresses(place)), use_dns_cache=False, force_close=True, limit=1,
        ssl=context,
    )  # fmt: skip
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=unpacks, trust_env=False
    ) as http:
        yield http


class Pinned(AbstractResolver):
    """Knows the addresses that were looked at, and no others: a name that changes meanwhile changes nothing."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=AF_INET6 if ":" in address else AF_INET, proto=0,
                flags=AI_NUMERICHOST,
            )
            for address in self._addresses
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is held."""

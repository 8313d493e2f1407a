"""Messaging as the gateway asks it: one service at one address, or one in several databases."""

from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

import aiohttp
from fastapi import Request
from starlette.responses import Response

from gateway.people import Clients
from gateway.places import Places
from gateway.proxy import Proxy, first_part
from gateway.sends import Sends
from gateway.sharding import returning
from gateway.sharding.asking import ShardedSends, ShardedUpstream
from gateway.sharding.passing import Passing
from gateway.sharding.shards import Shards
from gateway.upstreams import Upstream

Start = Callable[[Coroutine[Any, Any, None]], None]
PassOn = Callable[[Request], Awaitable[Response]]


class Messaging:
    """Where it has one address nothing here stands between the gateway and it."""

    def __init__(self, addresses: str, inside: aiohttp.ClientSession, secret: str) -> None:
        self.shards = Shards.read(addresses)
        self._upstreams = [Upstream(inside, address, secret) for address in self.shards.addresses]
        several = self.shards.are_several
        self.upstream = ShardedUpstream(self._upstreams, self.shards) if several else self._upstreams[0]
        self.places = Places(self.upstream)

    @property
    def owner(self) -> tuple[str, str]:
        return "messaging", self.shards.addresses[0]

    def sends(self, start: Start) -> Sends:
        each = [Sends(upstream, start) for upstream in self._upstreams]
        return ShardedSends(each, self.shards) if self.shards.are_several else each[0]

    def passing(self, proxy: Proxy, http: aiohttp.ClientSession, parts: Collection[str]) -> PassOn:
        """How requests are passed on, of which those that begin with one of `parts` are messaging's."""
        if not self.shards.are_several:
            return proxy.pass_on
        passing = Passing(proxy, http, self._upstreams, self.shards)

        async def pass_on(request: Request) -> Response:
            to = passing if first_part(request.url.path) in parts else proxy
            return await to.pass_on(request)

        return pass_on

    def jobs(self, clients: Clients) -> tuple[Coroutine[Any, Any, None], ...]:
        return (returning.run(clients, self.places),) if self.shards.are_several else ()

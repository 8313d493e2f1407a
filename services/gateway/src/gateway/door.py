"""The gateway as a whole: sockets, HTTP and what topics tell, put together."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import aiohttp
from chassis.serving import create_app
from eventbus import Lookback, Tail, topic_of
from fastapi import APIRouter, FastAPI
from nexus.identity.v1.session_event_pb2 import SessionEvent
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send

from gateway.arrivals import ACCESS_TOKEN_LIFE, Arrivals, Revocations
from gateway.beats import Beats
from gateway.channels import Channels
from gateway.ephemeral import Ephemeral
from gateway.events import AT_ONCE, LEEWAY, Events, refuse
from gateway.handlers import CONSUMES, REPLAYED, Feed
from gateway.insiders import InsidersOnly
from gateway.namespaces import Namespace
from gateway.packets import Json
from gateway.pages import Pages
from gateway.passes import Passes
from gateway.people import Client, Clients, Person
from gateway.polling import PollingApp
from gateway.proxy import Proxy
from gateway.reasons import Reason
from gateway.recent import RECORDS, Recent
from gateway.server import SocketServer
from gateway.settings import Settings
from gateway.sharding.messaging import Messaging
from gateway.uploads import is_upload
from gateway.upstreams import Upstream

# Seconds before its start of which a gateway knows what was told, for clients that come from another.
RECOVERY_WINDOW = 600.0
# Every so many seconds each socket is told how far the stream is, so that a quiet one can go on from there, too.
PLACES_EVERY = 60.0
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class Door:
    """One gateway process. `jobs` run beside it; as an ASGI app it answers polling clients and HTTP."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, inside: aiohttp.ClientSession) -> None:
        self.settings = settings
        secret = settings.internal_secret.get_secret_value()
        self.messaging = Messaging(settings.messaging_url, inside, secret)
        self.clients: Clients = Namespace(
            "/", on_connect=self._connected, on_event=self._event, at_once=AT_ONCE,
            on_disconnect=self._disconnected, on_refused=refuse,
        )  # fmt: skip
        self.sockets = SocketServer([self.clients], settings.engine, settings.limits)
        REGISTRY.register(self.sockets.engine.traffic)
        self.channels = Channels()
        self.revocations = Revocations()
        self.recent = Recent(REPLAYED)
        self.ephemeral = Ephemeral(settings.redis_url.get_secret_value())
        self.beats = Beats(self.clients, self.ephemeral)
        self.http = self._http_app(http)
        self.arrivals = Arrivals(
            self.http.state.verifier, self.messaging.places, self.channels, self.revocations, self.recent,
            Passes(secret), settings.sockets_per_user,
        )  # fmt: skip
        self.events = Events(
            self.messaging.sends(self.sockets.start), self.messaging.upstream,
            Upstream(inside, settings.presence_url, secret),
            self.channels, self.recent, self.arrivals, self.ephemeral, self.sockets.engine.traffic,
        )  # fmt: skip
        self.feed = Feed(self.clients, self.channels, self.recent, self.arrivals, self.revocations)
        lately = Lookback(RECOVERY_WINDOW, RECORDS // sum(topic_of(replayed).partitions for replayed in REPLAYED))
        self.tail = Tail(
            settings.kafka_url, tuple(CONSUMES), self.feed.take, self.feed.start_over, "gateway",
            lookback={SessionEvent: Lookback(ACCESS_TOKEN_LIFE), **dict.fromkeys(REPLAYED, lately)},
            on_start=self.recent.start,
        )  # fmt: skip
        self.polling = PollingApp(self.sockets.engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_polling = scope["type"] == "http" and scope["path"] == self.sockets.engine.settings.path
        await (self.polling if is_polling else self.http)(scope, receive, send)

    def jobs(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return (
            self.tail.run(), self.ephemeral.send(), self.ephemeral.receive(), self.beats.run(), self._close_expired(),
            self.feed.tell_places(PLACES_EVERY), *self.messaging.jobs(self.clients),
        )  # fmt: skip

    async def drain(self) -> None:
        """Send everybody to another gateway, once what they asked has been answered."""
        await self.sockets.drain(self.settings.departure_deadline)
        self.beats.end()

    async def _connected(self, socket: Client, auth: dict[str, Json]) -> Person:
        if not self.tail.ready.is_set():
            async with asyncio.timeout(5):
                await self.tail.ready.wait()
        person = await self.arrivals.admit(socket, auth)
        if "pid" in auth:
            self.sockets.engine.traffic.resumes["recovered" if socket.recovered else "not-recovered"] += 1
        self.beats.came(person.user_id)
        return person

    async def _event(self, socket: Client, name: str, args: list[Json], ack: Any) -> None:
        await self.events.handle(socket, name, args, ack)

    async def _disconnected(self, socket: Client, reason: Reason) -> None:
        self.channels.forget(socket)
        self.beats.went(socket.data.user_id)

    async def _close_expired(self) -> None:
        """A socket lives no longer than its access token, unless `auth:refresh` brought a new one."""
        while True:
            await asyncio.sleep(5)
            now = time.time()
            for socket in list(self.clients.sockets.values()):
                if socket.data.principal.expires_at + LEEWAY < now:
                    socket.close(Reason.TOKEN_EXPIRED)

    def _http_app(self, http: aiohttp.ClientSession) -> FastAPI:
        settings = self.settings
        identity, messaging = ("identity", settings.identity_url), self.messaging.owner
        owners = {
            **dict.fromkeys(("auth", "users", "bots", ".well-known"), identity),
            **dict.fromkeys(("workspaces", "channels", "messages", "invitations", "sync"), messaging),
            **dict.fromkeys(("drafts", "scheduled", "saved", "reminders", "preferences"), messaging),
            **dict.fromkeys(("unread", "threads", "gifs"), messaging),
            **dict.fromkeys(("hooks", "outgoing-hooks", "commands", "responses"), messaging),
            "presence": ("presence", settings.presence_url),
            **dict.fromkeys(("files", "shared"), ("files", settings.files_url)),
        }
        proxy = Proxy(http, owners, self.revocations, settings.request_deadline, settings.uploads)
        pass_on = self.messaging.passing(proxy, http, {part for part, owner in owners.items() if owner == messaging})
        router = APIRouter(include_in_schema=False)
        for path in ("/api", "/api/{path:path}"):
            router.add_api_route(path, pass_on, methods=METHODS)
        router.add_api_route("/.well-known/jwks.json", proxy.pass_on, methods=["GET"])
        router.add_api_route(
            "/{path:path}", Pages(settings.web_dir, settings.content_url).serve, methods=["GET", "HEAD"]
        )
        app = create_app("gateway", settings, (router,), {"events": self._hears}, body_limit=self._body_limit)
        if not settings.metrics_public:
            app.add_middleware(InsidersOnly, paths=frozenset({"/metrics"}))
        return app

    def _body_limit(self, scope: Scope) -> int:
        return self.settings.upload_limit if is_upload(scope) else self.settings.body_limit

    async def _hears(self) -> None:
        if self.sockets.engine.draining:
            raise ConnectionError("this gateway is stopping")
        if not self.tail.ready.is_set():
            raise ConnectionError("the topics are not being read yet")

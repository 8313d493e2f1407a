"""The transport with nothing but echoes on it, for the public protocol suites."""

import asyncio

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.endpoints import Receiver
from gateway.engine import EngineServer, EngineSettings
from gateway.frames import Encoded, RawBinary
from gateway.namespaces import Namespace
from gateway.packets import Json
from gateway.polling import PollingApp
from gateway.reasons import Reason
from gateway.server import SocketServer
from gateway.sessions import Session
from gateway.sockets import Ack, Socket, SocketLimits
from gateway.websocket import protocol_class

AFTER_CONNECT = 0.02  # the suites lose the second of two packets that come in one tick


class Echo:
    """A receiver that gives every Engine.IO message back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def received(self, message: str | bytes) -> None:
        self._session.send(RawBinary(message) if isinstance(message, bytes) else Encoded(b"4" + message.encode()))

    def closed(self, reason: Reason) -> None:
        """Nothing to let go of."""


async def _remember_auth(socket: Socket[None], auth: dict[str, Json]) -> None:
    asyncio.get_running_loop().call_later(AFTER_CONNECT, socket.emit, "auth", auth)


async def _echo(socket: Socket[None], name: str, args: list[Json], ack: Ack[None] | None) -> None:
    if name == "message":
        socket.emit("message-back", *args)
    elif name == "message-with-ack" and ack is not None:
        ack(*args)


def _settings(path: str) -> EngineSettings:
    return EngineSettings(path=path, ping_interval=0.3, ping_timeout=0.2, max_payload=1_000_000)


def socket_server() -> SocketServer[None]:
    names = ("/", "/custom")
    namespaces = [Namespace(name, on_connect=_remember_auth, on_event=_echo) for name in names]
    return SocketServer(namespaces, _settings("/socket.io/"), SocketLimits(connect_within=1.0))


def uvicorn_server(host: str = "127.0.0.1", port: int = 3000) -> uvicorn.Server:
    """`await` its `serve()`: Socket.IO at /socket.io/, plain Engine.IO at /engine.io/."""
    engines: list[EngineServer] = [socket_server().engine, EngineServer(_echo_receiver, _settings("/engine.io/"))]
    return uvicorn.Server(
        uvicorn.Config(
            _app(engines), host=host, port=port, ws=protocol_class(*engines), lifespan="off", log_level="info"
        )
    )


def _echo_receiver(session: Session) -> Receiver:
    return Echo(session)


def _app(engines: list[EngineServer]) -> ASGIApp:
    apps = {engine.settings.path: PollingApp(engine) for engine in engines}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        app = apps.get(scope["path"])
        if app is None:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    return route

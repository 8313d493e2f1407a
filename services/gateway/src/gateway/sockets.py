"""A socket: one client in one namespace, as event handlers see it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.endpoints import Peer
from gateway.frames import Encoded
from gateway.packets import encode_ack, encode_disconnect, encode_event
from gateway.reasons import Reason
from gateway.sessions import Session

if TYPE_CHECKING:
    from gateway.namespaces import Namespace

D = TypeVar("D")


class ConnectRefused(Exception):
    """Raised by `on_connect`: the client gets a connect_error with this message and data."""

    def __init__(self, message: str, data: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class TryAgain(Exception):
    """Raised by `on_connect`: nobody can tell just now. The session ends, after which clients come back by themselves,
    as they do not when they are refused."""


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What one client may ask for; durations in seconds."""

    connect_within: float = 5.0  # from opening a session to CONNECT
    handler_deadline: float = 15.0
    events_per_second: float = 50.0
    burst: float = 100.0
    in_flight: int = 64
    refusals_in_a_row: int = 1_000  # after that many the session is closed
    connect_attempts: int = 20  # of one session
    admitting: int = 500  # clients that are being let in at once; others are asked to come back
    attachments: int = 10


class Allowance:
    """A token bucket: `burst` at once, `events_per_second` in the long run."""

    __slots__ = ("_at", "_limits", "_tokens")

    def __init__(self, limits: SocketLimits, now: float) -> None:
        self._limits = limits
        self._tokens = limits.burst
        self._at = now

    def spend(self, now: float) -> bool:
        limits = self._limits
        self._tokens = min(limits.burst, self._tokens + (now - self._at) * limits.events_per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Socket(Generic[D]):
    """`data` is what `on_connect` returned; `id` is public, other than the session's id, which is a secret.
    `on_connect` may give it the id of the socket that it goes on for.

    `send_encoded` takes a message made by `gateway.packets`: held until the client has its CONNECT answer,
    then the session's own `send`, and nothing once disconnected.
    """

    __slots__ = (
        "_held",
        "_session",
        "allowance",
        "connected",
        "data",
        "id",
        "in_flight",
        "left",
        "namespace",
        "private_id",
        "recovered",
        "refusals",
        "rooms",
        "send_encoded",
    )

    data: D
    send_encoded: Callable[[Encoded], None]

    def __init__(self, namespace: Namespace[D], session: Session, limits: SocketLimits) -> None:
        self.id = token_urlsafe(15)
        self.namespace = namespace
        self.rooms: set[str] = set()
        self.connected = False
        self.left = False
        self.in_flight = 0
        self.refusals = 0
        # What the client may come back with to go on where it was (`pid`), and whether it just did.
        self.private_id: str | None = None
        self.recovered = False
        self.allowance = Allowance(limits, time.monotonic())
        self._session = session
        self._held: list[Encoded] = []
        self.send_encoded = self._hold

    @property
    def peer(self) -> Peer:
        return self._session.peer

    @property
    def transport(self) -> str:
        return self._session.transport

    def emit(self, name: str, *args: object) -> None:
        self.send_encoded(encode_event(self.namespace.name, name, *args))

    def join(self, *rooms: str) -> None:
        self.namespace.rooms.join(self, *rooms)

    def leave(self, *rooms: str) -> None:
        self.namespace.rooms.leave(self, *rooms)

    def disconnect(self, close: bool = True, reason: Reason = Reason.SERVER_CLOSE) -> None:
        """Send this client out of the namespace; it does not reconnect by itself. `close` ends its session too."""
        if self.connected:
            self.send_encoded(encode_disconnect(self.namespace.name))
            self.namespace.remove(self, reason)
        if close:
            self._session.close(reason)

    def close(self, reason: Reason) -> None:
        """End its session; the client reconnects by itself."""
        self._session.close(reason)

    def opened(self, greeting: Encoded) -> None:
        """The namespace admitted us."""
        self.connected = True
        self.send_encoded = self._session.send
        for message in (greeting, *self._held):
            self._session.send(message)
        self._held = []

    def shut(self) -> None:
        self.connected = False
        self.left = True
        self._held = []
        self.send_encoded = _discard

    def _hold(self, message: Encoded) -> None:
        self._held.append(message)
        if len(self._held) > 1_000:
            self._session.close(Reason.SLOW_CONSUMER)


class Ack(Generic[D]):
    """Answers one event, once; later answers and those to a client that left are dropped."""

    __slots__ = ("_id", "_socket", "sent")

    def __init__(self, socket: Socket[D], ack_id: int) -> None:
        self._socket = socket
        self._id = ack_id
        self.sent = False

    def __call__(self, *args: object) -> None:
        if not self.sent:
            message = encode_ack(self._socket.namespace.name, self._id, *args)
            self.sent = True
            self._socket.send_encoded(message)


def _discard(message: Encoded) -> None:
    """Where messages to a disconnected socket go."""

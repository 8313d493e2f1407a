"""A namespace: the handlers of its events, and the sockets connected to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from gateway.packets import Json
from gateway.reasons import Reason
from gateway.rooms import Rooms
from gateway.sockets import Ack, D, Socket

if TYPE_CHECKING:
    from gateway.server import SocketServer


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event that no handler saw, or whose handler failed."""

    name: str
    type: str  # too_many_requests, invalid_request, unavailable, internal_error
    message: str
    # What the refusal tells beyond its sentence.
    extra: Mapping[str, Any] = field(default_factory=dict)


OnConnect: TypeAlias = Callable[[Socket[D], dict[str, Json]], Awaitable[D]]
OnEvent: TypeAlias = Callable[[Socket[D], str, list[Json], "Ack[D] | None"], Coroutine[Any, Any, None]]
OnDisconnect: TypeAlias = Callable[[Socket[D], Reason], Coroutine[Any, Any, None]]
OnRefused: TypeAlias = Callable[[Socket[D], RefusedEvent, "Ack[D] | None"], None]


def answer_refused(socket: Socket[D], refused: RefusedEvent, ack: Ack[D] | None) -> None:
    """By acknowledgement if the client asked for one, else by the `error` event."""
    error = {"type": refused.type, "message": refused.message}
    if ack is not None:
        ack({"ok": False, "error": error})
    else:
        socket.emit("error", {"type": refused.type, "error": error})


async def _say_nothing(socket: Socket[D], reason: Reason) -> None:
    """The default `on_disconnect`."""


class Namespace(Generic[D]):
    """Handlers, rooms and sockets under one name.

    - `on_connect` returns the socket's `data`, or raises `ConnectRefused`. It may already join rooms: what is
      said there reaches the client after its CONNECT answer.
    - `on_event` calls of one socket start in the order of arrival and then run side by side. For the events named in
      `at_once` they must wait for nothing.
    - `on_disconnect` is called exactly once for every `on_connect` that returned.
    """

    def __init__(
        self,
        name: str,
        *,
        on_connect: OnConnect[D],
        on_event: OnEvent[D],
        at_once: frozenset[str] = frozenset(),
        on_disconnect: OnDisconnect[D] = _say_nothing,
        on_refused: OnRefused[D] = answer_refused,
    ) -> None:
        self.name = name
        self.on_connect = on_connect
        self.on_event = on_event
        self.at_once = at_once
        self.on_disconnect = on_disconnect
        self.on_refused = on_refused
        self.rooms: Rooms[D] = Rooms(name)
        self.sockets: dict[str, Socket[D]] = {}
        self.server: SocketServer[D]

    def add(self, socket: Socket[D]) -> None:
        """Let a socket in; the one that it goes on for, if that is still here, ends."""
        if earlier := self.sockets.get(socket.id):
            earlier.close(Reason.TRANSPORT_CLOSE)
        self.sockets[socket.id] = socket

    def remove(self, socket: Socket[D], reason: Reason) -> None:
        """Forget a socket; its `on_disconnect` follows."""
        self.rooms.leave_all(socket)
        socket.shut()
        if self.sockets.get(socket.id) is socket:
            del self.sockets[socket.id]
            self.server.start(self.on_disconnect(socket, reason))

"""What lives on a session: its sockets, and the way of each packet to its handler."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Generic

from gateway.frames import ProtocolError
from gateway.namespaces import RefusedEvent
from gateway.packets import Decoder, Json, Kind, Packet, encode_connect, encode_connect_error
from gateway.reasons import Reason
from gateway.sessions import Session
from gateway.sockets import Ack, ConnectRefused, D, Socket, TryAgain

if TYPE_CHECKING:
    from gateway.server import SocketServer

logger = logging.getLogger(__name__)


class Connection(Generic[D]):
    """The receiver of one session."""

    __slots__ = ("_attempts", "_decoder", "_leaving", "_server", "_session", "_sockets")

    def __init__(self, server: SocketServer[D], session: Session) -> None:
        self._server = server
        self._session = session
        self._sockets: dict[str, Socket[D]] = {}
        self._attempts = 0
        self._leaving = False
        self._decoder = Decoder(server.limits.attachments, server.engine.settings.max_payload)

    def give_up(self) -> None:
        """Nobody connected in time."""
        self._session.close(Reason.CONNECT_TIMEOUT)

    def going_away(self, after: float) -> None:
        """This gateway stops, and in so many seconds this client is to look for another."""
        for socket in self._sockets.values():
            socket.emit("going-away", {"after": round(after * 1000)})

    async def depart(self, within: float) -> None:
        """Take no more events, answer those that were taken if that is done within so many seconds, and close."""
        self._leaving = True
        give_up_at = asyncio.get_running_loop().time() + within
        while any(socket.in_flight for socket in self._sockets.values()):
            await asyncio.sleep(0.01)
            if asyncio.get_running_loop().time() > give_up_at:
                break
        self._session.close(Reason.GOING_AWAY)

    def received(self, message: str | bytes) -> None:
        packet = self._decoder.feed(message)
        if packet is None:
            return
        if packet.kind is Kind.CONNECT:
            self._connect(packet)
            return
        socket = self._sockets.get(packet.namespace)
        if socket is None:
            raise ProtocolError("a packet for a namespace that is not connected")
        self._route(socket, packet)

    def _route(self, socket: Socket[D], packet: Packet) -> None:
        if packet.kind is Kind.DISCONNECT:
            self._leave(socket, Reason.CLIENT_CLOSE)
        elif socket.left:
            return  # sent before our DISCONNECT reached the client
        elif not socket.connected:
            raise ProtocolError("a packet before the answer to CONNECT")
        elif packet.kind in (Kind.EVENT, Kind.BINARY_EVENT):
            self._take_event(socket, packet)

    def closed(self, reason: Reason) -> None:
        self._server.waiting.discard(self)
        sockets, self._sockets = self._sockets, {}
        for socket in sockets.values():
            socket.namespace.remove(socket, reason)

    def _leave(self, socket: Socket[D], reason: Reason) -> None:
        del self._sockets[socket.namespace.name]
        socket.namespace.remove(socket, reason)
        if not self._sockets:
            self._server.waiting.add(self)

    def _connect(self, packet: Packet) -> None:
        name = packet.namespace
        current = self._sockets.get(name)
        if current is not None and not current.left:
            raise ProtocolError("connected already")
        self._attempts += 1
        namespace = self._server.namespaces.get(name)
        if self._attempts > self._server.limits.connect_attempts:
            self._session.close(Reason.TOO_MANY_REQUESTS)
        elif namespace is None:
            self._refuse(name, ConnectRefused("Invalid namespace"))
        elif packet.flaw is not None:
            self._refuse(name, ConnectRefused("Invalid auth payload"))
        else:
            self._server.waiting.discard(self)
            socket = self._sockets[name] = Socket(namespace, self._session, self._server.limits)
            auth = packet.data if isinstance(packet.data, dict) else {}
            self._server.start(self._admit(socket, auth))

    async def _admit(self, socket: Socket[D], auth: dict[str, Json]) -> None:
        namespace = socket.namespace
        try:
            with self._server.letting_in():
                async with asyncio.timeout(self._server.limits.handler_deadline):
                    data = await namespace.on_connect(socket, auth)
        except ConnectRefused as refused:
            self._turn_away(socket, refused)
        except (TimeoutError, TryAgain):
            socket.namespace.remove(socket, Reason.UNAVAILABLE)
            self._session.close(Reason.UNAVAILABLE)
        except Exception:
            logger.exception("on_connect failed")
            self._turn_away(socket, ConnectRefused("internal error"))
        else:
            self._welcome(socket, data)

    def _welcome(self, socket: Socket[D], data: D) -> None:
        namespace = socket.namespace
        socket.data = data
        namespace.add(socket)
        if self._sockets.get(namespace.name) is socket:
            socket.opened(encode_connect(namespace.name, socket.id, socket.private_id))
        else:  # it left while on_connect was at work
            namespace.remove(socket, self._session.ended_by or Reason.CLIENT_CLOSE)

    def _turn_away(self, socket: Socket[D], refused: ConnectRefused) -> None:
        socket.namespace.remove(socket, Reason.SERVER_CLOSE)
        if self._sockets.get(socket.namespace.name) is socket:
            del self._sockets[socket.namespace.name]
            self._refuse(socket.namespace.name, refused)

    def _refuse(self, namespace: str, refused: ConnectRefused) -> None:
        self._server.engine.traffic.refused["connect"] += 1
        self._session.send(encode_connect_error(namespace, refused.message, refused.data))
        if not self._sockets:
            self._server.waiting.add(self)

    def _take_event(self, socket: Socket[D], packet: Packet) -> None:
        server = self._server
        server.engine.traffic.events_in += 1
        name, args = packet.event()
        ack = None if packet.ack_id is None else Ack(socket, packet.ack_id)
        refused = self._refusal(socket, packet, name)
        if refused is not None:
            self._refuse_event(socket, refused, ack)
            return
        socket.refusals = 0
        if name in socket.namespace.at_once and not socket.in_flight:
            self._handle_at_once(socket, name, args, ack)
        else:
            socket.in_flight += 1
            server.start(self._handle(socket, name, args, ack))

    def _refusal(self, socket: Socket[D], packet: Packet, name: str) -> RefusedEvent | None:
        limits = self._server.limits
        if self._leaving:
            return RefusedEvent(name, "unavailable", "This gateway is going away.")
        if not socket.allowance.spend(time.monotonic()):
            return RefusedEvent(name, "too_many_requests", "Too many events a second.")
        if socket.in_flight >= limits.in_flight:
            return RefusedEvent(name, "too_many_requests", "Too many events under way.")
        if packet.flaw is not None:
            return RefusedEvent(name, "invalid_request", f"The event's text is invalid: {packet.flaw}.")
        return None

    def _refuse_event(self, socket: Socket[D], refused: RefusedEvent, ack: Ack[D] | None) -> None:
        self._server.engine.traffic.refused[refused.type] += 1
        socket.refusals += 1
        if socket.refusals > self._server.limits.refusals_in_a_row:
            self._session.close(Reason.TOO_MANY_REQUESTS)
        else:
            socket.namespace.on_refused(socket, refused, ack)

    def _handle_at_once(self, socket: Socket[D], name: str, args: list[Json], ack: Ack[D] | None) -> None:
        """Without a task, which costs more than what most such handlers do."""
        handling = socket.namespace.on_event(socket, name, args, ack)
        try:
            handling.send(None)
            handling.throw(RuntimeError(f"{name} is to be handled at once, and waits"))
        except StopIteration:
            return
        except Exception:
            self._fail(socket, name, ack)

    def _fail(self, socket: Socket[D], name: str, ack: Ack[D] | None) -> None:
        logger.exception("the handler of an event failed")
        self._refuse_event(socket, RefusedEvent(name, "internal_error", "Something went wrong."), ack)

    async def _handle(self, socket: Socket[D], name: str, args: list[Json], ack: Ack[D] | None) -> None:
        """A handler that fails answers for itself alone: the socket and all others live on."""
        try:
            async with asyncio.timeout(self._server.limits.handler_deadline):
                await socket.namespace.on_event(socket, name, args, ack)
        except TimeoutError:
            self._refuse_event(socket, RefusedEvent(name, "unavailable", "No answer in time."), ack)
        except Exception:
            self._fail(socket, name, ack)
        finally:
            socket.in_flight -= 1

"""The WebSocket transport: a protocol class that uvicorn plugs in, writing ready-made frames straight to the socket."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, SERVER, Protocol
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.utils import apply_mask

from gateway.compression import OFFERED
from gateway.endpoints import Peer
from gateway.engine import EngineServer
from gateway.reasons import Reason
from gateway.refusals import Refusal, check_handshake
from gateway.sessions import Session

HIGH_WATER = 64 * 1024
# The first byte of a message in one frame, and what masking adds to the second (RFC 6455, 5.2).
WHOLE_TEXT, MASKED = 0x81, 0x80
# Where the parser waits when it has read whole frames only.
BETWEEN_FRAMES = StreamReader.at_eof.__code__
logger = logging.getLogger(__name__)
logger.setLevel(logging.WARNING)  # the sans-IO parser tells of every connection


def protocol_class(*engines: EngineServer) -> type[asyncio.Protocol]:
    """What `uvicorn.Config(ws=...)` takes; each engine is served at its own path."""
    by_path = {engine.settings.path: engine for engine in engines}
    max_payload = max(engine.settings.max_payload for engine in engines)
    return type("EngineWebSocket", (WebSocketLink,), {"engines": by_path, "max_payload": max_payload})


class WebSocketLink(asyncio.Protocol):
    engines: ClassVar[Mapping[str, EngineServer]] = {}
    max_payload: ClassVar[int]
    write: Callable[[bytes], None]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: Mapping[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._connections: set[object] = server_state.connections  # type: ignore[assignment]  # uvicorn's own classes
        self._parser: Protocol = ServerProtocol(max_size=self.max_payload, logger=logger)
        self._transport: asyncio.Transport
        self._engine: EngineServer | None = None
        self._session: Session | None = None
        self._fragments = bytearray()
        self._text = True
        self.writable = True
        self.deflates = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH_WATER)
        self.write = self._transport.write
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if self._session is not None and _is_between_messages(parser):
            data = data[self._take_plain(data) :]
            if not data:
                return
        parser.receive_data(data)
        for event in parser.events_received():
            if isinstance(event, Frame):
                self._take_frame(event)
            elif isinstance(event, Request):
                self._shake_hands(event)
        self._send_control()

    def _take_plain(self, data: bytes) -> int:
        """Take the whole text messages that `data` begins with; where the rest begins, which is for the parser.

        They are nearly all that clients send, and the parser needs five times as long for them.
        """
        start, end = 0, len(data)
        while end - start >= 6 and data[start] == WHOLE_TEXT and self._session is not None:
            size, mask = data[start + 1] - MASKED, start + 2
            if size == 126:
                size, mask = int.from_bytes(data[mask : mask + 2]), mask + 2
            elif not 0 <= size < 126:
                break
            body = mask + 4
            if size > self.max_payload or body + size > end:
                break
            start = body + size
            self._take_message(apply_mask(data[body:start], data[mask:body]), is_text=True)
        return start

    def _send_control(self) -> None:
        """Write what the parser itself has to say: the handshake, pongs, close frames."""
        for data in self._parser.data_to_send():
            if not self.writable and self._parser.state is OPEN:
                continue  # pongs for a client that does not read: it may go without (RFC 6455, 5.5.3)
            if data:
                self._transport.write(data)
            else:
                self._transport.close()
        if self._parser.parser_exc is not None or self._parser.close_rcvd is not None:
            self._leave(self._why())

    def _why(self) -> Reason:
        """Why the connection ends, as its parser has it."""
        if isinstance(self._parser.parser_exc, PayloadTooBig):
            return Reason.TOO_LARGE
        return Reason.TRANSPORT_ERROR if self._parser.parser_exc else Reason.TRANSPORT_CLOSE

    def _shake_hands(self, request: Request) -> None:
        path, _, query_string = request.path.partition("?")
        engine = self.engines.get(path)
        if engine is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        query = dict(parse_qsl(query_string[:2048]))
        refusal = check_handshake(engine, query, _header(request, "Origin"), _header(request, "Host"))
        if refusal is not None:
            engine.traffic.refused[refusal.name] += 1
            self._refuse(HTTPStatus(refusal.status), refusal)
            return
        parser = cast(ServerProtocol, self._parser)
        parser.available_extensions = OFFERED if engine.settings.compression else None
        response = parser.accept(request)
        parser.send_response(response)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._send_control()
            self.deflates = bool(parser.extensions)
            self._forget_handshake()
            self._join(engine, query.get("sid"), request)

    def _forget_handshake(self) -> None:
        """What parsed it would keep its headers for as long as the connection lives: most of what an idle one takes."""
        old = self._parser
        if not _is_between_messages(old):
            return  # a client that did not wait for our answer
        old.parser.close()  # the two hold each other
        self._parser = Protocol(SERVER, max_size=self.max_payload, logger=logger)
        self._parser.extensions = old.extensions

    def _refuse(self, status: HTTPStatus, refusal: Refusal | None = None) -> None:
        parser = cast(ServerProtocol, self._parser)
        response = parser.reject(status, refusal.body.decode() if refusal else "")
        if refusal:
            del response.headers["Content-Type"]
            response.headers.update({"Content-Type": "application/json", **refusal.headers()})
        parser.send_response(response)

    def _join(self, engine: EngineServer, session_id: str | None, request: Request) -> None:
        self._engine = engine
        if session_id is None:
            peer = Peer(_address(self._transport), _header(request, "User-Agent") or "")
            self._session = engine.open(peer, self)
            return
        session = engine.find(session_id)
        if session is not None and engine.offer(session, self):
            self._session = session
        else:  # already upgraded: as the reference server, open and close
            self.close(CloseCode.NORMAL_CLOSURE, "")

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.BINARY:
            self._text = frame.opcode is Opcode.TEXT
            if frame.fin:
                self._take_message(bytes(frame.data), self._text)
            else:
                self._fragments = bytearray(frame.data)
        elif frame.opcode is Opcode.CONT:
            self._fragments += frame.data
            if frame.fin:
                fragments, self._fragments = self._fragments, bytearray()
                self._take_message(bytes(fragments), self._text)

    def _take_message(self, data: bytes, is_text: bool) -> None:
        session = self._session
        if session is None:
            return
        try:
            packet = data.decode() if is_text else data
        except UnicodeDecodeError:
            self._parser.fail(CloseCode.INVALID_DATA, "text is not UTF-8")
            self._send_control()
            self._leave(Reason.PARSE_ERROR)
            return
        if session.link is self:
            session.receive(packet)
        elif session.probe is self:
            session.receive_from_probe(packet)

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """Close frame behind what is buffered; the socket goes when the client answers, or after the close timeout."""
        self._session = None
        if self._transport.is_closing():
            return
        if self._parser.state is OPEN:
            self._parser.send_close(code, reason)
            self._send_control()
        if self._engine is not None:
            self._engine.linger(self)

    def abort(self) -> None:
        self._transport.abort()

    def _leave(self, reason: Reason) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.link_lost(self, reason)

    def pause_writing(self) -> None:
        self.writable = False
        if self._session is not None and self._session.link is self:
            self._session.paused()

    def resume_writing(self) -> None:
        self.writable = True
        if self._session is not None and self._session.link is self:
            self._session.resumed()

    def eof_received(self) -> None:
        """Nobody can talk to us any more: let the transport close."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._engine is not None:
            self._engine.gone(self)
        self._leave(Reason.TRANSPORT_CLOSE if exc is None else Reason.TRANSPORT_ERROR)

    def shutdown(self) -> None:
        """uvicorn stops: normally the server was drained before, and nobody is left here."""
        session = self._session
        if session is not None and session.link is self:
            session.close(Reason.GOING_AWAY)
        else:
            self._transport.close()


def _is_between_messages(parser: Protocol) -> bool:
    if parser.state is not OPEN or parser.current_size is not None or parser.reader.buffer:
        return False
    waiting: Any = parser.parser  # a generator, which waits in another
    while waiting.gi_yieldfrom is not None:
        waiting = waiting.gi_yieldfrom
    return waiting.gi_code is BETWEEN_FRAMES


def _header(request: Request, name: str) -> str | None:
    return next(iter(request.headers.get_all(name)), None)


def _address(transport: asyncio.Transport) -> str:
    peername = transport.get_extra_info("peername")
    return str(peername[0]) if isinstance(peername, tuple) else ""

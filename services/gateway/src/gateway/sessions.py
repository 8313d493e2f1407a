"""One Engine.IO session: what it owes its client, on which transport, and how it ends."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.endpoints import Link, Peer, Receiver
from gateway.frames import CLOSE, NOOP, PROBE_ANSWER, Encoded, ProtocolError, join_payload
from gateway.reasons import CLOSE_CODES, LAST_WORDS, Reason

if TYPE_CHECKING:
    from gateway.engine import EngineServer

__all__ = ["Reason", "Session", "State"]


class State(StrEnum):
    OPEN = "open"
    CLOSING = "closing"  # a polling client has yet to fetch what was queued and the close packet
    CLOSED = "closed"


# Asked for with every message to every socket, and looking it up in its class takes 70 ns.
OPEN = State.OPEN


class Session:
    """Messages go to a bounded list, which the engine writes once per tick of the loop.

    Whatever is pending is either about to be flushed, or waits for the transport (a paused WebSocket, no poll).
    """

    __slots__ = (
        "_engine",
        "_pending",
        "_pending_bytes",
        "_probed",
        "ended_by",
        "id",
        "link",
        "peer",
        "poll",
        "posting",
        "probe",
        "receiver",
        "state",
    )

    def __init__(self, engine: EngineServer, session_id: str, peer: Peer, link: Link | None) -> None:
        self._engine = engine
        self._pending: list[Encoded] = []
        self._pending_bytes = 0
        self._probed = False
        self.id = session_id
        self.peer = peer
        self.link = link
        self.probe: Link | None = None
        self.poll: asyncio.Future[bytes] | None = None
        self.posting = False
        self.ended_by: Reason | None = None
        self.state = State.OPEN
        self.receiver: Receiver

    @property
    def transport(self) -> str:
        return "polling" if self.link is None else "websocket"

    @property
    def waiting(self) -> int:
        """How many messages are queued."""
        return len(self._pending)

    def send(self, message: Encoded) -> None:
        """Queue a message; a client that does not take what it is sent loses its session."""
        if self.state is not OPEN:
            return
        engine, pending = self._engine, self._pending
        if not pending:
            engine.flush_soon(self)
        pending.append(message)
        self._pending_bytes = size = self._pending_bytes + message.size
        if size > engine.max_pending_bytes or len(pending) > engine.max_pending_messages:
            self._relieve()

    def _relieve(self) -> None:
        self.flush()  # a burst within one tick is not the client's fault
        engine = self._engine
        if self._pending_bytes > engine.max_pending_bytes or len(self._pending) > engine.max_pending_messages:
            self._drop_pending(Reason.SLOW_CONSUMER)
            self.close(Reason.SLOW_CONSUMER)

    def _drop_pending(self, reason: Reason) -> None:
        if self._pending:
            self._engine.traffic.dropped[reason] += len(self._pending)
            self._clear()

    def flush(self) -> None:
        pending = self._pending
        if not pending:
            return
        link = self.link
        if link is not None:
            if link.writable:
                self._engine.traffic.messages_out += len(pending)
                if link.deflates:
                    link.write(b"".join([each.deflated for each in pending]))  # of a single one it makes no copy
                else:
                    link.write(pending[0].frame if len(pending) == 1 else b"".join([each.frame for each in pending]))
                pending.clear()
                self._pending_bytes = 0
        elif self.poll is not None:
            self.answer_poll(self._take())

    def _take(self) -> bytes:
        """Everything pending as one polling payload."""
        payload = join_payload(self._pending)
        self._engine.traffic.messages_out += len(self._pending)
        self._clear()
        return payload

    def _clear(self) -> None:
        self._pending.clear()
        self._pending_bytes = 0

    def paused(self) -> None:
        """The client reads slower than we write. One big message in the transport alone does not condemn it."""
        if self.link is not None:
            self._pending_bytes += min(self.link.buffered(), self._engine.max_pending_bytes // 2)

    def resumed(self) -> None:
        self._pending_bytes = sum(message.size for message in self._pending)
        self.flush()

    def receive(self, packet: str | bytes) -> None:
        """Take one Engine.IO packet from the session's transport."""
        if self.state is not State.OPEN:
            return
        if isinstance(packet, bytes):
            self._deliver(packet)
        elif packet.startswith("4"):
            self._deliver(packet[1:])
        elif packet == "3":
            self._engine.beat(self)
        elif packet == "1":
            self.end(Reason.CLIENT_CLOSE)
        else:
            self.close(Reason.PARSE_ERROR)

    def _deliver(self, message: str | bytes) -> None:
        try:
            self.receiver.received(message)
        except ProtocolError:
            self.close(Reason.PARSE_ERROR)

    def next_payload(self) -> bytes | None:
        """What a new GET is answered at once, if there is anything."""
        if self.state is State.CLOSING:
            self._pending.append(CLOSE)
            payload = self._take()
            self._engine.forget(self)
            return payload
        if self._pending:
            return self._take()
        return NOOP.payload if self._probed else None

    def answer_poll(self, payload: bytes) -> None:
        poll, self.poll = self.poll, None
        if poll is not None and not poll.done():
            poll.set_result(payload)

    def offer(self, probe: Link) -> bool:
        """A WebSocket wants to take over; one at a time, and only from polling."""
        if self.state is not State.OPEN or self.link is not None or self.probe is not None:
            return False
        self.probe = probe
        return True

    def receive_from_probe(self, packet: str | bytes) -> None:
        if packet == "2probe" and self.probe is not None:
            self._probed = True
            self.probe.write(PROBE_ANSWER.frame)
            self.answer_poll(NOOP.payload)  # frees the client to stop polling
        elif packet == "5" and self._probed:
            self._upgrade()
        else:
            self.drop_probe()

    def _upgrade(self) -> None:
        self.answer_poll(NOOP.payload)
        self.link, self.probe, self._probed = self.probe, None, False
        self._engine.upgraded(self)
        self.flush()

    def drop_probe(self) -> None:
        probe, self.probe, self._probed = self.probe, None, False
        if probe is not None:
            probe.close(1000, "")

    def link_lost(self, link: Link, reason: Reason) -> None:
        if link is self.link:
            self.end(reason)
        elif link is self.probe:
            self.probe, self._probed = None, False

    def close(self, reason: Reason) -> None:
        """End the session from our side; what was queued before is still delivered if the client takes it."""
        if self.state is not State.OPEN:
            return
        self.flush()
        if self.link is None and reason in LAST_WORDS and self.poll is None:
            self.state = State.CLOSING
            self._finish(reason)
            self._engine.await_last_poll(self)
        else:
            self.end(reason)

    def end(self, reason: Reason) -> None:
        """Close without waiting for anyone."""
        if self.state is not State.OPEN:
            return
        self.state = State.CLOSED
        self._drop_pending(reason)
        self.answer_poll((NOOP if reason is Reason.CLIENT_CLOSE else CLOSE).payload)
        self._engine.forget(self)
        self._finish(reason)

    def _finish(self, reason: Reason) -> None:
        self.ended_by = reason
        self._engine.ended(self, reason)
        self.drop_probe()
        if self.link is not None:
            self.link.close(CLOSE_CODES.get(reason, 1000), reason.value)
        self.receiver.closed(reason)

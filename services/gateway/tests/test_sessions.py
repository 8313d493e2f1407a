"""An Engine.IO session without sockets: what is written when, and how it ends."""

import asyncio
from dataclasses import dataclass, field

import pytest
from gateway.endpoints import Peer
from gateway.engine import EngineServer, EngineSettings
from gateway.frames import Encoded, ProtocolError
from gateway.reasons import Reason
from gateway.sessions import Session, State
from testkit.eventually import eventually

PEER = Peer("127.0.0.1", "test")
HELLO = Encoded(b"4hello")


@dataclass(eq=False)
class Wire:
    """A WebSocket that keeps what it is given."""

    writable: bool = True
    deflates: bool = False
    buffer: int = 0
    written: list[bytes] = field(default_factory=list)
    closed_with: tuple[int, str] | None = None
    aborted: bool = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def buffered(self) -> int:
        return self.buffer

    def close(self, code: int, reason: str) -> None:
        self.closed_with = (code, reason)

    def abort(self) -> None:
        self.aborted = True


@dataclass(eq=False)
class Listener:
    session: Session
    heard: list[str | bytes] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def received(self, message: str | bytes) -> None:
        if message == "broken":
            raise ProtocolError("broken")
        self.heard.append(message)

    def closed(self, reason: Reason) -> None:
        self.reasons.append(reason)


def an_engine(**settings: float) -> EngineServer:
    return EngineServer(Listener, EngineSettings(**settings))  # type: ignore[arg-type]


def listener(session: Session) -> Listener:
    assert isinstance(session.receiver, Listener)
    return session.receiver


async def a_tick() -> None:
    await asyncio.sleep(0)


async def over_websocket(engine: EngineServer) -> tuple[Session, Wire]:
    wire = Wire()
    session = engine.open(PEER, wire)
    await a_tick()
    wire.written.clear()
    return session, wire


async def over_polling(engine: EngineServer) -> Session:
    session = engine.open(PEER)
    assert session.next_payload()
    return session


def poll(session: Session) -> asyncio.Future[bytes]:
    assert session.next_payload() is None
    session.poll = asyncio.get_running_loop().create_future()
    return session.poll


async def test_messages_of_one_tick_are_written_at_once() -> None:
    session, wire = await over_websocket(an_engine())
    session.send(HELLO)
    session.send(HELLO)
    assert wire.written == []
    await a_tick()
    assert wire.written == [HELLO.frame * 2]


async def test_a_waiting_poll_gets_all_of_a_tick() -> None:
    session = await over_polling(an_engine())
    waiting = poll(session)
    session.send(HELLO)
    session.send(HELLO)
    assert await waiting == b"4hello\x1e4hello"


async def test_a_paused_client_gets_the_rest_when_it_reads_again() -> None:
    session, wire = await over_websocket(an_engine())
    wire.writable = False
    session.paused()
    session.send(HELLO)
    await a_tick()
    assert wire.written == []
    wire.writable = True
    session.resumed()
    assert wire.written == [HELLO.frame]


@pytest.mark.parametrize("settings", [{"max_pending_messages": 5}, {"max_pending_bytes": 5 * HELLO.size}])
async def test_a_client_that_does_not_read_is_closed_as_a_slow_consumer(settings: dict[str, float]) -> None:
    engine = an_engine(**settings)
    session, wire = await over_websocket(engine)
    wire.writable = False
    for _ in range(5):
        session.send(HELLO)
    assert session.state is State.OPEN
    session.send(HELLO)
    assert wire.closed_with == (1013, "slow-consumer")
    assert listener(session).reasons == [Reason.SLOW_CONSUMER]
    assert engine.traffic.dropped[Reason.SLOW_CONSUMER] == 6
    session.send(HELLO)  # to nobody
    await a_tick()
    assert wire.written == []


async def test_a_polling_client_that_does_not_come_is_closed_as_a_slow_consumer() -> None:
    engine = an_engine(max_pending_messages=5)
    session = await over_polling(engine)
    for _ in range(6):
        session.send(HELLO)
    assert listener(session).reasons == [Reason.SLOW_CONSUMER]
    assert engine.traffic.dropped[Reason.SLOW_CONSUMER] == 6
    assert session.next_payload() == b"1"
    assert engine.find(session.id) is None


async def test_what_the_transport_still_holds_counts_as_not_taken() -> None:
    session, wire = await over_websocket(an_engine(max_pending_bytes=100))
    wire.writable, wire.buffer = False, 50
    session.paused()
    session.send(Encoded(b"4" + b"x" * 60))
    assert session.ended_by is Reason.SLOW_CONSUMER


async def test_one_big_message_does_not_condemn_a_client_to_miss_the_next() -> None:
    session, wire = await over_websocket(an_engine(max_pending_bytes=1_000))
    session.send(Encoded(b"4" + b"x" * 5_000))
    await a_tick()
    wire.writable, wire.buffer = False, 5_000
    session.paused()
    session.send(HELLO)
    assert session.state is State.OPEN


async def test_a_burst_to_a_client_that_reads_is_no_fault_of_its_own() -> None:
    session, wire = await over_websocket(an_engine(max_pending_messages=5))
    for _ in range(50):
        session.send(HELLO)
    await a_tick()
    assert b"".join(wire.written) == HELLO.frame * 50


@pytest.mark.parametrize("packet", ["", "abc", "2", "0", "5", "6", "3x", "4broken"])
async def test_a_packet_that_breaks_the_protocol_closes_the_session(packet: str) -> None:
    session, wire = await over_websocket(an_engine())
    session.receive(packet)
    assert wire.closed_with == (1002, "parse-error")
    assert session.id not in session._engine.sessions


async def test_text_and_bytes_reach_the_receiver() -> None:
    session, _ = await over_websocket(an_engine())
    session.receive("4hello")
    session.receive(b"\x01")
    assert listener(session).heard == ["hello", b"\x01"]


async def test_a_client_that_answers_pings_stays_and_one_that_does_not_goes() -> None:
    engine = an_engine(ping_interval=0.02, ping_timeout=0.1)
    lively, wire = await over_websocket(engine)
    silent, silent_wire = await over_websocket(engine)

    def answer() -> bool:
        if wire.written:
            wire.written.clear()
            lively.receive("3")
        return silent.state is State.CLOSED

    await eventually(answer)
    assert listener(silent).reasons == [Reason.PING_TIMEOUT]
    assert silent_wire.written == [b"\x81\x012"]
    assert lively.state is State.OPEN
    lively.end(Reason.CLIENT_CLOSE)


async def test_polling_becomes_a_websocket_without_losing_a_message() -> None:
    session = await over_polling(an_engine())
    waiting, wire = poll(session), Wire()
    assert session.offer(wire)
    session.receive_from_probe("2probe")
    assert wire.written == [b"\x81\x063probe"]
    assert await waiting == b"6"
    assert session.next_payload() == b"6"
    session.send(HELLO)
    await a_tick()
    session.receive_from_probe("5")
    assert session.transport == "websocket"
    assert wire.written[1:] == [HELLO.frame]
    assert not session.offer(Wire())


@pytest.mark.parametrize("packet", ["5", "4hello", "2", "", b"\x01"])
async def test_a_probe_that_does_not_follow_the_rules_is_dropped_and_polling_goes_on(packet: str | bytes) -> None:
    session = await over_polling(an_engine())
    wire = Wire()
    assert session.offer(wire)
    session.receive_from_probe(packet)
    assert wire.closed_with == (1000, "")
    assert session.transport == "polling"
    assert session.offer(Wire())


async def test_a_probe_that_takes_too_long_is_dropped() -> None:
    engine = an_engine(upgrade_timeout=0.01)
    session = await over_polling(engine)
    wire = Wire()
    assert engine.offer(session, wire)
    await eventually(lambda: wire.closed_with)
    assert session.state is State.OPEN


async def test_a_lost_probe_leaves_the_session_polling() -> None:
    session = await over_polling(an_engine())
    wire = Wire()
    session.offer(wire)
    session.receive_from_probe("2probe")
    session.link_lost(wire, Reason.TRANSPORT_CLOSE)
    assert session.state is State.OPEN
    assert session.next_payload() is None


async def test_closing_writes_what_was_queued_first() -> None:
    session, wire = await over_websocket(an_engine())
    session.send(HELLO)
    session.close(Reason.SERVER_CLOSE)
    assert wire.written == [HELLO.frame]
    assert wire.closed_with == (1000, "server-close")
    assert listener(session).reasons == [Reason.SERVER_CLOSE]


async def test_a_polling_client_fetches_its_last_messages_after_the_close() -> None:
    engine = an_engine()
    session = await over_polling(engine)
    session.send(HELLO)
    session.close(Reason.SERVER_CLOSE)
    assert engine.find(session.id) is session
    assert session.next_payload() == b"4hello\x1e1"
    assert engine.find(session.id) is None


async def test_a_polling_client_that_never_fetches_them_is_forgotten() -> None:
    engine = an_engine(close_timeout=0.01)
    session = await over_polling(engine)
    session.close(Reason.SERVER_CLOSE)
    await eventually(lambda: not engine.sessions)


async def test_a_client_that_closes_frees_its_poll() -> None:
    session = await over_polling(an_engine())
    waiting = poll(session)
    session.receive("1")
    assert await waiting == b"6"
    assert session.ended_by is Reason.CLIENT_CLOSE


async def test_connections_are_counted_by_transport() -> None:
    engine = an_engine()
    polling, (_, wire) = await over_polling(engine), await over_websocket(engine)
    assert dict(engine.traffic.connections) == {"polling": 1, "websocket": 1}
    upgrade = Wire()
    engine.offer(polling, upgrade)
    polling.receive_from_probe("2probe")
    polling.receive_from_probe("5")
    assert dict(engine.traffic.connections) == {"polling": 0, "websocket": 2}
    for session in list(engine.sessions.values()):
        session.end(Reason.TRANSPORT_CLOSE)
    assert dict(engine.traffic.connections) == {"polling": 0, "websocket": 0}
    assert engine.traffic.closed[Reason.TRANSPORT_CLOSE] == 2
    assert wire.closed_with is not None


async def test_draining_sends_everybody_away_and_takes_nobody_in() -> None:
    engine = an_engine()
    session, wire = await over_websocket(engine)
    polling = await over_polling(engine)
    waiting = poll(polling)
    await asyncio.wait_for(engine.drain(5), 1)
    assert wire.closed_with == (1001, "going-away")
    assert await waiting == b"1"
    assert engine.is_full
    assert listener(session).reasons == [Reason.GOING_AWAY]


async def test_draining_gives_up_on_a_polling_client_that_does_not_come() -> None:
    engine = an_engine()
    await over_polling(engine)
    await asyncio.wait_for(engine.drain(0.05), 1)
    assert not engine.sessions

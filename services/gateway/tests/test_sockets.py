"""The Socket.IO layer on a session: connecting, events, refusals and leaving."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from gateway.endpoints import Peer
from gateway.engine import EngineSettings
from gateway.namespaces import Namespace, OnEvent
from gateway.packets import Json
from gateway.reasons import Reason
from gateway.server import SocketServer
from gateway.sessions import Session, State
from gateway.sockets import Ack, ConnectRefused, Socket, SocketLimits, TryAgain
from testkit.eventually import eventually


@dataclass
class Stage:
    """A server whose handlers do what a test sets, and one client that talks to it by polling."""

    connect: Callable[[Socket[str], dict[str, Json]], Awaitable[str]]
    handle: OnEvent[str]
    limits: SocketLimits = field(default_factory=SocketLimits)
    at_once: frozenset[str] = frozenset()
    left: list[tuple[str, Reason]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.namespace: Namespace[str] = Namespace(
            "/", on_connect=self.connect, on_event=self.handle, at_once=self.at_once, on_disconnect=self._left
        )
        self.server = SocketServer([self.namespace], EngineSettings(), self.limits)
        self.session: Session = self.server.engine.open(Peer("", ""))
        self.session.next_payload()

    async def _left(self, socket: Socket[str], reason: Reason) -> None:
        self.left.append((socket.data, reason))

    def say(self, *messages: str | bytes) -> None:
        for message in messages:
            self.session.receive("4" + message if isinstance(message, str) else message)

    def hear(self) -> list[str]:
        """All that the client was told until now."""
        self.said += (self.session.next_payload() or b"").decode().split("\x1e")
        self.said = [each for each in self.said if each]
        return self.said

    async def joined(self) -> Socket[str]:
        self.say('0{"token":"alice"}')
        await eventually(lambda: any(each.startswith("40{") for each in self.hear()))
        self.said.clear()
        return next(iter(self.namespace.sockets.values()))


async def by_token(socket: Socket[str], auth: dict[str, Json]) -> str:
    token = auth.get("token")
    if not isinstance(token, str):
        raise ConnectRefused("unauthenticated", {"type": "unauthenticated"})
    return token


async def answer(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
    if ack is not None:
        ack(name, *args)
        ack("a second answer")


def a_stage(limits: SocketLimits | None = None) -> Stage:
    return Stage(by_token, answer, limits or SocketLimits())


async def test_a_socket_carries_what_on_connect_returned_and_an_id_of_its_own() -> None:
    stage = a_stage()
    socket = await stage.joined()
    assert socket.data == "alice"
    assert socket.id != stage.session.id
    assert stage.namespace.sockets == {socket.id: socket}


async def test_a_refused_connect_says_why_and_may_be_tried_again() -> None:
    stage = a_stage()
    stage.say("0")
    await eventually(stage.hear)
    assert stage.said == ['44{"message":"unauthenticated","data":{"type":"unauthenticated"}}']
    assert stage.namespace.sockets == {}
    stage.said.clear()
    await stage.joined()


async def test_an_unknown_namespace_is_refused() -> None:
    stage = a_stage()
    stage.say("0/random")
    assert stage.hear() == ['44/random,{"message":"Invalid namespace"}']


async def test_a_failing_on_connect_refuses_without_telling_why(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(socket: Socket[str], auth: dict[str, Json]) -> str:
        socket.join("room")
        raise ValueError("secret")

    stage = Stage(fail, answer)
    stage.say("0")
    await eventually(stage.hear)
    assert stage.said == ['44{"message":"internal error"}']
    assert "room" not in stage.namespace.rooms
    assert "secret" in caplog.text


async def test_what_a_room_says_during_on_connect_comes_after_the_connect_answer() -> None:
    async def join_and_speak(socket: Socket[str], auth: dict[str, Json]) -> str:
        socket.join("room")
        socket.namespace.rooms.broadcast("room", "hello")
        return "alice"

    stage = Stage(join_and_speak, answer)
    stage.say("0")
    await eventually(lambda: len(stage.hear()) == 2)
    assert stage.said[0].startswith('40{"sid":')
    assert stage.said[1] == '42["hello"]'


async def test_nobody_who_does_not_connect_stays() -> None:
    stage = a_stage(SocketLimits(connect_within=0.01))
    await eventually(lambda: stage.session.ended_by is Reason.CONNECT_TIMEOUT)


async def test_connecting_again_and_again_in_vain_ends_the_session() -> None:
    stage = a_stage(SocketLimits(connect_attempts=3))
    for _ in range(4):
        stage.say("0/random")
    assert stage.session.ended_by is Reason.TOO_MANY_REQUESTS


async def test_an_event_is_acknowledged_once() -> None:
    stage = a_stage()
    await stage.joined()
    stage.say('27["hello",1]')
    await eventually(stage.hear)
    assert stage.said == ['437["hello",1]']


async def test_events_are_started_in_the_order_of_arrival() -> None:
    started: list[Json] = []

    async def note(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        started.append(args[0])
        await asyncio.sleep(0)

    stage = Stage(by_token, note)
    await stage.joined()
    stage.say(*(f'2["event",{number}]' for number in range(50)))
    await eventually(lambda: started == list(range(50)))


async def test_a_failing_handler_answers_for_itself_and_the_socket_stays_usable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail_once(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        if name == "fail":
            raise ValueError("secret")
        await answer(socket, name, args, ack)

    stage = Stage(by_token, fail_once)
    await stage.joined()
    stage.say('21["fail"]', '22["work"]')
    await eventually(lambda: len(stage.hear()) == 2)
    assert '431[{"ok":false,"error":{"type":"internal_error","message":"Something went wrong."}}]' in stage.said
    assert '432["work"]' in stage.said
    assert "secret" in caplog.text


async def test_a_handler_that_takes_too_long_is_stopped_and_answered_for() -> None:
    async def hang(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        await asyncio.Event().wait()

    stage = Stage(by_token, hang, SocketLimits(handler_deadline=0.01))
    socket = await stage.joined()
    stage.say('2["hang"]')
    await eventually(stage.hear)
    assert stage.said == [
        '42["error",{"type":"unavailable","error":{"type":"unavailable","message":"No answer in time."}}]'
    ]
    assert socket.in_flight == 0


async def test_too_many_events_a_second_are_refused_by_ack_or_by_the_error_event() -> None:
    stage = a_stage(SocketLimits(burst=2, events_per_second=0.001))
    await stage.joined()
    stage.say('21["a"]', '22["b"]', '23["c"]', '2["d"]')
    await eventually(lambda: len(stage.hear()) == 4)
    error = '{"type":"too_many_requests","message":"Too many events a second."}'
    assert f'433[{{"ok":false,"error":{error}}}]' in stage.said
    assert f'42["error",{{"type":"too_many_requests","error":{error}}}]' in stage.said
    assert stage.server.engine.traffic.refused["too_many_requests"] == 2


async def test_one_that_goes_on_all_the_same_is_closed() -> None:
    stage = a_stage(SocketLimits(burst=1, events_per_second=0.001, refusals_in_a_row=5))
    await stage.joined()
    stage.say(*['2["a"]'] * 7)
    assert stage.session.ended_by is Reason.TOO_MANY_REQUESTS


async def test_the_allowance_comes_back_with_time() -> None:
    stage = a_stage(SocketLimits(burst=1, events_per_second=200))
    await stage.joined()
    stage.say('21["a"]')
    await eventually(lambda: '431["a"]' in stage.hear())

    def again() -> bool:
        stage.say('22["b"]')
        return '432["b"]' in stage.hear()

    await eventually(again)


async def test_too_many_events_under_way_are_refused() -> None:
    gate = asyncio.Event()

    async def wait(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        await gate.wait()
        await answer(socket, name, args, ack)

    stage = Stage(by_token, wait, SocketLimits(in_flight=2))
    await stage.joined()
    stage.say('21["a"]', '22["b"]', '23["c"]')
    assert len(stage.hear()) == 1
    assert stage.said[0].startswith("433")
    gate.set()
    await eventually(lambda: len(stage.hear()) == 3)


async def test_text_that_cannot_be_kept_is_refused_and_the_socket_stays_usable() -> None:
    stage = a_stage()
    await stage.joined()
    stage.say(r'21["message:send",{"content":"\ud83d"}]', '22["fine"]')
    await eventually(lambda: len(stage.hear()) == 2)
    assert stage.said[0].startswith('431[{"ok":false,"error":{"type":"invalid_request"')
    assert stage.said[1] == '432["fine"]'


@pytest.mark.parametrize("message", ["abc", '2["a"', "0", '2/other,["a"]', "2{}"])
async def test_what_breaks_the_protocol_ends_the_session(message: str) -> None:
    stage = a_stage()
    await stage.joined()
    stage.say(message)
    assert stage.session.ended_by is Reason.PARSE_ERROR
    await eventually(lambda: stage.left == [("alice", Reason.PARSE_ERROR)])


async def test_an_event_before_connect_ends_the_session() -> None:
    stage = a_stage()
    stage.say('2["a"]')
    assert stage.session.ended_by is Reason.PARSE_ERROR


async def test_a_client_that_disconnects_leaves_its_rooms_and_keeps_its_session() -> None:
    stage = a_stage()
    socket = await stage.joined()
    socket.join("room")
    stage.say("1")
    assert "room" not in stage.namespace.rooms
    assert stage.session.state is State.OPEN
    await eventually(lambda: stage.left == [("alice", Reason.CLIENT_CLOSE)])
    socket.emit("to nobody")
    assert stage.hear() == []
    await stage.joined()


async def test_a_socket_sent_out_of_its_namespace_is_told() -> None:
    stage = a_stage()
    socket = await stage.joined()
    socket.disconnect(close=False)
    stage.say('2["still on its way"]')
    assert stage.hear() == ["41"]
    assert stage.session.state is State.OPEN
    await eventually(lambda: stage.left == [("alice", Reason.SERVER_CLOSE)])


async def test_a_socket_may_be_disconnected_with_its_session() -> None:
    stage = a_stage()
    socket = await stage.joined()
    socket.disconnect()
    assert stage.hear() == ["41", "1"]


async def test_every_on_connect_that_returned_has_its_on_disconnect() -> None:
    gate = asyncio.Event()

    async def wait(socket: Socket[str], auth: dict[str, Json]) -> str:
        await gate.wait()
        socket.join("room")
        return "late"

    stage = Stage(wait, answer)
    stage.say("0")
    await asyncio.sleep(0)
    stage.session.end(Reason.TRANSPORT_CLOSE)
    assert stage.left == []
    gate.set()
    await eventually(lambda: stage.left == [("late", Reason.TRANSPORT_CLOSE)])
    assert (stage.namespace.sockets, len(stage.namespace.rooms)) == ({}, 0)


async def test_draining_lets_handlers_answer_and_refuses_new_events() -> None:
    gate = asyncio.Event()

    async def wait(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        await gate.wait()
        await answer(socket, name, args, ack)

    stage = Stage(by_token, wait)
    await stage.joined()
    stage.say('21["under way"]')
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.server.drain(5))
        await eventually(lambda: stage.server.engine.draining)
        stage.say('22["too late"]')
        gate.set()
        await eventually(lambda: "1" in stage.hear())
    assert '431["under way"]' in stage.said
    assert any(each.startswith('432[{"ok":false,"error":{"type":"unavailable"') for each in stage.said)
    assert stage.left == [("alice", Reason.GOING_AWAY)]


async def test_everybody_is_told_when_their_turn_to_go_comes_and_is_served_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.server.DEPARTURES_A_SECOND", 20)
    stage = a_stage()
    others = [stage.server.engine.open(Peer("", "")) for _ in range(19)]
    for session in (stage.session, *others):
        session.receive('40{"token":"alice"}')
    await eventually(lambda: len(stage.namespace.sockets) == 20)
    async with asyncio.TaskGroup() as group:
        group.create_task(stage.server.drain(8))
        await eventually(lambda: len(stage.left) >= 5)
        staying = [session for session in others if session.state is State.OPEN]
        last = staying[-1]
        last.next_payload()
        last.receive('421["still here"]')
        await eventually(lambda: '431["still here"]' in (last.next_payload() or b"").decode())
        assert 0 < len(staying) < 19
        for session in (stage.session, *others):
            await eventually(lambda session=session: session.state is not State.OPEN)
            told = (session.next_payload() or b"").decode()
            assert '42["going-away",{"after":' in told or session is last
    assert {reason for _, reason in stage.left} == {Reason.GOING_AWAY}


async def test_while_too_many_are_let_in_others_are_asked_to_come_back() -> None:
    gate = asyncio.Event()

    async def wait(socket: Socket[str], auth: dict[str, Json]) -> str:
        await gate.wait()
        return "late"

    stage = Stage(wait, answer, SocketLimits(admitting=1))
    assert not stage.server.engine.is_full
    stage.say("0")
    await eventually(lambda: stage.server.engine.is_full)
    gate.set()
    await eventually(lambda: stage.namespace.sockets)
    assert not stage.server.engine.is_full


async def test_a_client_that_nobody_can_judge_just_now_comes_back_by_itself() -> None:
    async def cannot_tell(socket: Socket[str], auth: dict[str, Json]) -> str:
        socket.join("room")
        raise TryAgain

    stage = Stage(cannot_tell, answer)
    stage.say("0")
    await eventually(lambda: stage.session.ended_by is Reason.UNAVAILABLE)
    assert not any(each.startswith("44") for each in stage.hear())
    assert "room" not in stage.namespace.rooms


async def test_draining_does_not_wait_for_ever() -> None:
    async def hang(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        await asyncio.Event().wait()

    stage = Stage(by_token, hang)
    await stage.joined()
    stage.say('21["hang"]')
    await asyncio.sleep(0)
    await asyncio.wait_for(stage.server.drain(0.1), 1)
    assert not stage.server._tasks


async def test_an_event_that_waits_for_nothing_is_answered_at_once() -> None:
    stage = Stage(by_token, answer, at_once=frozenset({"quick"}))
    await stage.joined()
    stage.say('21["quick",1]', '22["other",2]')
    assert stage.hear() == ['431["quick",1]']
    await eventually(lambda: stage.hear() == ['431["quick",1]', '432["other",2]'])


async def test_events_start_in_order_though_the_later_could_be_handled_at_once() -> None:
    begun: list[str] = []
    may_end = asyncio.Event()

    async def note(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        begun.append(name)
        if name == "slow":
            await may_end.wait()

    stage = Stage(by_token, note, at_once=frozenset({"quick"}))
    socket = await stage.joined()
    stage.say('2["slow"]', '2["quick"]')
    assert begun == []
    await eventually(lambda: begun == ["slow", "quick"])
    may_end.set()
    await eventually(lambda: not socket.in_flight)
    stage.say('2["quick"]')
    assert begun[2:] == ["quick"]


@pytest.mark.parametrize("name", ["failing", "waiting"])
async def test_a_handler_at_once_that_fails_or_waits_answers_for_itself_alone(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(socket: Socket[str], name: str, args: list[Json], ack: Ack[str] | None) -> None:
        if name == "failing":
            raise ValueError("secret")
        if name == "waiting":
            await asyncio.get_running_loop().create_future()
        await answer(socket, name, args, ack)

    stage = Stage(by_token, fail, at_once=frozenset({"failing", "waiting", "quick"}))
    socket = await stage.joined()
    stage.say(f'21["{name}"]', '22["quick"]')
    refusal = '{"ok":false,"error":{"type":"internal_error","message":"Something went wrong."}}'
    assert stage.hear() == [f"431[{refusal}]", '432["quick"]']
    assert socket.connected
    assert ("secret" if name == "failing" else "is to be handled at once, and waits") in caplog.text

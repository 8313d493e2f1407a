"""Rooms: who hears what, and how often."""

import asyncio

import pytest
from gateway.endpoints import Peer
from gateway.frames import Encoded
from gateway.namespaces import Namespace
from gateway.packets import Json
from gateway.rooms import Rooms
from gateway.server import SocketServer
from gateway.sessions import Session
from gateway.sockets import Ack, Socket, SocketLimits


async def accept(socket: Socket[None], auth: dict[str, Json]) -> None:
    """Anybody may come."""


async def ignore(socket: Socket[None], name: str, args: list[Json], ack: Ack[None] | None) -> None:
    """No event matters here."""


class Ear:
    """A socket, and what was sent to it."""

    def __init__(self, namespace: Namespace[None], server: SocketServer[None]) -> None:
        self.session = Session(server.engine, "session", Peer("", ""), None)
        self.socket = Socket(namespace, self.session, SocketLimits())
        self.heard: list[Encoded] = []
        self.socket.send_encoded = self.heard.append


@pytest.fixture
async def ears() -> list[Ear]:
    namespace = Namespace("/", on_connect=accept, on_event=ignore)
    server = SocketServer([namespace])
    return [Ear(namespace, server) for _ in range(3)]


def rooms_of(ears: list[Ear]) -> Rooms[None]:
    return ears[0].socket.namespace.rooms


async def test_a_message_is_encoded_once_for_the_whole_room(ears: list[Ear]) -> None:
    for ear in ears:
        ear.socket.join("room")
    assert rooms_of(ears).broadcast("room", "hello", 1) == 3
    assert ears[0].heard == ears[1].heard == ears[2].heard
    assert ears[0].heard[0].payload == b'42["hello",1]'


async def test_the_skipped_socket_and_strangers_hear_nothing(ears: list[Ear]) -> None:
    alice, bob, stranger = ears
    alice.socket.join("room")
    bob.socket.join("room")
    assert rooms_of(ears).broadcast("room", "hello", skip=alice.socket) == 1
    assert (len(alice.heard), len(bob.heard), len(stranger.heard)) == (0, 1, 0)


async def test_somebody_in_several_rooms_hears_once(ears: list[Ear]) -> None:
    alice, bob, _ = ears
    alice.socket.join("one", "two")
    bob.socket.join("two")
    assert rooms_of(ears).broadcast_many(["one", "two", "three"], "hello") == 2
    assert (len(alice.heard), len(bob.heard)) == (1, 1)


async def test_an_empty_room_is_no_room(ears: list[Ear]) -> None:
    alice = ears[0].socket
    rooms = rooms_of(ears)
    alice.join("one", "two")
    assert "one" in rooms
    alice.leave("one")
    assert "one" not in rooms
    assert rooms.broadcast("one", "hello") == 0
    rooms.leave_all(alice)
    assert (len(rooms), alice.rooms) == (0, set())


async def test_a_socket_that_left_joins_nothing_more(ears: list[Ear]) -> None:
    ears[0].socket.shut()
    ears[0].socket.join("room")
    assert "room" not in rooms_of(ears)


async def test_a_socket_that_is_dropped_in_the_middle_of_a_broadcast_disturbs_nobody(ears: list[Ear]) -> None:
    for ear in ears:
        ear.socket.join("room")
        ear.socket.send_encoded = lambda _, ear=ear: rooms_of(ears).leave_all(ear.socket)  # type: ignore[misc]
    assert rooms_of(ears).broadcast("room", "hello") == 3
    assert "room" not in rooms_of(ears)
    await asyncio.sleep(0)

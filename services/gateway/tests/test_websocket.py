"""The WebSocket transport, over real sockets and with a client that is not ours."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeAlias

import pytest
from gateway import conformance
from gateway.engine import EngineServer, EngineSettings
from gateway.namespaces import Namespace
from gateway.origins import OriginRule
from gateway.packets import Json
from gateway.reasons import Reason
from gateway.server import SocketServer
from gateway.sockets import Ack, Socket
from gateway.websocket import protocol_class
from testkit.eventually import eventually
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close, Frame, Opcode

Listen: TypeAlias = Callable[[EngineServer], AbstractAsyncContextManager[str]]
PATH = "/socket.io/?EIO=4&transport=websocket"


async def join(socket: Socket[None], auth: dict[str, Json]) -> None:
    socket.join("room")


async def answer(socket: Socket[None], name: str, args: list[Json], ack: Ack[None] | None) -> None:
    if name == "tell":
        socket.namespace.rooms.broadcast("room", "told", *args, skip=socket)
    if ack is not None:
        ack(*args)


def a_server(settings: EngineSettings | None = None) -> SocketServer[None]:
    return SocketServer([Namespace("/", on_connect=join, on_event=answer)], settings)


@asynccontextmanager
async def a_client(address: str) -> AsyncIterator[ClientConnection]:
    """Somebody who is connected to the namespace."""
    async with connect(f"ws://{address}{PATH}", compression=None) as client:
        assert str(await client.recv()).startswith("0{")
        await client.send("40")
        assert str(await client.recv()).startswith('40{"sid":')
        yield client


async def closing(client: ClientConnection) -> Close:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(client.recv(), 5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd


async def test_a_client_is_greeted_connects_and_is_answered(listen: Listen) -> None:
    async with listen(a_server().engine) as address, connect(f"ws://{address}{PATH}") as client:
        greeting = json.loads(str(await client.recv())[1:])
        assert greeting == {
            "sid": greeting["sid"],
            "upgrades": [],
            "pingInterval": 25_000,
            "pingTimeout": 20_000,
            "maxPayload": 1_000_000,
        }
        await client.send('40{"token":"x"}')
        assert str(await client.recv()).startswith("40{")
        await client.send('421["hello","wörld"]')
        assert await client.recv() == '431["wörld"]'


@pytest.mark.parametrize("size", [10, 200, 70_000])
async def test_a_broadcast_reaches_all_others_whatever_its_length(listen: Listen, size: int) -> None:
    text = "x" * size
    async with listen(a_server().engine) as address, a_client(address) as alice, a_client(address) as bob:
        await alice.send(f'42["tell","{text}"]')
        await alice.send('421["done"]')
        assert await bob.recv() == f'42["told","{text}"]'
        assert await alice.recv() == "431[]"


async def test_attachments_go_both_ways(listen: Listen) -> None:
    async with listen(a_server().engine) as address, a_client(address) as client:
        await client.send('451-7["echo",{"_placeholder":true,"num":0}]')
        await client.send(b"\x00\x01\xff")
        assert await client.recv() == '461-7[{"_placeholder":true,"num":0}]'
        assert await client.recv() == b"\x00\x01\xff"


async def test_a_fragmented_message_is_one_message(listen: Listen) -> None:
    async with listen(a_server().engine) as address, a_client(address) as client:
        await client.send(['421["echo",', '"in ', 'parts"]'])
        assert await client.recv() == '431["in parts"]'


async def test_a_websocket_ping_is_answered(listen: Listen) -> None:
    async with listen(a_server().engine) as address, a_client(address) as client:
        await asyncio.wait_for(await client.ping(), 5)


async def test_a_message_over_the_limit_closes_with_1009(listen: Listen) -> None:
    server = a_server(EngineSettings(max_payload=1_000))
    async with listen(server.engine) as address, a_client(address) as client:
        await client.send("4" + "x" * 1_000)
        assert (await closing(client)).code == 1009
        assert server.engine.traffic.closed == {"too-large": 1}


async def test_fragments_over_the_limit_close_with_1009(listen: Listen) -> None:
    async with listen(a_server(EngineSettings(max_payload=1_000)).engine) as address, a_client(address) as client:
        await client.send(["4" + "x" * 600, "x" * 600])
        assert (await closing(client)).code == 1009


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (masked(Opcode.TEXT, b"4\xff\xfe"), 1007),
        (masked(Opcode.TEXT, b"4\xc3", fin=False) + masked(Opcode.CONT, b"\x28"), 1007),
        (b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + b"x" * 126, 1002),  # a ping may carry 125 bytes
        (masked(Opcode.CONT, b"alone"), 1002),
        (b"\xc1\x81\x00\x00\x00\x004", 1002),  # compressed, which nobody agreed to
        (masked(Opcode.TEXT, b"4abc"), 1002),
        (masked(Opcode.TEXT, b"2probe"), 1002),
        (masked(Opcode.TEXT, b"1"), 1000),
    ],
)
async def test_what_breaks_a_protocol_closes_the_socket_with_its_code(listen: Listen, data: bytes, code: int) -> None:
    server = a_server()
    async with listen(server.engine) as address, a_client(address) as client:
        client.transport.write(data)
        assert (await closing(client)).code == code
        await eventually(lambda: not server.engine.sessions)


async def test_an_unmasked_frame_closes_the_socket(listen: Listen) -> None:
    async with listen(a_server().engine) as address, a_client(address) as client:
        client.transport.write(Frame(Opcode.TEXT, b"2").serialize(mask=False))
        assert (await closing(client)).code == 1002


HANDSHAKE = (
    f"GET {PATH} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()


class Ear(asyncio.Transport):
    """A connection that a test speaks into; what it is answered is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str | bytes] = []

    def is_closing(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> None: ...
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def received(self, message: str | bytes) -> None:
        self.heard.append(message)

    def closed(self, reason: Reason) -> None: ...


STREAM = (
    masked(Opcode.TEXT, b"4short"),
    masked(Opcode.TEXT, b"4" + b"long" * 50),
    masked(Opcode.BINARY, b"\x81\x82bytes"),
    masked(Opcode.TEXT, b"4in ", fin=False),
    masked(Opcode.PING, b"between"),
    masked(Opcode.CONT, b"parts"),
    b"\x81\xfe\x00\x05\x00\x00\x00\x004wide",  # a length written longer than it need be
    masked(Opcode.PONG, b""),
    b"\x81\xff\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x004wider",
    masked(Opcode.TEXT, "4wörld".encode()) * 3,
)


async def test_however_a_stream_is_cut_the_same_messages_are_heard() -> None:
    ears: list[Ear] = []
    link_class = protocol_class(EngineServer(lambda session: ears[-1]))
    whole = b"".join(STREAM)
    for size in range(1, len(whole) + 1):
        ears.append(Ear())
        link = link_class(Config(app=""), ServerState(), {})  # type: ignore[call-arg]
        link.connection_made(ears[-1])
        link.data_received(HANDSHAKE)
        for start in range(0, len(whole), size):
            link.data_received(whole[start : start + size])
        link.connection_lost(None)
    words = ["short", "long" * 50, b"\x81\x82bytes", "in parts", "wide", "wider", *["wörld"] * 3]
    assert [ear.heard for ear in ears] == [words] * len(whole)


@pytest.mark.parametrize("early", [0, 1, 2, 3, 8])
async def test_a_client_that_does_not_wait_for_the_handshake_is_heard(early: int) -> None:
    link = protocol_class(a_server().engine)
    made = lambda: link(Config(app=""), ServerState(), {})  # type: ignore[call-arg]  # noqa: E731
    packet = masked(Opcode.TEXT, b"40")
    async with asyncio.timeout(5), await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(HANDSHAKE + packet[:early])
        await reader.readuntil(b'"sid"')
        writer.write(packet[early:])
        await reader.readuntil(b'40{"sid"')
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/other/?EIO=4&transport=websocket", 404, b""),
        ("/socket.io/?EIO=3&transport=websocket", 400, b'{"code":5,"message":"Unsupported protocol version"}'),
        ("/socket.io/?transport=websocket", 400, b'{"code":5,"message":"Unsupported protocol version"}'),
        ("/socket.io/?EIO=4", 400, b'{"code":0,"message":"Transport unknown"}'),
        ("/socket.io/?EIO=4&transport=polling", 400, b'{"code":3,"message":"Bad request"}'),
        ("/socket.io/?EIO=4&transport=websocket&sid=unknown", 400, b'{"code":1,"message":"Session ID unknown"}'),
    ],
)
async def test_a_handshake_that_is_not_ours_is_refused(listen: Listen, path: str, status: int, body: bytes) -> None:
    async with listen(a_server().engine) as address:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}{path}")
    assert (refused.value.response.status_code, refused.value.response.body) == (status, body)


async def test_a_page_of_another_origin_opens_no_socket(listen: Listen) -> None:
    settings = EngineSettings(origins=OriginRule(frozenset({"https://app.example.com"})))
    async with listen(a_server(settings).engine) as address:
        for origin in ("https://app.example.com", f"http://{address}"):
            async with connect(f"ws://{address}{PATH}", additional_headers={"Origin": origin}):
                pass
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}{PATH}", additional_headers={"Origin": "https://evil.example.com"})
    assert refused.value.response.status_code == 403


async def test_a_full_server_says_so(listen: Listen) -> None:
    async with listen(a_server(EngineSettings(max_sessions=1)).engine) as address, a_client(address):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}{PATH}")
    assert refused.value.response.status_code == 503


async def test_a_client_that_vanishes_is_noticed(listen: Listen) -> None:
    server = a_server()
    async with listen(server.engine) as address, a_client(address) as client:
        client.transport.abort()
        await eventually(lambda: not server.engine.sessions)
    assert server.engine.traffic.closed.total() == 1


async def test_a_client_that_reads_nothing_is_dropped_and_others_are_served(listen: Listen) -> None:
    server = a_server(EngineSettings(max_pending_bytes=100_000, close_timeout=0.1))
    namespace = server.namespaces["/"]
    async with listen(server.engine) as address, a_client(address) as reader:
        stuck = await asyncio.to_thread(_connect_and_never_read, address)
        await eventually(lambda: len(namespace.sockets) == 2)
        rounds = 0

        async def tell_until_it_is_dropped() -> bool:
            nonlocal rounds
            rounds += 1
            namespace.rooms.broadcast("room", "told", "x" * 50_000)
            await reader.recv()
            return len(namespace.sockets) == 1

        await eventually(tell_until_it_is_dropped, within=20)
        assert server.engine.traffic.closed[Reason.SLOW_CONSUMER] == 1
        await eventually(lambda: not len(server.engine._lingering))
        stuck.close()


async def test_a_client_that_reads_on_in_time_gets_what_was_written_and_the_reason(listen: Listen) -> None:
    server = a_server(EngineSettings(max_pending_bytes=100_000, close_timeout=60))
    rooms = server.namespaces["/"].rooms
    async with listen(server.engine) as address, a_client(address) as client:
        told = 0

        async def tell_until_it_is_too_slow() -> bool:
            nonlocal told
            told += rooms.broadcast("room", "told", told, "x" * 50_000)
            return Reason.SLOW_CONSUMER in server.engine.traffic.closed

        await eventually(tell_until_it_is_too_slow, within=20)
        heard: list[int] = []
        with suppress(ConnectionClosed):
            while True:
                heard.append(json.loads(str(await client.recv())[2:])[1])
    assert heard == [*range(len(heard))]
    assert len(heard) == told - server.engine.traffic.dropped[Reason.SLOW_CONSUMER]
    assert (client.close_code, client.close_reason) == (1013, "slow-consumer")


def _connect_and_never_read(address: str) -> sockets.socket:
    host, port = address.split(":")
    client = sockets.create_connection((host, int(port)), timeout=5)
    client.sendall(
        f"GET {PATH} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    client.recv(1024)
    client.sendall(masked(Opcode.TEXT, b"40"))
    return client


async def test_draining_closes_with_going_away_and_no_disconnect_packet(listen: Listen) -> None:
    server = a_server()
    async with listen(server.engine) as address, a_client(address) as client:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.drain(5))
            assert await client.recv() == '42["going-away",{"after":0}]'
            close = await closing(client)
        assert (close.code, close.reason) == (1001, "going-away")
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{address}{PATH}")
        assert refused.value.response.status_code == 503
        assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 5


async def test_a_server_that_stops_without_draining_says_going_away_too(listen: Listen) -> None:
    async with listen(a_server().engine) as address:
        client = await connect(f"ws://{address}{PATH}")
        await client.recv()
    assert (await closing(client)).code == 1001


async def test_the_conformance_server_greets_with_the_auth_payload(listen: Listen) -> None:
    async with listen(conformance.socket_server().engine) as address, connect(f"ws://{address}{PATH}") as client:
        assert '"pingInterval":300,"pingTimeout":200' in str(await client.recv())
        await client.send('40/custom,{"token":"abc"}')
        assert str(await client.recv()).startswith("40/custom,")
        assert await client.recv() == '42/custom,["auth",{"token":"abc"}]'
        await client.send('42/custom,7["message-with-ack",1]')
        assert await client.recv() == "43/custom,7[1]"

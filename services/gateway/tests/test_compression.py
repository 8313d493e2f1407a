"""Compressed messages: agreed on or not, made once for all, and no way around the limits."""

import asyncio
import os
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from gateway.compression import WORTHWHILE
from gateway.engine import EngineServer, EngineSettings
from gateway.frames import PING, Encoded, RawBinary
from gateway.namespaces import Namespace
from gateway.packets import Json
from gateway.server import SocketServer
from gateway.sockets import Ack, Socket
from testkit import eventually
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode

Listen = Callable[[EngineServer], AbstractAsyncContextManager[str]]
PATH = "/socket.io/?EIO=4&transport=websocket"
LONG = "many times the same words " * 100
RSV1 = 0x40


async def join(socket: Socket[None], auth: dict[str, Json]) -> None:
    socket.join("room")


async def tell(socket: Socket[None], name: str, args: list[Json], ack: Ack[None] | None) -> None:
    socket.namespace.rooms.broadcast("room", name, *args)


def a_server(compression: bool = True, max_payload: int = 1_000_000) -> SocketServer[None]:
    settings = EngineSettings(compression=compression, max_payload=max_payload)
    return SocketServer([Namespace("/", on_connect=join, on_event=tell)], settings)


@asynccontextmanager
async def a_client(address: str, *offers: ClientPerMessageDeflateFactory) -> AsyncIterator[ClientConnection]:
    """Somebody in the room, who offers compression in these ways and in no other."""
    async with connect(f"ws://{address}{PATH}", compression=None, extensions=offers or None) as client:
        await client.recv()
        await client.send("40")
        assert str(await client.recv()).startswith("40{")
        yield client


def deflate(**parameters: int) -> ClientPerMessageDeflateFactory:
    return ClientPerMessageDeflateFactory(**parameters)  # type: ignore[arg-type]


def agreed(client: ClientConnection) -> list[str]:
    return [f"{extension!r}" for extension in client.protocol.extensions]


def is_compressed(frame: bytes) -> bool:
    return bool(frame[0] & RSV1)


def compressed(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """A client's frame whose message, or the part of it, is compressed."""
    agreement = PerMessageDeflate(True, True, 15, 15)
    return Frame(opcode, data, fin).serialize(mask=True, extensions=[agreement])


async def closed_with(client: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await asyncio.wait_for(client.recv(), 10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_only_what_is_long_and_gets_shorter_is_compressed() -> None:
    assert is_compressed(Encoded(b"x" * WORTHWHILE).deflated)
    assert is_compressed(RawBinary(b"x" * WORTHWHILE).deflated)
    for message in (PING, Encoded(b"x" * (WORTHWHILE - 1)), RawBinary(os.urandom(2 * WORTHWHILE))):
        assert message.deflated == message.frame


def test_a_message_is_compressed_once() -> None:
    message = Encoded(LONG.encode())
    assert message.deflated is message.deflated
    assert len(message.deflated) < message.size / 10


def test_each_attachment_is_a_message_of_its_own() -> None:
    noise = os.urandom(2_000)
    message = Encoded(b"452-[]", (noise, b"\0" * 2_000))
    plain, zeros = message.deflated[: 8 + 4 + 2_000], message.deflated[8 + 4 + 2_000 :]
    assert plain == message.frame[: 8 + 4 + 2_000]
    assert is_compressed(zeros)
    assert zlib.decompressobj(wbits=-15).decompress(zeros[2:]) == b"\0" * 2_000


async def test_it_is_off_unless_it_is_turned_on(listen: Listen) -> None:
    async with listen(a_server(compression=False).engine) as address, a_client(address, deflate()) as client:
        assert agreed(client) == []
        await client.send(f'42["told","{LONG}"]')
        assert await client.recv() == f'42["told","{LONG}"]'


async def test_neither_side_keeps_a_context(listen: Listen) -> None:
    async with listen(a_server().engine) as address, a_client(address, deflate()) as client:
        (agreement,) = agreed(client)
        assert "remote_no_context_takeover=True, local_no_context_takeover=True" in agreement


async def test_a_client_with_a_window_of_its_own_is_declined_unless_it_offers_another_way(listen: Listen) -> None:
    small = deflate(server_max_window_bits=10)
    async with listen(a_server().engine) as address:
        async with a_client(address, small) as client:
            assert agreed(client) == []
            await client.send(f'42["told","{LONG}"]')
            assert await client.recv() == f'42["told","{LONG}"]'
        async with a_client(address, deflate(client_max_window_bits=9)) as client:
            assert len(agreed(client)) == 1
            for text in ("short", LONG):
                await client.send(f'42["told","{text}"]')
                assert await client.recv() == f'42["told","{text}"]'


async def test_everybody_in_a_room_hears_the_same_compressed_or_not_with_or_without_attachments(listen: Listen) -> None:
    async with (
        listen(a_server().engine) as address,
        a_client(address, deflate()) as alice,
        a_client(address, deflate()) as bob,
        a_client(address) as carol,
    ):
        assert [len(agreed(client)) for client in (alice, bob, carol)] == [1, 1, 0]
        head = '452-["told",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'
        picture, sound = os.urandom(3_000), b"la" * 3_000
        for speaker in (alice, carol):
            await speaker.send('42["told","short"]')
            await speaker.send([head[:20], head[20:]])
            await speaker.send(picture)
            await speaker.send([sound[:10], sound[10:]])
            await speaker.send(f'42["told","{LONG}"]')
            for listener in (alice, bob, carol):
                assert await listener.recv() == '42["told","short"]'
                assert await listener.recv() == head
                assert [await listener.recv(), await listener.recv()] == [picture, sound]
                assert await listener.recv() == f'42["told","{LONG}"]'


async def test_two_sockets_are_written_the_same_bytes(listen: Listen) -> None:
    server = a_server()
    async with listen(server.engine) as address, a_client(address, deflate()), a_client(address, deflate()):
        written: list[bytes] = []
        for session in server.engine.sessions.values():
            assert session.link is not None
            session.link.write = written.append  # type: ignore[method-assign]
        server.namespaces["/"].rooms.broadcast("room", "told", LONG)
        await eventually(lambda: len(written) == 2)
        assert written[0] is written[1]
        assert is_compressed(written[0])


@pytest.mark.parametrize("fin", [True, False])
async def test_what_grows_over_the_limit_is_not_unpacked(listen: Listen, fin: bool) -> None:
    server = a_server(max_payload=100_000)
    bomb = compressed(Opcode.TEXT, b"4" + b"\0" * 50_000_000, fin=fin)
    assert len(bomb) < 100_000
    async with listen(server.engine) as address, a_client(address, deflate()) as client:
        client.transport.write(bomb)
        assert await closed_with(client) == 1009
        await eventually(lambda: not server.engine.sessions)


async def test_parts_that_grow_over_the_limit_together_are_not_unpacked(listen: Listen) -> None:
    agreement = PerMessageDeflate(True, True, 15, 15)
    parts = [(Opcode.TEXT, b"4" + b"\0" * 60_000), (Opcode.CONT, b"\0" * 60_000)]
    async with (
        listen(a_server(max_payload=100_000).engine) as address, a_client(address, deflate()) as client
    ):  # fmt: skip
        for opcode, data in parts:
            client.transport.write(Frame(opcode, data, fin=False).serialize(mask=True, extensions=[agreement]))
        assert await closed_with(client) == 1009


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x84\0\0\0\0\xff\xff\xff\xff",  # no deflate stream
        b"\xc9\x80\0\0\0\0",  # a ping is never compressed
        b"\xa1\x81\0\0\0\x004",  # a bit that nobody agreed on
    ],
)
async def test_what_is_not_as_agreed_closes_with_1002(listen: Listen, data: bytes) -> None:
    async with listen(a_server().engine) as address, a_client(address, deflate()) as client:
        client.transport.write(data)
        assert await closed_with(client) == 1002

"""Uploads as some clients write them: without a length, after `100 Continue`, one behind another on one connection."""

import asyncio

import aiohttp
from aiohttp import web
from test_uploads import CHUNK, counting
from testkit import eventually
from ways import UPLOAD_LIMIT, Way
from yarl import URL

HEAD = "POST /api/files HTTP/1.1\r\nHost: x\r\n"
WITHIN = 5


async def connected(way: Way) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = URL(way.url)
    return await asyncio.open_connection(url.host, url.port)


async def answered(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    async with asyncio.timeout(WITHIN):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        lengths = [line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
    return int(head.split()[1]), body


async def test_a_body_without_a_length_that_breaks_off_is_never_taken_for_whole(way: Way) -> None:
    outcomes: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        try:
            told = await counting(request)
        except (asyncio.CancelledError, ConnectionError, aiohttp.ClientError, aiohttp.http.HttpProcessingError):
            outcomes.append("broken")
            raise
        outcomes.append("whole")
        return told

    way.answer = answer
    _, writer = await connected(way)
    writer.write(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{len(CHUNK):x}\r\n".encode() + CHUNK + b"\r\n")
    await eventually(lambda: way.asked)
    assert "Content-Length" not in way.asked[0].headers
    writer.close()
    await eventually(lambda: outcomes)
    assert outcomes == ["broken"]


async def test_who_asks_whether_to_go_on_is_told_when_somebody_takes_it(way: Way) -> None:
    way.answer = counting
    reader, writer = await connected(way)
    writer.write(f"{HEAD}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n".encode())
    assert (await answered(reader))[0] == 100
    writer.write(b"said")
    assert await answered(reader) == (200, b'{"size": 4}')
    assert "Expect" not in way.asked[0].headers
    writer.close()


async def test_what_is_too_large_is_not_asked_for(way: Way) -> None:
    reader, writer = await connected(way)
    writer.write(f"{HEAD}Expect: 100-continue\r\nContent-Length: {UPLOAD_LIMIT + 1}\r\n\r\n".encode())
    assert (await answered(reader))[0] == 413
    assert way.asked == []
    writer.close()


async def test_what_comes_behind_an_upload_waits_for_its_end(way: Way) -> None:
    way.answer = counting
    reader, writer = await connected(way)
    one = f"{HEAD}Content-Length: {len(CHUNK)}\r\n\r\n".encode() + CHUNK
    writer.write(one + one[:-1])
    assert await answered(reader) == (200, b'{"size": 65536}')
    writer.write(CHUNK[-1:])
    assert await answered(reader) == (200, b'{"size": 65536}')
    assert len(way.asked) == 2
    writer.close()

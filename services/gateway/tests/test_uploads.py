"""Files go through as a stream: as large as they may be, as slowly as they come, and no longer than they are wanted."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web
from gateway.uploads import is_upload
from testkit import eventually
from ways import DEADLINE, LIMIT, UPLOAD_LIMIT, UPLOADS, Way
from yarl import URL

PAUSE = DEADLINE / 6
CHUNK = b"x" * 65_536


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/files", True),
        ("POST", "/api/files/0190/versions", True),
        ("POST", "/api/files/tus", True),
        ("PATCH", "/api/files/tus/0190", True),
        ("GET", "/api/files", False),
        ("PATCH", "/api/files/0190", False),
        ("POST", "/api/files/direct", False),
        ("POST", "/api/files/0190/versions/2/restore", False),
        ("POST", "/api/channels/files", False),
        ("POST", "/api/filesystem", False),
    ],
)
def test_only_what_carries_a_file_is_an_upload(method: str, path: str, expected: bool) -> None:
    assert is_upload({"type": "http", "method": method, "path": path}) is expected


async def test_a_file_may_be_larger_than_any_other_request(way: Way) -> None:
    way.answer = counting
    _, body = await way.ask("POST", "/api/files", data=io.BytesIO(b"x" * (20 * LIMIT)))
    assert json.loads(body) == {"size": 20 * LIMIT}
    assert way.asked[0].headers["Content-Length"] == str(20 * LIMIT)
    assert await way.refused("PATCH", "/api/files/1", data=io.BytesIO(b"x" * (LIMIT + 1))) == (413, "too_large")


async def test_a_file_beyond_the_limit_is_refused_before_it_is_read(way: Way) -> None:
    reader, writer = await asyncio.open_connection(URL(way.url).host, URL(way.url).port)
    writer.write(f"POST /api/files HTTP/1.1\r\nHost: x\r\nContent-Length: {UPLOAD_LIMIT + 1}\r\n\r\nx".encode())
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert way.asked == []


async def test_an_upload_may_take_longer_than_the_deadline_if_something_comes(way: Way) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield CHUNK
            await asyncio.sleep(PAUSE)

    way.answer = counting
    _, body = await way.ask("POST", "/api/files", data=slowly())
    assert json.loads(body) == {"size": 8 * len(CHUNK)}


async def test_an_upload_that_pauses_is_given_up_and_its_owner_told(way: Way) -> None:
    cancelled = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        try:
            return await counting(request)
        except (asyncio.CancelledError, ConnectionError):
            cancelled.set()
            raise

    async def stalled() -> AsyncIterator[bytes]:
        yield CHUNK
        await asyncio.sleep(30)

    way.answer = answer
    assert await way.refused("POST", "/api/files", data=stalled()) == (408, "too_slow")
    await asyncio.wait_for(cancelled.wait(), 5)


async def test_an_owner_that_takes_nothing_more_is_unavailable(way: Way) -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return await counting(request)

    way.answer = answer
    assert await way.refused("POST", "/api/files", data=io.BytesIO(b"x" * (20 * LIMIT))) == (503, "unavailable")


async def test_a_slow_owner_slows_the_client_down(way: Way) -> None:
    """So that nothing piles up in the gateway."""
    sent = 0
    go_on = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await asyncio.wait_for(go_on.wait(), 5)
        return await counting(request)

    async def upload() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(600):
            yield CHUNK
            sent += len(CHUNK)

    way.answer = answer
    asking = asyncio.create_task(way.ask("POST", "/api/files", data=upload()))
    await eventually(lambda: way.asked)
    before = -1
    while sent != before:
        before = sent
        await asyncio.sleep(0.1)
    assert sent < 600 * len(CHUNK) / 2
    go_on.set()
    assert json.loads((await asking)[1]) == {"size": 600 * len(CHUNK)}


async def test_a_refusal_comes_back_while_the_file_is_still_being_sent(way: Way) -> None:
    refused = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"type": "quota"}, status=507, content_type="application/problem+json")

    async def upload() -> AsyncIterator[bytes]:
        yield CHUNK
        with suppress(TimeoutError):
            await asyncio.wait_for(refused.wait(), 5)

    way.answer = answer
    async with way.http.post(f"{way.url}/api/files", data=upload()) as got:
        refused.set()
        assert (got.status, (await got.json(content_type=None))["type"]) == (507, "quota")
    way.answer = None
    await asyncio.gather(*(way.ask("POST", "/api/messages", data=b"{}") for _ in range(5)))
    assert way.bodies == [b"{}"] * 5  # and nothing of what was left of the file


async def test_a_client_that_leaves_in_the_middle_takes_its_upload_along(way: Way) -> None:
    ended = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        try:
            return await counting(request)
        except (asyncio.CancelledError, ConnectionError, aiohttp.ClientError):
            ended.set()
            raise

    way.answer = answer
    url = URL(way.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /api/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + CHUNK)
    await eventually(lambda: way.asked)
    writer.transport.abort()
    await asyncio.wait_for(ended.wait(), DEADLINE * 0.8)


async def test_uploads_leave_room_for_other_requests(way: Way) -> None:
    go_on = asyncio.Event()

    async def upload() -> AsyncIterator[bytes]:
        yield CHUNK
        await go_on.wait()

    way.answer = counting
    uploads = [asyncio.create_task(way.ask("POST", "/api/files", data=upload())) for _ in range(UPLOADS)]
    await eventually(lambda: len(way.asked) == UPLOADS)
    assert await way.refused("POST", "/api/files", data=b"x") == (503, "unavailable")
    assert (await way.ask("POST", "/api/messages", data=b"{}"))[0].status == 200
    go_on.set()
    assert [answer.status for answer, _ in await asyncio.gather(*uploads)] == [200, 200]
    assert (await way.ask("POST", "/api/files", data=b"x"))[0].status == 200


async def counting(request: web.Request) -> web.Response:
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
    return web.json_response({"size": size})

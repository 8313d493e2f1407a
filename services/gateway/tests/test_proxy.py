"""Requests reach the service that owns their path, and no other; its answers come back as they are."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from testkit import Issuer, eventually
from uuid_utils.compat import uuid7
from ways import DEADLINE, LIMIT, Way
from yarl import URL

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_a_request_comes_to_its_owner_as_it_was_written(way: Way) -> None:
    path = "/api/channels/a%20b%C3%A9/messages?search=a%2Fb+c&x=%zz&limit=1"
    answer, body = await way.ask("POST", path, data=b'{"content":"hi"}')
    assert answer.status == 200
    assert json.loads(body) == {"path": path}
    assert way.bodies == [b'{"content":"hi"}']
    assert way.asked[0].method == "POST"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_every_method_is_passed_on(way: Way, method: str) -> None:
    answer, _ = await way.ask(method, "/api/channels")
    assert (answer.status, way.asked[0].method) == (200, method)


async def test_a_head_request_is_answered_without_a_body(way: Way) -> None:
    answer, body = await way.ask("HEAD", "/api/channels")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/../internal/messages",
        "/api/%2e%2e/internal/messages",
        "/api/channels/../../internal/messages",
        "/api/channels/..%2f..%2finternal/messages",
        "/api/channels/%2e%2e/%2e%2e/internal/messages",
        "/api/channels/./x",
        "/api/channels//x",
        "/api/channels/",
        "/api//internal/messages",
        "/api/internal/messages",
        "/api/",
        "/api/unknown",
        "/api/api/channels",
        "/internal/messages",
        "//internal/messages",
        "/channels",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_path_that_nobody_owns_or_that_could_mean_another_reaches_nobody(
    way: Way, method: str, path: str
) -> None:
    assert await way.refused(method, path) == (404, "not_found")
    assert way.asked == []


async def test_a_path_with_dots_that_a_client_does_not_tidy_reaches_nobody(way: Way) -> None:
    url = URL(way.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /api/channels/../../internal/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    async with asyncio.timeout(5):
        assert b" 404 " in await reader.readline()
    writer.close()
    assert way.asked == []


async def test_headers_of_one_connection_end_at_the_gateway(way: Way) -> None:
    headers = {"Connection": "keep-alive, X-Secret", "X-Secret": "1", "Keep-Alive": "5", "TE": "gzip", "X-Mine": "2"}
    await way.ask("GET", "/api/channels", headers=headers)
    got = way.asked[0].headers
    assert got["X-Mine"] == "2"
    assert not {"X-Secret", "Keep-Alive", "TE"} & set(got)


async def test_where_a_request_comes_from_is_for_the_gateway_to_say(way: Way) -> None:
    lies = {"Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6", "X-Forwarded-Host": "evil"}
    await way.ask("GET", "/api/channels", headers=lies)
    got = way.asked[0].headers
    assert got.getall("X-Forwarded-For") == ["127.0.0.1"]
    assert got["X-Forwarded-Proto"] == "http"
    assert not set(lies) & set(got)


async def test_one_trace_goes_through_to_the_owner_and_back(way: Way) -> None:
    answer, _ = await way.ask("GET", "/api/channels", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    assert way.asked[0].headers["traceparent"].split("-")[1] == TRACE
    assert answer.headers.getall("X-Trace-Id") == [TRACE]


async def test_an_answer_comes_back_as_it_is_and_is_not_cached(way: Way) -> None:
    async def answer(_: web.Request) -> web.Response:
        headers = {"Connection": "X-Gone", "X-Gone": "1", "X-Kept": "2", "Server": "secret", "X-Trace-Id": "other"}
        response = web.Response(status=409, body=b'{"type":"taken"}', content_type="application/problem+json")
        response.headers.update(headers)
        response.headers.add("Set-Cookie", "a=1")
        response.headers.add("Set-Cookie", "b=2")
        return response

    way.answer = answer
    got, body = await way.ask("POST", "/api/channels")
    assert (got.status, body, got.content_type) == (409, b'{"type":"taken"}', "application/problem+json")
    assert got.headers["Cache-Control"] == "private, no-store"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["X-Kept"] == "2"
    assert got.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert "X-Gone" not in got.headers
    assert got.headers.get("Server") != "secret"
    assert len(got.headers.getall("X-Trace-Id")) == 1


async def test_what_the_owner_says_of_caching_counts_and_its_address_stays_inside(way: Way) -> None:
    async def answer(_: web.Request) -> web.Response:
        headers = {"Cache-Control": "max-age=60", "Location": f"{way.owner}/api/messages/1?x=2"}
        return web.Response(status=307, headers=headers)

    way.answer = answer
    got, _ = await way.ask("GET", "/api/channels")
    assert (got.status, got.headers["Cache-Control"]) == (307, "max-age=60")
    assert got.headers["Location"] == "/api/messages/1?x=2"


async def test_a_download_streams_through_before_it_has_ended(way: Way) -> None:
    go_on = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"begin")
        await go_on.wait()
        for _ in range(64):
            await response.write(b"x" * 65_536)
        return response

    way.answer = answer
    async with way.http.get(f"{way.url}/api/channels") as got:
        assert await got.content.readexactly(5) == b"begin"
        go_on.set()
        assert len(await got.content.read()) == 64 * 65_536


async def test_an_upload_streams_through_before_it_has_ended(way: Way) -> None:
    arrived = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        size = len(await request.content.readany())
        arrived.set()
        size += len(await request.content.read())
        return web.json_response({"size": size})

    async def upload() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await asyncio.wait_for(arrived.wait(), 5)
        yield b"x" * 500_000

    way.answer = answer
    _, body = await way.ask("POST", "/api/channels", data=upload())
    assert json.loads(body) == {"size": 501_000}


async def test_a_body_over_the_limit_is_refused_before_it_is_read(way: Way) -> None:
    assert await way.refused("POST", "/api/channels", data=b"x" * (LIMIT + 1)) == (413, "too_large")
    assert way.asked == []


async def test_a_body_that_grows_over_the_limit_is_refused_while_it_is_read(way: Way) -> None:
    async def upload() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 65_536

    assert await way.refused("POST", "/api/channels", data=upload()) == (413, "too_large")


async def test_an_owner_that_does_not_answer_in_time_is_unavailable(way: Way) -> None:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        raise AssertionError("was to be cancelled")

    way.answer = answer
    got, body = await way.ask("GET", "/api/channels")
    assert (got.status, json.loads(body)["type"], got.headers["Retry-After"]) == (503, "unavailable", "1")


async def test_an_owner_that_is_down_is_unavailable(way: Way) -> None:
    got, body = await way.ask("POST", "/api/auth/login", json={})
    assert (got.status, json.loads(body)["type"], got.headers["Retry-After"]) == (503, "unavailable", "1")


async def test_a_slow_download_goes_on_past_the_deadline_as_long_as_something_comes(way: Way) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await response.write(b"x")
            await asyncio.sleep(DEADLINE / 6)
        return response

    way.answer = answer
    _, body = await way.ask("GET", "/api/channels")
    assert body == b"x" * 8


@pytest.mark.parametrize("head", [b"GET", b"POST"])
async def test_a_client_that_leaves_takes_its_request_along(way: Way, head: bytes) -> None:
    cancelled = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await request.content.read()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError("was to be cancelled")

    way.answer = answer
    url = URL(way.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    body = b"\r\n" if head == b"GET" else b"Content-Length: 2\r\n\r\n{}"
    writer.write(head + b" /api/channels HTTP/1.1\r\nHost: x\r\n" + body)
    await eventually(lambda: way.asked)
    writer.transport.abort()
    await asyncio.wait_for(cancelled.wait(), DEADLINE * 0.8)


async def test_a_client_that_leaves_in_the_middle_of_its_upload_harms_nobody(way: Way) -> None:
    url = URL(way.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"POST /api/channels HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{")
    await eventually(lambda: way.asked)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()
    assert (await way.ask("GET", "/api/messages"))[0].status == 200


async def test_an_ended_sessions_tokens_ask_for_nothing_more(way: Way, tokens: Issuer) -> None:
    session_id = str(uuid7())
    way.revocations.add(session_id)
    ended = tokens.bearer(session_id=session_id)
    assert await way.refused("GET", "/api/channels", headers=ended) == (401, "unauthenticated")
    assert (await way.ask("GET", "/api/channels", headers=tokens.bearer()))[0].status == 200
    for odd in ("Bearer", "Bearer a.b", "Bearer a.!!.c", "Bearer a.W10.c", "x"):
        assert (await way.ask("GET", "/api/channels", headers={"Authorization": odd}))[0].status == 200
    assert len(way.asked) == 6

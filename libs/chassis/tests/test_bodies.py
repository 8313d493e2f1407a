"""Size limits: by what is declared and by what comes."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest


async def pieces(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"x" * 1_000


async def test_a_body_within_the_limit_is_read(api) -> None:
    assert (await api.post("/size", data=b"x" * 10_000)).body == 10_000
    assert (await api.post("/size", data=pieces(10))).body == 10_000


@pytest.mark.parametrize("path", ["/size", "/drafts"])
async def test_a_body_that_declares_too_much_is_refused_unread(api, path: str) -> None:
    answer = await asyncio.wait_for(raw(api.url, path, b"Content-Length: 10001", b""), 5)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type":"too_large"' in answer


@pytest.mark.parametrize("path", ["/size", "/drafts"])
async def test_a_body_that_declares_nothing_is_refused_when_it_grows_too_large(api, path: str) -> None:
    chunk = b"3e8\r\n" + b"x" * 1_000 + b"\r\n"
    head = b"Transfer-Encoding: chunked\r\nContent-Type: application/json"
    answer = await asyncio.wait_for(raw(api.url, path, head, chunk * 11), 5)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"type":"too_large"' in answer


@pytest.mark.parametrize("length", [b"-1", b"9" * 5_000, b"one", b"1, 2"])
async def test_a_length_that_is_none_is_refused(api, length: bytes) -> None:
    answer = await asyncio.wait_for(raw(api.url, "/size", b"Content-Length: " + length, b"x"), 5)
    assert answer.split(b" ")[1] in (b"400", b"413")


async def test_one_route_may_take_more_than_the_others(api) -> None:
    assert (await api.post("/large/size", data=b"x" * 20_000)).body == 20_000
    answer = await asyncio.wait_for(raw(api.url, "/large/size", b"Content-Length: 20001", b""), 5)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"20,000 bytes" in answer


async def test_the_service_goes_on_after_refusals(api) -> None:
    await raw(api.url, "/size", b"Content-Length: 10001", b"")
    assert (await api.post("/size", data=b"x")).body == 1


async def raw(url: str, path: str, head: bytes, body: bytes) -> bytes:
    """Send a request byte for byte; the beginning of what comes back."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    try:
        writer.write(f"POST {path} HTTP/1.1\r\nHost: toy\r\n".encode() + head + b"\r\n\r\n" + body)
        await writer.drain()
        answer = await reader.readuntil(b"\r\n\r\n")
        return answer + await reader.read(1_000)
    finally:
        writer.close()

"""Asking clamd: only a clear OK is clean, whatever else it says or does."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from files.clamd import Scanner, ScannerGone, TooLarge
from parcels import VIRUS

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@asynccontextmanager
async def clamd(answer: Answering) -> AsyncIterator[Scanner]:
    """A scanner that is asked and answers like that."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield Scanner(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")


def saying(text: bytes) -> Answering:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"zINSTREAM\0")
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            await reader.readexactly(size)
        writer.write(text)
        await writer.drain()

    return answer


async def test_the_real_scanner_knows_the_test_virus_wherever_it_is_cut(clamd_url: str) -> None:
    scanner = Scanner(clamd_url)
    assert (await scanner.scan(pieces(b"nothing ", b"to see"))).is_clean
    assert (await scanner.scan(pieces())).is_clean
    for cut in (0, 1, 40, len(VIRUS)):
        verdict = await scanner.scan(pieces(VIRUS[:cut], VIRUS[cut:]))
        assert not verdict.is_clean
        assert "Eicar" in str(verdict.found) or "EICAR" in str(verdict.found)
    assert "ClamAV" in await scanner.signatures()


def wrapped(body: bytes, times: int) -> bytes:
    for _ in range(times):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.zip", body)
        body = held.getvalue()
    return body


def crowded(entries: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number in range(entries):
            archive.writestr(str(number), str(number))
    return held.getvalue()


async def test_an_archive_is_looked_into_and_what_goes_beyond_the_limits_counts_as_infected(clamd_url: str) -> None:
    scanner = Scanner(clamd_url)
    assert (await scanner.scan(pieces(wrapped(b"words", 3)))).is_clean
    assert (await scanner.scan(pieces(crowded(200)))).is_clean
    for body in (wrapped(VIRUS, 1), wrapped(VIRUS, 5), wrapped(b"words", 20), crowded(10_100)):
        assert not (await scanner.scan(pieces(body))).is_clean


@pytest.mark.parametrize(
    "text",
    [
        b"stream: ERROR\0", b"\0", b"OK\0", b"stream: OK FOUND ERROR\0", b"stream: not OK\0", b"stream: OK", b"",
        b"stream: OK\n\0x", b"x" * 10_000 + b"\0", b"UNKNOWN COMMAND\0",
    ],
)  # fmt: skip
async def test_whatever_is_no_clear_answer_is_no_verdict(text: bytes) -> None:
    async with clamd(saying(text)) as scanner:
        if text == b"stream: OK\n\0x":
            assert (await scanner.scan(pieces(b"said"))).is_clean
            return
        with pytest.raises(ScannerGone):
            await scanner.scan(pieces(b"said"))


async def test_a_find_is_named() -> None:
    async with clamd(saying(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")) as scanner:
        assert (await scanner.scan(pieces(b"said"))).found == "Win.Test.EICAR_HDB-1"


async def test_a_stream_that_is_too_large_is_said_to_be_though_the_scanner_hangs_up() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1_000)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()

    async with clamd(hang_up) as scanner:
        with pytest.raises((TooLarge, ScannerGone)):
            await scanner.scan(pieces(*[bytes(200_000)] * 50))
    async with clamd(saying(b"INSTREAM size limit exceeded. ERROR\0")) as scanner:
        with pytest.raises(TooLarge):
            await scanner.scan(pieces(b"said"))


async def test_a_scanner_that_hangs_up_or_is_away_has_said_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def leave(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(20)

    async def freeze(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with clamd(leave) as scanner:
        with pytest.raises(ScannerGone):
            await scanner.scan(pieces(*[bytes(200_000)] * 50))
    with pytest.raises(ScannerGone):
        await Scanner("tcp://127.0.0.1:1").scan(pieces(b"said"))
    monkeypatch.setattr("files.clamd.VERDICT_DEADLINE", 0.2)
    async with clamd(freeze) as scanner:
        with pytest.raises(ScannerGone):
            await scanner.scan(pieces(b"said"))


@pytest.mark.parametrize("url", ["", "127.0.0.1:3310", "http://127.0.0.1:3310", "tcp://127.0.0.1"])
def test_an_address_that_names_no_scanner_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="tcp://"):
        Scanner(url)

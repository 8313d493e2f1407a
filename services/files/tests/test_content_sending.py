"""Bytes go out for as long as somebody listens and may have them, and what was sent is counted exactly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from files.content import sending
from files.content.sending import Sending
from files.objects import StoreGone

CHUNKS = [b"0123", b"4567", b"89"]


class Listener:
    """Who asked: hears what is sent, and leaves after so many chunks."""

    def __init__(self, stays: int = 100) -> None:
        self.heard: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self._stays = stays

    async def send(self, message: Any) -> None:
        self.heard.append(message)
        if len(self.bodies) >= self._stays:
            self.left.set()
            await asyncio.sleep(60)  # until it is noticed

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    @property
    def bodies(self) -> list[bytes]:
        return [message["body"] for message in self.heard if message.get("body")]

    @property
    def is_told_all(self) -> bool:
        return bool(self.heard) and self.heard[-1] == {"type": "http.response.body", "body": b""}


class Source:
    """The store's answer, which may break off."""

    def __init__(self, breaks_after: int = 100, waits: float = 0.0) -> None:
        self._breaks_after, self._waits = breaks_after, waits
        self.is_closed = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        await asyncio.sleep(self._waits)
        try:
            yield self
        finally:
            self.is_closed = True

    async def chunks(self) -> AsyncIterator[bytes]:
        for number, chunk in enumerate(CHUNKS):
            if number >= self._breaks_after:
                raise StoreGone("gone")
            yield chunk


class Rights:
    def __init__(self, *, admits: bool = True, holds: bool = True) -> None:
        self.admits, self.is_held = admits, holds
        self.settled: list[int] = []

    async def admit(self) -> None:
        if not self.admits:
            raise LookupError

    async def holds(self) -> bool:
        return self.is_held

    async def settle(self, sent: int) -> None:
        self.settled.append(sent)


async def sent(source: Source, rights: Rights, listener: Listener) -> None:
    answer = Sending(200, {}, source.open, admit=rights.admit, holds=rights.holds, settle=rights.settle)
    async with asyncio.timeout(30):
        await answer({"type": "http"}, listener.receive, listener.send)


async def test_everything_is_sent_and_counted() -> None:
    source, rights, listener = Source(), Rights(), Listener()
    await sent(source, rights, listener)
    assert (b"".join(listener.bodies), listener.is_told_all, rights.settled) == (b"0123456789", True, [10])
    assert source.is_closed


async def test_nothing_is_sent_to_whom_it_is_refused() -> None:
    source, rights, listener = Source(), Rights(admits=False), Listener()
    with pytest.raises(LookupError):
        await sent(source, rights, listener)
    assert (listener.heard, rights.settled, source.is_closed) == ([], [], True)


async def test_whoever_leaves_is_counted_for_what_went_out_before() -> None:
    source, rights, listener = Source(), Rights(), Listener(stays=2)
    await sent(source, rights, listener)
    assert (listener.is_told_all, rights.settled, source.is_closed) == (False, [4], True)


async def test_a_right_that_is_lost_meanwhile_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ASKED_AGAIN", -1.0)
    rights, listener = Rights(holds=False), Listener()
    await sent(Source(), rights, listener)
    assert (listener.bodies, listener.is_told_all, rights.settled) == ([], False, [0])


async def test_a_right_that_is_lost_while_the_store_is_waited_for_gives_no_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "ASKED_AGAIN", 0.05)
    source, listener, rights = Source(waits=0.1), Listener(), Rights(holds=False)
    await sent(source, rights, listener)
    assert (listener.bodies, listener.is_told_all, rights.settled) == ([], False, [0])


async def test_a_store_that_breaks_off_is_not_taken_for_the_end() -> None:
    rights, listener = Rights(), Listener()
    with pytest.raises(StoreGone):
        await sent(Source(breaks_after=1), rights, listener)
    assert (listener.bodies, listener.is_told_all, rights.settled) == ([b"0123"], False, [4])


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHUNK_DEADLINE", 0.1)
    rights, listener = Rights(), Listener(stays=2)
    listener.left = asyncio.Event()
    listener.left.set = lambda: None  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        await sent(Source(), rights, listener)
    assert rights.settled == [4]

"""The long-polling transport, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from aiohttp import ClientSession
from gateway import conformance
from gateway.engine import EngineServer, EngineSettings
from gateway.origins import OriginRule
from gateway.reasons import Reason
from gateway.sessions import Session
from testkit.eventually import eventually
from websockets.asyncio.client import connect

Listen: TypeAlias = Callable[[EngineServer], AbstractAsyncContextManager[str]]
Answer: TypeAlias = tuple[int, str]
ORIGINS = OriginRule(frozenset({"https://app.example.com"}))


@dataclass
class Visitor:
    """An HTTP client of one engine, with a session."""

    http: ClientSession
    engine: EngineServer
    address: str
    sid: str = ""

    @property
    def session(self) -> Session:
        return self.engine.sessions[self.sid]

    async def ask(self, method: str, query: str, body: bytes | str | None = None, **headers: str) -> Answer:
        url = f"http://{self.address}/socket.io/?{query}"
        headers = {"Content-Type": "text/plain;charset=UTF-8", **headers}
        async with self.http.request(method, url, data=body, headers=headers) as response:
            return response.status, await response.text()

    async def open(self) -> dict[str, object]:
        status, text = await self.ask("GET", "EIO=4&transport=polling")
        assert (status, text[0]) == (200, "0")
        greeting: dict[str, object] = json.loads(text[1:])
        self.sid = str(greeting["sid"])
        return greeting

    async def poll(self) -> Answer:
        return await self.ask("GET", f"EIO=4&transport=polling&sid={self.sid}")

    async def post(self, body: bytes | str, **headers: str) -> Answer:
        return await self.ask("POST", f"EIO=4&transport=polling&sid={self.sid}", body, **headers)


@asynccontextmanager
async def visiting(listen: Listen, settings: EngineSettings | None = None) -> AsyncIterator[Visitor]:
    engine = EngineServer(conformance.Echo, settings or EngineSettings(origins=ORIGINS))
    async with listen(engine) as address, ClientSession() as http:
        visitor = Visitor(http, engine, address)
        await visitor.open()
        yield visitor


async def test_a_session_is_opened_with_an_offer_to_upgrade(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        greeting = await visitor.open()
        assert greeting["upgrades"] == ["websocket"]
        assert (greeting["pingInterval"], greeting["pingTimeout"], greeting["maxPayload"]) == (
            25_000,
            20_000,
            1_000_000,
        )


async def test_packets_of_one_post_are_answered_in_one_poll(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        assert await visitor.post("4hello\x1ebAQIDBA==\x1e4wörld".encode()) == (200, "ok")
        assert await visitor.poll() == (200, "4hello\x1ebAQIDBA==\x1e4wörld")


async def test_a_poll_waits_until_there_is_something(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        poll = asyncio.ensure_future(visitor.poll())
        await eventually(lambda: visitor.session.poll is not None)
        await visitor.post("4late")
        assert await poll == (200, "4late")


async def test_a_poll_ends_with_a_ping_and_an_unanswered_ping_ends_the_session(listen: Listen) -> None:
    async with visiting(listen, EngineSettings(ping_interval=0.1, ping_timeout=0.1)) as visitor:
        assert await visitor.poll() == (200, "2")
        assert await visitor.post("3") == (200, "ok")
        assert await visitor.poll() == (200, "2")
        assert await visitor.poll() == (200, "1")
        assert await visitor.poll() == (400, '{"code":1,"message":"Session ID unknown"}')


@pytest.mark.parametrize(
    ("method", "query", "answer"),
    [
        ("GET", "transport=polling", (400, '{"code":5,"message":"Unsupported protocol version"}')),
        ("GET", "EIO=3&transport=polling", (400, '{"code":5,"message":"Unsupported protocol version"}')),
        ("GET", "EIO=4", (400, '{"code":0,"message":"Transport unknown"}')),
        ("GET", "EIO=4&transport=abc", (400, '{"code":0,"message":"Transport unknown"}')),
        ("GET", "EIO=4&transport=websocket", (400, '{"code":3,"message":"Bad request"}')),
        ("GET", "EIO=4&transport=polling&sid=unknown", (400, '{"code":1,"message":"Session ID unknown"}')),
        ("POST", "EIO=4&transport=polling", (400, '{"code":2,"message":"Bad handshake method"}')),
        ("PUT", "EIO=4&transport=polling", (400, '{"code":2,"message":"Bad handshake method"}')),
    ],
)
async def test_a_wrong_request_is_refused_in_the_reference_servers_words(
    listen: Listen, method: str, query: str, answer: Answer
) -> None:
    async with visiting(listen) as visitor:
        assert await visitor.ask(method, query) == answer


async def test_a_session_is_only_polled_and_posted_to(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        for method in ("PUT", "DELETE"):
            status, _ = await visitor.ask(method, f"EIO=4&transport=polling&sid={visitor.sid}")
            assert status == 400
        assert await visitor.post("4still here") == (200, "ok")


@pytest.mark.parametrize("body", [b"abc", b"", b"4\xff", b"b!", b"4a\x1e\x1e4b"])
async def test_a_malformed_payload_ends_the_session(listen: Listen, body: bytes) -> None:
    async with visiting(listen) as visitor:
        assert await visitor.post(body) == (400, '{"code":3,"message":"Bad request"}')
        assert (await visitor.poll())[0] == 400
        assert visitor.engine.traffic.closed[Reason.PARSE_ERROR] == 1


async def test_a_binary_body_is_not_of_this_version_of_the_protocol(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        assert (await visitor.post(b"\x01", **{"Content-Type": "application/octet-stream"}))[0] == 400


async def test_a_body_over_the_limit_is_refused(listen: Listen) -> None:
    async with visiting(listen, EngineSettings(max_payload=1_000)) as visitor:
        assert (await visitor.post("4" + "x" * 1_000))[0] == 413


async def test_a_second_poll_at_the_same_time_ends_the_session(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        first = asyncio.ensure_future(visitor.poll())
        await eventually(lambda: visitor.session.poll is not None)
        assert (await visitor.poll())[0] == 400
        assert await first == (200, "1")
        assert (await visitor.poll())[0] == 400


async def test_a_client_that_closes_gets_its_poll_back(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        poll = asyncio.ensure_future(visitor.poll())
        await eventually(lambda: visitor.session.poll is not None)
        assert await visitor.post("1") == (200, "ok")
        assert await poll == (200, "6")
        assert (await visitor.poll())[0] == 400


async def test_a_poll_that_is_given_up_ends_the_session_so_that_nothing_is_sent_to_nobody(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        poll = asyncio.ensure_future(visitor.poll())
        await eventually(lambda: visitor.session.poll is not None)
        poll.cancel()
        await eventually(lambda: not visitor.engine.sessions)
    assert visitor.engine.traffic.closed[Reason.TRANSPORT_CLOSE] == 1


async def test_polling_is_upgraded_while_messages_flow(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        url = f"ws://{visitor.address}/socket.io/?EIO=4&transport=websocket&sid={visitor.sid}"
        async with connect(url) as websocket:
            poll = asyncio.ensure_future(visitor.poll())
            await eventually(lambda: visitor.session.poll is not None)
            await websocket.send("2probe")
            assert await websocket.recv() == "3probe"
            assert await poll == (200, "6")
            await visitor.post("4before")
            await websocket.send("5")
            assert await websocket.recv() == "4before"
            assert await visitor.poll() == (400, '{"code":3,"message":"Bad request"}')
            await websocket.send("4after")
            assert await websocket.recv() == "4after"
            async with connect(url) as second:
                await second.wait_closed()
            await websocket.send("4undisturbed")
            assert await websocket.recv() == "4undisturbed"


async def test_a_page_of_a_listed_origin_is_answered_by_name_and_another_not_at_all(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        url = f"http://{visitor.address}/socket.io/?EIO=4&transport=polling"
        async with visitor.http.get(url, headers={"Origin": "https://app.example.com"}) as listed:
            assert listed.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
            assert listed.headers["Access-Control-Allow-Credentials"] == "true"
        async with visitor.http.get(url, headers={"Origin": "https://evil.example.com"}) as other:
            assert other.status == 403
            assert "Access-Control-Allow-Origin" not in other.headers
        async with visitor.http.options(url, headers={"Origin": "https://app.example.com"}) as preflight:
            assert (preflight.status, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, POST")


async def test_a_server_that_goes_away_says_so_to_a_waiting_poll_and_takes_nobody_in(listen: Listen) -> None:
    async with visiting(listen) as visitor:
        poll = asyncio.ensure_future(visitor.poll())
        await eventually(lambda: visitor.session.poll is not None)
        await visitor.engine.drain(5)
        assert await poll == (200, "1")
        assert (await visitor.ask("GET", "EIO=4&transport=polling"))[0] == 503

"""Gateways as they run: side by side, without Redis, before services that die, and when they are told to stop."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from eventbus import Producer
from eventbus.producer import Record
from eventbus.topics import topic_of
from nexus.identity.v1.session_event_pb2 import SessionEvent, SessionRevoked
from talking import House, Talker, Team, talking
from testkit import Issuer, Process, eventually
from uuid_utils.compat import uuid7
from yarl import URL


@pytest_asyncio.fixture(scope="module")
async def odd(house: House) -> AsyncIterator[Process]:
    """A gateway without Redis and presence, which believes its proxy and shows its numbers to everybody."""
    settings = {
        "NEXUS_REDIS_URL": "redis://127.0.0.1:9",
        "NEXUS_PRESENCE_URL": "http://127.0.0.1:9",
        "NEXUS_FILES_URL": "http://127.0.0.1:9",
        "NEXUS_TRUSTED_PROXIES": "10.0.0.1, 127.0.0.0/8",
        "NEXUS_METRICS_PUBLIC": "true",
    }
    async with house.another_gateway(**settings) as gateway:
        yield gateway


def numbers(talker: Talker, channel_id: str) -> list[int]:
    told = [body["message"] for body in talker.told("message:receive")]
    return [message["seq"] for message in told if message["channelId"] == channel_id]


async def status(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(url) as answer:
        await answer.read()
        return answer.status


async def send(talker: Talker, team: Team, content: str = "hello") -> Any:
    return await talker.ask("message:send", {"channelId": team.channel_id, "content": content})


async def test_people_on_two_gateways_hear_each_other_exactly_once(house: House, second: Process, team: Team) -> None:
    async with (
        talking(house.gateway.url, team.alice.token) as alice,
        talking(second.url, team.bob.token) as bob,
        talking(house.gateway.url, team.bob.token) as bob_here,
    ):
        for number in range(10):
            assert (await send(alice if number % 2 else bob, team))["ok"] is True
        for talker, heard in ((bob_here, range(1, 11)), (alice, range(1, 11, 2)), (bob, range(2, 11, 2))):
            await eventually(lambda talker=talker, heard=heard: numbers(talker, team.channel_id) == [*heard])

        await alice.do("typing:start", {"channelId": team.channel_id})
        typing = {"channelId": team.channel_id, "userId": team.alice.user_id}
        assert await bob.hears("typing:start") == typing
        await bob.do("typing:stop", {"channelId": team.channel_id})
        await alice.hears("typing:stop")
        await team.acquainted()
        await alice.do("presence:update", {"status": "away"})
        away = {"userId": team.alice.user_id, "status": "away"}
        await eventually(lambda: away in bob.told("presence:update"))
        for talker, kind in ((bob, "typing:start"), (bob_here, "typing:start"), (alice, "typing:stop")):
            assert len(talker.told(kind)) == 1


async def test_who_was_cut_off_goes_on_at_another_gateway_and_at_one_that_is_started_later(
    house: House, second: Process, team: Team
) -> None:
    async with talking(second.url, team.alice.token) as alice:
        async with talking(house.gateway.url, team.bob.token) as bob:
            await send(alice, team)
            await eventually(lambda: numbers(bob, team.channel_id) == [1])
        await send(alice, team)
        async with talking(second.url, team.bob.token, bob.going_on(team.bob.token)) as there:
            assert there.socket == bob.socket
            await send(alice, team)
            await eventually(lambda: numbers(there, team.channel_id) == [2, 3])
        await send(alice, team)
        async with house.another_gateway() as third:
            going_on = there.going_on(team.bob.token)
            async with talking(third.url, team.bob.token, going_on) as later:
                assert later.socket == bob.socket
                await send(alice, team)
                await eventually(lambda: numbers(later, team.channel_id) == [4, 5])
            async with aiohttp.ClientSession() as http, http.get(f"{third.url}/metrics") as answer:
                shown = await answer.text()
    assert 'nexus_gateway_resumes_total{kind="recovered"} 1.0' in shown
    assert "nexus_gateway_delivery_seconds_count 1.0" in shown


async def test_a_pass_is_of_no_use_to_anybody_else(house: House, second: Process, team: Team) -> None:
    async with (
        talking(house.gateway.url, team.alice.token) as alice,
        talking(house.gateway.url, team.bob.token) as bob,
        talking(second.url, team.eve.token, bob.going_on(team.eve.token)) as eve,
    ):
        assert eve.socket["pid"] != bob.socket["pid"]
        await send(alice, team)
        await eventually(lambda: numbers(bob, team.channel_id) == [1])
        await eve.caught_up()
        assert eve.told("message:receive") == []


async def test_a_second_device_on_another_gateway_keeps_its_user_online(
    house: House, second: Process, team: Team
) -> None:
    def statuses(talker: Talker) -> list[str]:
        return [told["status"] for told in talker.told("presence:update") if told["userId"] == team.bob.user_id]

    async with talking(house.gateway.url, team.alice.token) as alice:
        await team.acquainted()
        async with talking(second.url, team.bob.token):
            await eventually(lambda: statuses(alice) == ["online"])
            async with talking(house.gateway.url, team.bob.token):
                pass
        await eventually(lambda: statuses(alice) == ["online", "offline"])


async def test_without_redis_or_presence_messages_and_typing_still_flow(odd: Process, team: Team) -> None:
    async with (
        talking(odd.url, team.alice.token) as alice,
        talking(odd.url, team.bob.token) as bob,
    ):
        assert (await send(alice, team))["ok"] is True
        await bob.hears("message:receive")
        await alice.do("typing:start", {"channelId": team.channel_id})
        await bob.hears("typing:start")
        refused = await alice.ask("presence:update", {"status": "away"})
        assert refused["error"]["type"] == "unavailable"


async def test_when_messaging_dies_everyone_is_answered_and_later_messages_are_stored(house: House, team: Team) -> None:
    async with (
        talking(house.gateway.url, team.alice.token) as alice,
        talking(house.gateway.url, team.bob.token) as bob,
    ):
        waiting = [
            await alice.begin("message:send", {"channelId": team.channel_id, "content": f"{number}"})
            for number in range(60)
        ]
        await house.messaging.kill()
        async with asyncio.timeout(12):
            answers = [await answer for answer in waiting]
        refused = [answer["error"]["type"] for answer in answers if not answer["ok"]]
        assert set(refused) <= {"unavailable"}
        assert (await send(alice, team))["error"]["type"] == "unavailable"
        async with talking(house.gateway.url, team.eve.token) as eve:
            await asyncio.wait_for(eve.closed.wait(), 20)
            assert (eve.greeting, eve.ws.close_code) == ("", 1013)
        await house.messaging.start()
        async with talking(house.gateway.url, team.eve.token) as eve:
            assert eve.greeting.startswith("40")
        assert (await send(alice, team, "after"))["ok"] is True
        stored = (await team.alice.made("GET", f"/api/channels/{team.channel_id}/messages?limit=200"))["messages"]
        assert {a["message"]["id"] for a in answers if a["ok"]} <= {message["id"] for message in stored}
        await eventually(lambda: numbers(bob, team.channel_id) == [message["seq"] for message in stored])


async def test_an_ended_session_is_cut_off_at_every_gateway_even_one_that_starts_later(
    house: House, second: Process, team: Team, tokens: Issuer
) -> None:
    session_id = str(uuid7())
    token = tokens.token(team.alice.user_id, session_id=session_id)
    async with talking(house.gateway.url, token) as talker, Producer(house.told["kafka_url"], "tests") as producer:
        ended = SessionEvent(session_id=session_id, session_revoked=SessionRevoked(user_id=team.alice.user_id))
        ended.meta.id = str(uuid4())
        record = Record(topic_of(SessionEvent).name, session_id.encode(), ended.SerializeToString())
        await producer.publish([record])
        await eventually(talker.closed.is_set)
        assert talker.told("error")[-1]["error"]["type"] == "session_revoked"
        assert talker.greeting == "41"
    await second.restart()
    for url in (house.gateway.url, second.url):
        async with talking(url, token) as again:
            assert json.loads(again.greeting[2:])["message"] == "unauthenticated"
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            assert await status(http, f"{url}/api/workspaces") == 401


async def test_a_removed_member_hears_nothing_more_and_one_who_is_added_hears_at_once(house: House, team: Team) -> None:
    members = f"/api/channels/{team.channel_id}/members"
    async with (
        talking(house.gateway.url, team.alice.token) as alice,
        talking(house.gateway.url, team.bob.token) as bob,
    ):
        await team.alice.made("DELETE", f"{members}/{team.bob.user_id}")
        await bob.hears("channel:left")
        await alice.hears("member:left")
        await send(alice, team)
        await team.alice.made("POST", members, {"userIds": [team.bob.user_id]})
        assert (await bob.hears("channel:joined"))["channel"]["id"] == team.channel_id
        await send(alice, team)
        await bob.hears("message:receive")
        assert numbers(bob, team.channel_id) == [2]
        await team.alice.made("DELETE", f"/api/workspaces/{team.workspace_id}/members/{team.bob.user_id}")
        assert await bob.hears("workspace:left") == {"workspaceId": team.workspace_id}
        await bob.hears("channel:left", 2)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/unknown", (404, "application/problem+json")),
        ("GET", "/api", (404, "application/problem+json")),
        ("POST", "/api/channels/../../internal/messages", (404, "application/problem+json")),
        ("GET", "/internal/users/x/state", (503, "text/plain")),
        ("POST", "/internal/messages", (405, "application/problem+json")),
        ("POST", "//internal/messages", (405, "application/problem+json")),
        ("GET", "/", (503, "text/plain")),
        ("GET", "/api/workspaces", (401, "application/problem+json")),
        ("GET", "/healthz", (200, "text/plain")),
        ("GET", "/readyz", (200, "application/json")),
        ("GET", "/metrics", (200, "text/plain")),
    ],
)
async def test_every_path_has_its_answer(house: House, method: str, path: str, expected: tuple[int, str]) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, URL(house.gateway.url + path, encoded=True)) as answer,
    ):
        assert (answer.status, answer.content_type) == expected


async def test_only_a_trusted_proxy_says_where_a_request_comes_from(house: House, odd: Process) -> None:
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": "6.6.6.6"}) as http:
        for url in (house.gateway.url, odd.url):
            assert await status(http, f"{url}/api/auth/sessions") == 200
        assert house.forwarded == ["127.0.0.1", "6.6.6.6"]
        assert await status(http, f"{house.gateway.url}/metrics") == 404
        assert await status(http, f"{odd.url}/metrics") == 200


async def test_a_gateway_that_is_told_to_stop_answers_what_was_asked_and_sends_everybody_away(
    house: House, second: Process, team: Team
) -> None:
    async with talking(second.url, team.alice.token) as alice, talking(second.url, team.bob.token) as bob:
        os.kill(house.messaging.pid, signal.SIGSTOP)
        try:
            answer = await alice.begin("message:send", {"channelId": team.channel_id, "content": "last"})
            await bob.caught_up()
            began = time.monotonic()
            stopping = asyncio.ensure_future(second.terminate())
            await eventually(lambda: _is_stopping(second.url))
        finally:
            os.kill(house.messaging.pid, signal.SIGCONT)
        assert (await answer)["ok"] is True
        await alice.closed.wait()
        await bob.closed.wait()
        assert {alice.ws.close_code, bob.ws.close_code} == {1001}
        assert await stopping == 0
    assert time.monotonic() - began < 10
    await second.start()


async def _is_stopping(url: str) -> bool:
    async with aiohttp.ClientSession() as http:
        return await status(http, f"{url}/readyz") == 503

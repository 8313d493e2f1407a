"""Incoming webhooks: programs write in a channel by a secret address, as themselves and nobody else."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import aiohttp
import asyncpg
import pytest_asyncio
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, Office


@pytest_asyncio.fixture
async def hook(office: Office) -> Any:
    path = f"/api/channels/{office.channel_id}/hooks"
    return await office.owner.made(path, {"name": "CI", "iconEmoji": "🏗️"})


async def test_what_is_posted_appears_as_the_hooks_own(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str, pool: asyncpg.Pool
) -> None:
    payload = {"text": "Build *green*", "username": "Builder"}
    async with http.post(url + hook["path"], json=payload) as answer:
        assert (answer.status, await answer.text()) == (200, "ok")
    (message,) = (await office.history(office.member))["messages"]
    assert message["content"] == "Build **green**"
    assert message["userId"] == hook["id"]
    assert message["via"] == {"kind": "webhook", "id": hook["id"], "name": "Builder", "iconEmoji": "🏗️"}
    row = await pool.fetchrow("SELECT value FROM outbox WHERE topic = 'messaging.channels' ORDER BY id DESC LIMIT 1")
    assert ChannelEvent.FromString(row["value"]).message_posted.message.via


async def test_a_form_with_a_payload_does_as_well(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"payload": '{"text": "한국어 & more"}'})
    async with http.post(url + hook["path"], data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    (message,) = (await office.history(office.member))["messages"]
    assert message["content"] == "한국어 & more"


async def test_wrong_addresses_all_get_the_same_answer(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str
) -> None:
    token = hook["path"].rpartition("/")[2]
    answers = []
    for path in (
        f"/api/hooks/{hook['id']}/{'y' if token[0] == 'x' else 'x'}{token[1:]}",
        f"/api/hooks/{office.channel_id}/{token}",
        f"/api/hooks/nonsense/{token}",
    ):
        async with http.post(url + path, json={"text": "hello"}) as answer:
            answers.append((answer.status, await answer.json(content_type=None)))
    assert answers[0][0] == 404
    assert answers[1:] == answers[:1] * 2
    assert (await office.history(office.member))["messages"] == []


async def test_too_much_or_too_often_is_refused_by_type(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str, pool: asyncpg.Pool
) -> None:
    async with http.post(url + hook["path"], data=b"x" * 70_000) as answer:
        assert answer.status == 413
    await pool.execute("UPDATE incoming_hooks SET counted = 60, counted_from = now()")
    async with http.post(url + hook["path"], json={"text": "one more"}) as answer:
        assert answer.status == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
    await pool.execute("UPDATE incoming_hooks SET counted_from = now() - interval '61 seconds'")
    async with http.post(url + hook["path"], json={"text": "later"}) as answer:
        assert answer.status == 200


async def test_with_a_key_it_is_the_same_message(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str
) -> None:
    async def post() -> int:
        async with http.post(url + hook["path"], json={"text": "once"}, headers={"Idempotency-Key": "k1"}) as answer:
            return answer.status

    assert await asyncio.gather(*(post() for _ in range(10))) == [200] * 10
    assert len((await office.history(office.member))["messages"]) == 1


async def test_hooks_are_managed_by_who_manages_the_channel(office: Office, hook: Any) -> None:
    path = f"/api/channels/{office.channel_id}/hooks"
    for who, status in ((office.member, 403), (office.stranger, 404)):
        assert await _statuses(who, path, hook["id"]) == {status}
    status, told = await office.owner.get(path)
    assert status == 200
    assert [known["name"] for known in told["hooks"]] == ["CI"]
    token = hook["path"].rpartition("/")[2]
    assert token not in str(told)


async def test_a_renewed_or_removed_hook_is_good_for_nothing(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str
) -> None:
    async def post(path: str) -> int:
        async with http.post(url + path, json={"text": "hello"}) as answer:
            return answer.status

    renewed = await office.owner.made(f"/api/hooks/{hook['id']}/token")
    assert (await post(hook["path"]), await post(renewed["path"])) == (404, 200)
    assert (await office.owner.delete(f"/api/hooks/{hook['id']}"))[0] == 204
    assert await post(renewed["path"]) == 404


async def test_nothing_is_posted_in_an_archived_channel(
    office: Office, hook: Any, http: aiohttp.ClientSession, url: str
) -> None:
    assert (await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True}))[0] == 200
    async with http.post(url + hook["path"], json={"text": "hello"}) as answer:
        assert answer.status == 403


async def test_nobody_but_a_hook_can_say_via(office: Office) -> None:
    path = f"/api/channels/{office.channel_id}/messages"
    for forged in ({"via": {"kind": "webhook"}}, {"poll": {}}, {"userId": "x"}):
        status, told = await office.member.post(path, {"content": "hello", **forged})
        assert (status, told["type"]) == (422, "invalid_request")


async def _statuses(who: Asker, path: str, hook_id: str) -> set[int]:
    asked = (
        await who.get(path),
        await who.post(path, {"name": "Mine"}),
        await who.put(f"/api/hooks/{hook_id}", {"name": "Mine"}),
        await who.post(f"/api/hooks/{hook_id}/token"),
        await who.post(f"/api/hooks/{hook_id}/secret"),
        await who.delete(f"/api/hooks/{hook_id}"),
    )
    return {status for status, _ in asked}

"""Outgoing webhooks: told of messages at least once, under one id, until they hear it or are switched off."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from messaging.integrations import telling
from messaging.integrations.deliveries import WAITS
from messaging.integrations.outside import Outside
from messaging.outbound.guard import Guard, look_up
from office import Office
from receivers import Receiver

Work = Callable[[], Awaitable[int]]


@pytest.fixture
def asked_places(receiver: Receiver) -> str:
    return receiver.place


@pytest_asyncio.fixture
async def hook(office: Office, receiver: Receiver) -> Any:
    path = f"/api/channels/{office.channel_id}/outgoing-hooks"
    return await office.owner.made(path, {"name": "Listener", "url": receiver.url})


@pytest.fixture
def work(pool: asyncpg.Pool, receiver: Receiver) -> Work:
    """Tells all that is due; how many were tried."""
    outside = Outside(Guard(look_up, frozenset({receiver.place})))

    async def tell_all() -> int:
        tried = 0
        while await telling.tell_next(pool, outside):
            tried += 1
        return tried

    return tell_all


async def deliveries(office: Office, hook: Any) -> list[Any]:
    status, told = await office.owner.get(f"/api/outgoing-hooks/{hook['id']}/deliveries")
    assert status == 200
    listed: list[Any] = told["deliveries"]
    return listed


async def test_a_message_is_told_with_a_signature(office: Office, hook: Any, receiver: Receiver, work: Work) -> None:
    said = await office.say(office.member, "hello **you**")
    assert await work() == 1
    (asked,) = receiver.asked
    assert asked.is_signed_with(hook["secret"])
    assert asked.data["message"] == said
    assert "authorization" not in asked.headers
    (delivery,) = await deliveries(office, hook)
    assert asked.id == f"msg_{delivery['id']}"
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 200, 1)
    assert await work() == 0


async def test_only_what_begins_with_a_word_is_told(office: Office, hook: Any, receiver: Receiver, work: Work) -> None:
    wanted = {"triggerWords": ["!deploy", "배포"]}
    assert (await office.owner.put(f"/api/outgoing-hooks/{hook['id']}", wanted))[0] == 200
    for content in ("please !deploy", "!deployed", "!Deploy now", "배포 지금", "other"):
        await office.say(office.member, content)
    assert await work() == 2
    assert [asked.data["triggerWord"] for asked in receiver.asked] == ["!Deploy", "배포"]


async def test_what_programs_say_is_told_to_no_program(
    office: Office, hook: Any, work: Work, http: aiohttp.ClientSession, url: str, pool: asyncpg.Pool
) -> None:
    incoming = await office.owner.made(f"/api/channels/{office.channel_id}/hooks", {"name": "CI"})
    async with http.post(url + incoming["path"], json={"text": "ping"}) as answer:
        assert answer.status == 200
    await pool.execute(
        "INSERT INTO users (id, organization_id, email, name, is_bot) VALUES ($1, $1, '', '', TRUE) "
        "ON CONFLICT (id) DO UPDATE SET is_bot = TRUE",
        office.member.user_id,
    )
    await office.say(office.member, "I am a bot")
    assert await work() == 0


async def test_who_does_not_hear_is_told_again_under_the_same_id_and_then_switched_off(
    office: Office, hook: Any, receiver: Receiver, work: Work, pool: asyncpg.Pool
) -> None:
    receiver.status = 500
    await office.say(office.member, "hello")
    for wait in (*WAITS, None):
        assert await work() == 1
        left = await pool.fetchval("SELECT extract(epoch FROM due_at - now())::float FROM deliveries")
        assert left is wait is None or wait - 10 < left <= wait
        await pool.execute("UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL")
    assert await work() == 0
    assert len(receiver.asked) == len(WAITS) + 1
    assert len({asked.id for asked in receiver.asked}) == 1
    _, listed = await office.owner.get(f"/api/channels/{office.channel_id}/outgoing-hooks")
    (known,) = listed["hooks"]
    assert not known["isEnabled"]
    assert "500" in known["disabledReason"]
    notice = (await office.history(office.member))["messages"]
    assert any("switched off" in message["content"] and message["via"]["id"] == hook["id"] for message in notice)

    await office.say(office.member, "nobody hears this")
    assert await work() == 0
    receiver.status = 200
    assert (await office.owner.put(f"/api/outgoing-hooks/{hook['id']}", {"isEnabled": True}))[1]["isEnabled"]
    (delivery,) = await deliveries(office, hook)
    again = f"/api/outgoing-hooks/{hook['id']}/deliveries/{delivery['id']}/redeliver"
    assert (await office.owner.post(again))[0] == 202
    assert await work() == 1
    assert receiver.asked[-1].id == receiver.asked[0].id
    assert (await deliveries(office, hook))[0]["state"] == "delivered"


async def test_whoever_heard_it_may_answer_anything(office: Office, hook: Any, receiver: Receiver, work: Work) -> None:
    receiver.answer = "a" * 200_000
    await office.say(office.member, "hello")
    assert await work() == 1
    (delivery,) = await deliveries(office, hook)
    assert (delivery["state"], delivery["status"], delivery["error"]) == ("delivered", 200, None)


async def test_who_is_gone_is_told_nothing_more(office: Office, hook: Any, receiver: Receiver, work: Work) -> None:
    receiver.status = 410
    await office.say(office.member, "one")
    await office.say(office.member, "two")
    assert await work() == 1
    assert [delivery["state"] for delivery in await deliveries(office, hook)] == ["failed", "failed"]


async def test_what_a_killed_process_had_taken_is_told_by_the_next(
    office: Office, hook: Any, receiver: Receiver, work: Work, pool: asyncpg.Pool
) -> None:
    await office.say(office.member, "hello")
    await pool.execute("UPDATE deliveries SET taken_by = gen_random_uuid(), due_at = now() + interval '1 minute'")
    assert await work() == 0
    await pool.execute("UPDATE deliveries SET due_at = now()")
    assert await work() == 1


async def test_of_a_deleted_message_nothing_is_told_or_kept(
    office: Office, hook: Any, receiver: Receiver, work: Work
) -> None:
    kept, told = await office.say(office.member, "kept"), await office.say(office.member, "told")
    assert await work() == 2
    waiting = await office.say(office.member, "waits")
    for message in (told, waiting):
        assert (await office.member.delete(f"/api/messages/{message['id']}"))[0] == 204
    assert await work() == 0
    (delivery,) = await deliveries(office, hook)
    assert receiver.asked[0].id == f"msg_{delivery['id']}"
    assert receiver.asked[0].data["message"]["id"] == kept["id"]


async def test_the_newest_hundred_are_listed(office: Office, hook: Any, work: Work) -> None:
    for number in range(103):
        await office.say(office.member, str(number))
    assert await work() == 103
    assert len(await deliveries(office, hook)) == 100


async def test_hooks_are_managed_by_who_manages_the_channel(office: Office, hook: Any) -> None:
    one, path = f"/api/outgoing-hooks/{hook['id']}", f"/api/channels/{office.channel_id}/outgoing-hooks"
    for who, status in ((office.member, 403), (office.stranger, 404)):
        asked = (
            await who.get(path),
            await who.post(path, {"name": "Mine", "url": hook["url"]}),
            await who.put(one, {"name": "Mine"}),
            await who.post(f"{one}/secret"),
            await who.get(f"{one}/deliveries"),
            await who.post(f"{one}/deliveries/{hook['id']}/redeliver"),
            await who.delete(one),
        )
        assert {answer[0] for answer in asked} == {status}
    assert "secret" not in str(await office.owner.get(path))
    assert (await office.owner.post(path, {"name": "Spy", "url": "http://10.0.0.1/"}))[0] == 422
    assert (await office.owner.delete(one))[0] == 204

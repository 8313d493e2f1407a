"""A scheduled message is sent once, at its time, if its author may still send it then."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from eventbus.inbox import deliver
from messaging.handlers import CONSUMES
from messaging.personal import scheduled
from nexus.event.v1.meta_pb2 import Meta
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from office import Asker, Office, told
from testkit import eventually, process
from uuid_utils.compat import uuid7


def ahead(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


async def schedule(office: Office, who: Asker, content: str = "later", **more: Any) -> Any:
    body = {"content": content, "sendAt": ahead(hours=1), **more}
    return await who.made(f"/api/channels/{office.channel_id}/scheduled", body)


async def listed(who: Asker) -> list[Any]:
    status, answer = await who.get("/api/scheduled")
    assert status == 200
    return list(answer["scheduled"])


async def all_due(pool: asyncpg.Pool, since: str = "1 second") -> None:
    await pool.execute("UPDATE scheduled_messages SET send_at = now() - $1::text::interval", since)


async def test_it_is_posted_at_its_time_and_not_before(office: Office, pool: asyncpg.Pool) -> None:
    made = await schedule(office, office.member, "good morning", attachments=[{"name": "plan.txt"}])
    assert [row["id"] for row in await listed(office.member)] == [made["id"]]
    assert await listed(office.owner) == []
    await scheduled.send_due(pool)
    assert (await office.history(office.owner))["total"] == 0
    await all_due(pool)
    await told(pool)
    await scheduled.send_due(pool)
    (message,) = (await office.history(office.owner))["messages"]
    assert (message["content"], message["userId"]) == ("good morning", str(office.member.user_id))
    assert message["attachments"] == [{"name": "plan.txt"}]
    assert message["clientMessageId"] == f"scheduled:{made['id']}"
    assert await listed(office.member) == []
    (event,) = await told(pool)
    assert event.scheduled_message_gone.message_id == message["id"]


async def test_nobody_speaks_for_who_was_deactivated(office: Office, pool: asyncpg.Pool) -> None:
    made = await schedule(office, office.member, "from beyond")
    await all_due(pool)
    await told(pool)
    await users_say(pool, office.member, is_deactivated=True)
    await scheduled.send_due(pool)
    assert (await office.history(office.owner))["total"] == 0
    (event,) = await told(pool)
    failed = event.scheduled_message_failed.scheduled
    assert (failed.id, failed.failure) == (made["id"], "deactivated")
    await users_say(pool, office.member, is_deactivated=False)
    await office.member.put(f"/api/scheduled/{made['id']}", {"sendAt": ahead(hours=1)})
    await all_due(pool)
    await scheduled.send_due(pool)
    assert [message["content"] for message in (await office.history(office.owner))["messages"]] == ["from beyond"]


async def users_say(pool: asyncpg.Pool, who: Asker, is_deactivated: bool) -> None:
    """Identity tells anew of somebody."""
    saved = UserSaved(organization_id=str(uuid7()), email=who.email, name="Mina", is_deactivated=is_deactivated)
    event = UserEvent(meta=Meta(id=str(uuid7())), user_id=str(who.user_id), user_saved=saved)
    await deliver(event, CONSUMES[UserEvent], pool, "messaging")


async def test_other_words_replace_a_document_whole_and_the_other_way_round(office: Office, pool: asyncpg.Pool) -> None:
    bold = {"type": "text", "text": "done", "marks": [{"type": "bold"}]}
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [bold]}]}
    made = await schedule(office, office.member, "", formattedContent=document)
    path = f"/api/scheduled/{made['id']}"
    for change in ({"content": "plain"}, {"formattedContent": document}, {"sendAt": ahead(hours=2)}):
        assert (await office.member.put(path, change))[0] == 200
    await all_due(pool)
    await scheduled.send_due(pool)
    (message,) = (await office.history(office.owner))["messages"]
    assert (message["content"], message["formattedContent"]) == ("**done**", document)


async def test_asked_twice_with_one_client_id_it_is_one(office: Office, pool: asyncpg.Pool) -> None:
    first, second = [await schedule(office, office.member, clientMessageId="once") for _ in range(2)]
    assert first == second
    general = f"/api/channels/{office.general_id}/scheduled"
    body = {"content": "later", "sendAt": ahead(hours=1), "clientMessageId": "once"}
    assert (await office.member.post(general, body))[0] == 409
    await all_due(pool)
    await scheduled.send_due(pool)
    await schedule(office, office.member, clientMessageId="once")  # a retry that comes after it was sent
    await all_due(pool)
    await scheduled.send_due(pool)
    assert [message["clientMessageId"] for message in (await office.history(office.member))["messages"]] == ["once"]


async def test_it_can_be_changed_sent_at_once_and_cancelled(office: Office) -> None:
    made = await schedule(office, office.member, "frist")
    path = f"/api/scheduled/{made['id']}"
    status, changed = await office.member.put(path, {"content": "first", "sendAt": ahead(days=2)})
    assert (status, changed["message"]["content"]) == (200, "first")
    assert changed["sendAt"] > made["sendAt"]
    message = await office.member.made(f"{path}/send")
    assert (message["content"], message["clientMessageId"]) == ("first", f"scheduled:{made['id']}")
    other = await schedule(office, office.member, "never mind")
    assert (await office.member.delete(f"/api/scheduled/{other['id']}"))[0] == 204
    assert await listed(office.member) == []
    for gone in (made, other):
        assert (await office.member.put(f"/api/scheduled/{gone['id']}", {"content": "x"}))[0] == 404
        assert (await office.member.post(f"/api/scheduled/{gone['id']}/send"))[0] == 404
    assert (await office.history(office.member))["total"] == 1


async def test_only_its_author_knows_of_it(office: Office) -> None:
    made = await schedule(office, office.member)
    path = f"/api/scheduled/{made['id']}"
    assert (await office.owner.put(path, {"content": "mine"}))[0] == 404
    assert (await office.owner.post(f"{path}/send"))[0] == 404
    assert (await office.owner.delete(path))[0] == 404
    assert await listed(office.member) == [made]


async def _leave(office: Office, pool: asyncpg.Pool) -> None:
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    await all_due(pool)


async def _archive(office: Office, pool: asyncpg.Pool) -> None:
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    await all_due(pool)


async def _suspend(office: Office, pool: asyncpg.Pool) -> None:
    await office.owner.put(f"/api/workspaces/{office.workspace_id}", {"status": "suspended"})
    await all_due(pool)


async def _let_admins_alone_post(office: Office, pool: asyncpg.Pool) -> None:
    rights = {"rights": {"post": "admin", "reply": "admin"}}
    status, problem = await office.owner.put(f"/api/channels/{office.channel_id}/permissions", rights)
    assert status < 300, problem
    await all_due(pool)


async def _sleep_a_day(_: Office, pool: asyncpg.Pool) -> None:
    await all_due(pool, "25 hours")


async def _delete_the_thread(office: Office, pool: asyncpg.Pool) -> None:
    first = (await office.history(office.owner))["messages"][0]
    await office.owner.delete(f"/api/messages/{first['id']}")
    await all_due(pool)


@pytest.mark.parametrize(
    ("happen", "failure"),
    [
        (_leave, "left_channel"),
        (_archive, "archived"),
        (_suspend, "archived"),
        (_let_admins_alone_post, "read_only"),
        (_sleep_a_day, "too_late"),
        (_delete_the_thread, "thread_gone"),
    ],
)
async def test_what_may_not_be_sent_any_more_fails_with_its_reason_and_its_author_is_told(
    office: Office, pool: asyncpg.Pool, happen: Any, failure: str
) -> None:
    first = await office.say(office.owner, "a question")
    made = await schedule(office, office.member, "an answer", parentMessageId=first["id"])
    await happen(office, pool)
    await told(pool)
    for _ in range(2):
        await scheduled.send_due(pool)
    assert [(row["id"], row["failure"]) for row in await listed(office.member)] == [(made["id"], failure)]
    (event,) = await told(pool)
    assert (event.user_id, event.scheduled_message_failed.scheduled.failure) == (str(office.member.user_id), failure)
    assert (await office.history(office.owner))["messages"][1:] == []


async def test_one_that_failed_waits_anew_with_a_new_time(office: Office, pool: asyncpg.Pool) -> None:
    made = await schedule(office, office.member)
    await _sleep_a_day(office, pool)
    await scheduled.send_due(pool)
    path = f"/api/scheduled/{made['id']}"
    assert (await office.member.put(path, {"content": "still true"}))[0] == 422
    _, changed = await office.member.put(path, {"content": "still true", "sendAt": ahead(minutes=5)})
    assert changed["failure"] is None
    await all_due(pool)
    await scheduled.send_due(pool)
    assert [message["content"] for message in (await office.history(office.owner))["messages"]] == ["still true"]


async def test_one_that_cannot_be_read_any_more_does_not_hold_up_the_others(office: Office, pool: asyncpg.Pool) -> None:
    broken, good = [await schedule(office, office.member, content) for content in ("broken", "good")]
    await pool.execute("""UPDATE scheduled_messages SET message = '{"content": 7}' WHERE id = $1""", broken["id"])
    await all_due(pool)
    await scheduled.send_due(pool)
    assert [message["content"] for message in (await office.history(office.owner))["messages"]] == ["good"]
    assert [(row["id"], row["failure"]) for row in await listed(office.member)] == [(broken["id"], "invalid_request")]
    assert good["failure"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sendAt": None},
        {"sendAt": "tomorrow"},
        {"sendAt": "2020-01-01T00:00:00Z"},
        {"sendAt": "2036-01-01T00:00:00"},
        {"sendAt": 1_900_000_000},
        {"sendAt": ahead(seconds=3)},
        {"sendAt": ahead(days=121)},
        {"content": " "},
        {"content": "x" * 40_001},
        {"failure": "none"},
    ],
)
async def test_a_wrong_one_is_refused_and_changes_nothing(office: Office, wrong: dict[str, Any]) -> None:
    path = f"/api/channels/{office.channel_id}/scheduled"
    status, problem = await office.member.post(path, {"content": "later", "sendAt": ahead(hours=1), **wrong})
    assert (status, problem["type"]) == (422, "invalid_request")
    made = await schedule(office, office.member)
    if wrong != {"sendAt": None}:
        status, problem = await office.member.put(f"/api/scheduled/{made['id']}", wrong)
        assert (status, problem["type"]) == (422, "invalid_request")
    assert await listed(office.member) == [made]


async def test_nobody_schedules_where_they_may_not_post_nor_more_than_a_hundred(
    office: Office, pool: asyncpg.Pool
) -> None:
    path = f"/api/channels/{office.channel_id}/scheduled"
    body = {"content": "later", "sendAt": ahead(hours=1)}
    assert [(await who.post(path, body))[0] for who in (office.guest, office.stranger)] == [404, 404]
    await schedule(office, office.member)
    await pool.execute(
        """INSERT INTO scheduled_messages SELECT gen_random_uuid(), user_id, channel_id, message, 'c' || n, send_at
           FROM scheduled_messages, generate_series(2, 100) AS n"""
    )
    status, problem = await office.member.post(path, body)
    assert (status, problem["type"]) == (409, "too_many_scheduled_messages")
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    assert (await office.owner.post(path, body))[0] == 403


async def test_a_process_that_dies_while_sending_leaves_it_to_be_sent_once(
    office: Office, pool: asyncpg.Pool, database_url: str
) -> None:
    await schedule(office, office.member, "through a crash")
    async with process("messaging", database_url=database_url, probe="/healthz") as service:
        async with pool.acquire() as db, db.transaction():
            # Whoever sends it waits for its channel: in the middle, with the row taken and nothing committed.
            await db.execute("SELECT FROM channels WHERE id = $1 FOR UPDATE", office.channel_id)
            await all_due(pool)
            await eventually(lambda: _is_taken(pool), within=20)
            await service.kill()
        assert (await office.history(office.owner))["total"] == 0
        assert len(await listed(office.member)) == 1
        await service.start()
        await eventually(lambda: _none_wait(pool), within=30)
        await service.restart()
    assert [message["content"] for message in (await office.history(office.owner))["messages"]] == ["through a crash"]


async def test_two_processes_at_once_send_each_once(office: Office, pool: asyncpg.Pool, database_url: str) -> None:
    for number in range(60):
        await schedule(office, (office.owner, office.member)[number % 2], f"{number}")
    async with AsyncExitStack() as both:
        for _ in range(2):
            await both.enter_async_context(process("messaging", database_url=database_url, probe="/healthz"))
        await all_due(pool)
        await asyncio.gather(*(scheduled.send_due(pool) for _ in range(3)))
        await eventually(lambda: _none_wait(pool), within=30)
    told_ = await office.history(office.owner, limit=200)
    assert sorted(int(message["content"]) for message in told_["messages"]) == list(range(60))


async def _is_taken(pool: asyncpg.Pool) -> bool:
    return not await pool.fetch("SELECT id FROM scheduled_messages FOR UPDATE SKIP LOCKED")


async def _none_wait(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval("SELECT count(*) FROM scheduled_messages")

"""A scheduled message carries files as any other does: looked at when it is written, and again when it is sent."""

from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
from eventbus.inbox import deliver
from messaging.handlers import CONSUMES
from messaging.personal import scheduled
from nexus.event.v1.meta_pb2 import Meta
from nexus.files.v1 import file_event_pb2 as said
from office import Asker, Office, told
from test_scheduled import ahead, all_due, listed
from testkit import eventually, process
from uuid_utils.compat import uuid7

FILE_ID = str(uuid7())
FIRST, SECOND = said.File(id=FILE_ID, version=1), said.File(id=FILE_ID, version=2)
UPLOADED = {"file_uploaded": said.FileUploaded(file=FIRST)}
CLEAN = {"file_ready": said.FileReady(file=FIRST)}
REFUSED = {"file_refused": said.FileRefused(file=FIRST, reason="malware")}
GONE = {"file_deleted": said.FileDeleted(is_gone=True)}
GONE_ELSEWHERE = {"file_deleted": said.FileDeleted()}
UPLOADED_AGAIN = {"file_uploaded": said.FileUploaded(file=SECOND)}
REFUSED_AGAIN = {"file_refused": said.FileRefused(file=SECOND, reason="malware")}
CLEAN_AGAIN = {"file_changed": said.FileChanged(file=SECOND)}
Fact = dict[str, Any]


async def hear(pool: asyncpg.Pool, *facts: Fact) -> None:
    """What files tells, in its order."""
    for fact in facts:
        event = said.FileEvent(meta=Meta(id=str(uuid7())), file_id=FILE_ID, **fact)
        await deliver(event, CONSUMES[said.FileEvent], pool, "messaging")


def carrying(*file_ids: str, **more: Any) -> dict[str, Any]:
    attachments = [{"type": "file", "fileId": file_id, "name": "plan.pdf"} for file_id in file_ids]
    return {"content": "", "attachments": attachments, "sendAt": ahead(hours=1), **more}


async def schedule(office: Office, **more: Any) -> tuple[int, Any]:
    return await office.member.post(f"/api/channels/{office.channel_id}/scheduled", carrying(FILE_ID, **more))


async def sent(office: Office) -> list[Any]:
    return [message["attachments"] for message in (await office.history(office.owner))["messages"]]


async def failures(who: Asker) -> list[str | None]:
    return [row["failure"] for row in await listed(who)]


@pytest.mark.parametrize(
    "facts",
    [
        (), (UPLOADED, CLEAN), (UPLOADED, CLEAN, UPLOADED_AGAIN), (UPLOADED, CLEAN, UPLOADED_AGAIN, REFUSED_AGAIN),
        (UPLOADED, REFUSED, UPLOADED_AGAIN, CLEAN_AGAIN), (UPLOADED, CLEAN, GONE_ELSEWHERE), (GONE, CLEAN_AGAIN),
    ],
)  # fmt: skip
async def test_it_is_sent_with_its_files(office: Office, pool: asyncpg.Pool, facts: tuple[Fact, ...]) -> None:
    status, made = await schedule(office)
    assert (status, made["message"]["attachments"]) == (201, carrying(FILE_ID)["attachments"])
    await hear(pool, *facts)
    await all_due(pool)
    await scheduled.send_due(pool)
    await scheduled.send_due(pool)
    assert await sent(office) == [carrying(FILE_ID)["attachments"]]
    assert await listed(office.member) == []


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ((UPLOADED, CLEAN, GONE), (404, "file_gone")), ((UPLOADED, REFUSED), (409, "file_refused")),
        ((UPLOADED, REFUSED, GONE), (404, "file_gone")), ((UPLOADED,), (201, None)),
    ],
)  # fmt: skip
async def test_files_are_looked_at_when_it_is_written_and_when_it_is_changed(
    office: Office, pool: asyncpg.Pool, facts: tuple[Fact, ...], answer: tuple[int, str | None]
) -> None:
    _, before = await office.member.post(f"/api/channels/{office.channel_id}/scheduled", carrying(content="words"))
    await hear(pool, *facts)
    status, made = await schedule(office)
    assert (status, made.get("type")) == answer
    changed, problem = await office.member.put(
        f"/api/scheduled/{before['id']}", {"attachments": carrying(FILE_ID)["attachments"]}
    )
    assert (changed, problem.get("type")) == (200 if status == 201 else status, answer[1])
    if status != 201:
        assert await listed(office.member) == [before]


async def test_who_may_not_schedule_hears_that_first(office: Office, pool: asyncpg.Pool) -> None:
    await hear(pool, GONE)
    for who in (office.guest, office.stranger):
        status, problem = await who.post(f"/api/channels/{office.channel_id}/scheduled", carrying(FILE_ID))
        assert (status, problem["type"]) == (404, "not_found")
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    assert (await schedule(office))[0] == 403


@pytest.mark.parametrize(
    ("facts", "failure"), [((UPLOADED, CLEAN, GONE), "file_gone"), ((UPLOADED, REFUSED), "file_refused")]
)
async def test_what_became_of_a_file_fails_it_with_the_reason_and_its_author_is_told(
    office: Office, pool: asyncpg.Pool, facts: tuple[Fact, ...], failure: str
) -> None:
    _, made = await schedule(office, content="see the plan")
    await all_due(pool)
    await told(pool)
    await hear(pool, *facts)
    for _ in range(2):
        await scheduled.send_due(pool)
    assert await sent(office) == []
    (event,) = await told(pool)
    assert event.scheduled_message_failed.scheduled.failure == failure
    assert await failures(office.member) == [failure]
    # Nothing is lost: without the file it can go.
    path = f"/api/scheduled/{made['id']}"
    assert (await office.member.post(f"{path}/send"))[1]["type"] == failure
    status, _ = await office.member.put(path, {"attachments": [], "sendAt": ahead(hours=1)})
    assert status == 200
    await all_due(pool)
    await scheduled.send_due(pool)
    assert await sent(office) == [[]]


async def test_who_left_hears_that_whatever_became_of_the_file(office: Office, pool: asyncpg.Pool) -> None:
    await schedule(office)
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    await hear(pool, GONE)
    await all_due(pool)
    await scheduled.send_due(pool)
    assert await failures(office.member) == ["left_channel"]


async def test_it_waits_for_the_scanner_and_holds_up_nobody(office: Office, pool: asyncpg.Pool) -> None:
    for _ in range(3):
        await schedule(office)
    await office.owner.made(
        f"/api/channels/{office.channel_id}/scheduled", {"content": "words", "sendAt": ahead(hours=2)}
    )
    await all_due(pool)
    await hear(pool, UPLOADED)
    await scheduled.send_due(pool)
    assert await sent(office) == [[]]
    assert await failures(office.member) == [None] * 3
    await hear(pool, CLEAN)
    await scheduled.send_due(pool)
    assert len(await sent(office)) == 4


@pytest.mark.parametrize("attachments", [[{"fileId": 7}, {"fileId": "../etc"}, {"name": "x"}], [{"type": "gif"}]])
async def test_attachments_that_name_no_file_are_passed_over(office: Office, attachments: list[Any]) -> None:
    body = {**carrying(), "attachments": attachments}
    assert (await office.member.post(f"/api/channels/{office.channel_id}/scheduled", body))[0] == 201


async def test_what_was_told_is_forgotten_when_no_message_waits_for_it_any_more(pool: asyncpg.Pool) -> None:
    old = uuid7()
    await pool.execute("INSERT INTO unfit_files VALUES ($1, 'gone', '', now() - interval '201 days')", old)
    await hear(pool, GONE)
    assert [str(row["id"]) for row in await pool.fetch("SELECT id FROM unfit_files")] == [FILE_ID]
    await pool.execute("UPDATE unfit_files SET told_at = now() - interval '201 days'")
    await hear(pool, GONE)
    assert await pool.fetchval("SELECT told_at > now() - interval '1 minute' FROM unfit_files")


async def test_two_processes_at_once_send_each_once_with_its_files(
    office: Office, pool: asyncpg.Pool, database_url: str
) -> None:
    for _ in range(20):
        await schedule(office)
    async with AsyncExitStack() as both:
        services = [
            await both.enter_async_context(process("messaging", database_url=database_url, probe="/healthz"))
            for _ in range(2)
        ]
        await all_due(pool)
        await services[0].kill()
        await scheduled.send_due(pool)
        await eventually(lambda: _none_wait(pool), within=30)
    assert await sent(office) == [carrying(FILE_ID)["attachments"]] * 20


async def _none_wait(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval("SELECT count(*) FROM scheduled_messages")

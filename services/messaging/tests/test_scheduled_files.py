"""A scheduled message carries files as any other does: looked at when it is written, and again when it is sent."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI, Request, Response
from messaging import scheduled
from messaging.attached import Shelf
from office import SECRET, Asker, Office, told
from test_scheduled import ahead, all_due, listed
from testkit import eventually, process, served
from testkit.ports import free_port
from uuid_utils.compat import uuid7

FILE_ID = str(uuid7())


class Files:
    """Stands where the service of files does, and says of each file what the test does."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {FILE_ID: "clean"}
        self.is_away = False
        self.asked: list[tuple[str, list[str]]] = []
        self.app = FastAPI()
        self.app.post("/internal/users/{user_id}/files")(self.answer)

    async def answer(self, user_id: str, request: Request) -> Any:
        if request.headers["authorization"] != f"Internal {SECRET}":
            return Response(status_code=401)
        ids = (await request.json())["ids"]
        self.asked.append((user_id, ids))
        if self.is_away:
            return Response(status_code=503)
        found = [id_ for id_ in ids if id_ in self.states]
        return {"files": [{"id": id_, "status": self.states[id_], "reason": "malware"} for id_ in found]}


@pytest_asyncio.fixture
async def files() -> Files:
    return Files()


@pytest_asyncio.fixture
async def files_url(files: Files) -> AsyncIterator[str]:
    async with served(files.app) as base:
        yield base


@pytest.fixture
def shelf(files_url: str) -> Shelf:
    return Shelf(files_url, SECRET)


def carrying(*file_ids: str, **more: Any) -> dict[str, Any]:
    attachments = [{"type": "file", "fileId": file_id, "name": "plan.pdf"} for file_id in file_ids]
    return {"content": "", "attachments": attachments, "sendAt": ahead(hours=1), **more}


async def schedule(office: Office, **more: Any) -> tuple[int, Any]:
    return await office.member.post(f"/api/channels/{office.channel_id}/scheduled", carrying(FILE_ID, **more))


async def said(office: Office) -> list[Any]:
    return [message["attachments"] for message in (await office.history(office.owner))["messages"]]


async def failures(who: Asker) -> list[str | None]:
    return [row["failure"] for row in await listed(who)]


async def test_it_is_sent_with_its_files(office: Office, pool: asyncpg.Pool, files: Files, shelf: Shelf) -> None:
    status, made = await schedule(office)
    assert (status, made["message"]["attachments"]) == (201, carrying(FILE_ID)["attachments"])
    assert files.asked == [(str(office.member.user_id), [FILE_ID])]
    await all_due(pool)
    await scheduled.send_due(pool, shelf)
    await scheduled.send_due(pool, shelf)
    assert await said(office) == [carrying(FILE_ID)["attachments"]]
    assert await listed(office.member) == []


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (None, (404, "file_gone")), ("refused", (409, "file_refused")), ("uploading", (409, "file_uploading")),
        ("scanning", (201, None)), ("away", (503, "unavailable")),
    ],
)  # fmt: skip
async def test_files_are_looked_at_when_it_is_written_and_when_it_is_changed(
    office: Office, files: Files, state: str | None, answer: tuple[int, str | None]
) -> None:
    _, before = await office.member.post(f"/api/channels/{office.channel_id}/scheduled", carrying(content="words"))
    files.is_away, files.states = state == "away", {FILE_ID: state} if state else {}
    status, made = await schedule(office)
    assert (status, made.get("type")) == answer
    changed, problem = await office.member.put(
        f"/api/scheduled/{before['id']}", {"attachments": carrying(FILE_ID)["attachments"]}
    )
    assert (changed, problem.get("type")) == (200 if status == 201 else status, answer[1])
    if status != 201:
        assert FILE_ID in made["detail"] or state == "away"
        assert await listed(office.member) == [before]


async def test_who_may_not_schedule_hears_that_first(office: Office, files: Files) -> None:
    for who in (office.guest, office.stranger):
        status, _ = await who.post(f"/api/channels/{office.channel_id}/scheduled", carrying(FILE_ID))
        assert status == 404
    await office.owner.put(f"/api/channels/{office.channel_id}", {"isArchived": True})
    assert (await schedule(office))[0] == 403
    assert files.asked == []


@pytest.mark.parametrize(("state", "failure"), [(None, "file_gone"), ("refused", "file_refused")])
async def test_what_became_of_a_file_fails_it_with_the_reason_and_its_author_is_told(
    office: Office, pool: asyncpg.Pool, files: Files, shelf: Shelf, state: str | None, failure: str
) -> None:
    _, made = await schedule(office, content="see the plan")
    await all_due(pool)
    await told(pool)
    files.states = {FILE_ID: state} if state else {}
    for _ in range(2):
        await scheduled.send_due(pool, shelf)
    assert await said(office) == []
    (event,) = await told(pool)
    assert event.scheduled_message_failed.scheduled.failure == failure
    assert await failures(office.member) == [failure]
    # Nothing is lost: without the file it can go.
    path = f"/api/scheduled/{made['id']}"
    assert (await office.member.post(f"{path}/send"))[1]["type"] == failure
    status, _ = await office.member.put(path, {"attachments": [], "sendAt": ahead(hours=1)})
    assert status == 200
    await all_due(pool)
    await scheduled.send_due(pool, shelf)
    assert await said(office) == [[]]


async def test_who_left_sees_no_file_either_and_hears_why_it_really_was(
    office: Office, pool: asyncpg.Pool, files: Files, shelf: Shelf
) -> None:
    await schedule(office)
    await office.member.made(f"/api/channels/{office.channel_id}/leave")
    files.states = {}
    await all_due(pool)
    await scheduled.send_due(pool, shelf)
    assert await failures(office.member) == ["left_channel"]


@pytest.mark.parametrize("state", ["scanning", "away"])
async def test_it_waits_for_the_scanner_and_for_files_and_holds_up_nobody(
    office: Office, pool: asyncpg.Pool, files: Files, shelf: Shelf, state: str
) -> None:
    for _ in range(3):
        await schedule(office)
    await office.owner.made(
        f"/api/channels/{office.channel_id}/scheduled", {"content": "words", "sendAt": ahead(hours=2)}
    )
    await all_due(pool)
    files.is_away, files.states = state == "away", {FILE_ID: state}
    files.asked.clear()
    await scheduled.send_due(pool, shelf)
    assert await said(office) == [[]]
    assert len(files.asked) == (1 if state == "away" else 3)
    assert await failures(office.member) == [None] * 3
    files.is_away, files.states = False, {FILE_ID: "clean"}
    await scheduled.send_due(pool, shelf)
    assert len(await said(office)) == 4


async def test_where_nobody_says_what_files_there_are_it_waits(office: Office, pool: asyncpg.Pool) -> None:
    await schedule(office)
    await all_due(pool)
    for nowhere in (Shelf(), Shelf(f"http://127.0.0.1:{free_port()}")):
        await scheduled.send_due(pool, nowhere)
        assert await failures(office.member) == [None]


@pytest.mark.parametrize("attachments", [[{"fileId": 7}, {"fileId": "../etc"}, {"name": "x"}], [{"type": "gif"}]])
async def test_attachments_that_name_no_file_ask_nobody(office: Office, files: Files, attachments: list[Any]) -> None:
    body = {**carrying(), "attachments": attachments}
    assert (await office.member.post(f"/api/channels/{office.channel_id}/scheduled", body))[0] == 201
    assert files.asked == []


async def test_two_processes_at_once_send_each_once_with_its_files(
    office: Office, pool: asyncpg.Pool, database_url: str, files_url: str, shelf: Shelf
) -> None:
    for _ in range(20):
        await schedule(office)
    given = {"NEXUS_FILES_URL": files_url, "NEXUS_INTERNAL_SECRET": SECRET}
    async with AsyncExitStack() as both:
        services = [
            await both.enter_async_context(
                process("messaging", database_url=database_url, probe="/healthz", settings=given)
            )
            for _ in range(2)
        ]
        await all_due(pool)
        await services[0].kill()
        await scheduled.send_due(pool, shelf)
        await eventually(lambda: _none_wait(pool), within=30)
    assert await said(office) == [carrying(FILE_ID)["attachments"]] * 20


async def _none_wait(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval("SELECT count(*) FROM scheduled_messages")

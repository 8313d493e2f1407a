"""Share links whose file is removed under them: a plain refusal, and nobody waits for anybody for ever."""

from typing import Any

import aiohttp
import pytest
from desk import Premises
from files.links import accesses, shared, tickets
from files.links.accesses import Visitor
from halts import Halt

VISITOR = Visitor("192.0.2.1", "test")


async def linked(office: Premises) -> tuple[Any, dict[str, Any]]:
    file_id = await office.file(office.member)
    return file_id, await office.member.made(f"/api/files/{file_id}/links", {"downloadLimit": 3})


@pytest.mark.parametrize("step", ["issue", "note"])
async def test_a_file_is_removed_while_its_link_is_opened(
    office: Premises, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    file_id, link = await linked(office)
    halt = Halt(monkeypatch, tickets if step == "issue" else shared.accesses, step)

    async def opened() -> tuple[int, Any]:
        async with http.post(f"{office.member.url}/api/shared/{link['token']}", json={}) as answer:
            return answer.status, await answer.json(content_type=None)

    (status, told), (removed, _) = await halt.around(
        office.pool, opened(), office.member.delete(f"/api/files/{file_id}")
    )
    assert removed == 204
    assert status == 200 if step == "note" else (status, told["type"]) == (404, "not_found")
    assert await office.pool.fetchval("SELECT count(*) FROM link_tickets") == 0


async def test_a_file_is_removed_while_a_download_by_its_link_begins(
    office: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id, link = await linked(office)
    async with office.pool.acquire() as db:
        issued = await tickets.issue(db, link["id"], 1, VISITOR, 60)
    assert issued is not None
    ticket_id = issued[0]

    async def begun() -> None:
        async with office.pool.acquire() as db, db.transaction():
            await tickets.take(db, ticket_id, 4, 4)

    halt = Halt(monkeypatch, tickets, "_consume")
    _, (removed, _) = await halt.around(office.pool, begun(), office.member.delete(f"/api/files/{file_id}"))
    assert removed == 204


async def test_of_a_link_that_is_gone_nothing_is_noted(office: Premises) -> None:
    file_id, link = await linked(office)
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    async with office.pool.acquire() as db:
        await accesses.note(db, link["id"], VISITOR, accesses.Outcome.SHOWN)
    assert await office.pool.fetchval("SELECT count(*) FROM link_accesses") == 0

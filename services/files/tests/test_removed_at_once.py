"""Files that are removed, restored, taken back or shut while somebody is at their bytes: one after the other, whole."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from desk import Premises
from files import jobs, rescans, scanning, uploads, versions
from files.links import tickets
from files.workshop import Workshop
from halts import Halt
from parcels import taken, worked
from test_content import BODY, fetched
from test_direct import PATH as DIRECT
from test_ended_midway import nothing_stays
from test_outages import Knows

STEPS = ["_scanned", "_claim", "_copy", "_let_out"]


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


@pytest.mark.parametrize("step", STEPS)
async def test_a_file_is_removed_at_any_step_of_its_scan(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    file = await taken(office.member, office.channel_id, b"said")
    job = await workshop._take(jobs.QUICK)
    assert job is not None
    halt = Halt(monkeypatch, scanning, step)
    _, (status, _) = await halt.around(office.pool, workshop.do(job), office.member.delete(f"/api/files/{file['id']}"))
    assert status == 204
    await nothing_stays(office, workshop, s3_url)
    assert [listed async for listed in office.store.list("")] == []
    assert not await office.pool.fetchval("SELECT coalesce(sum(bytes), 0) FROM usage")


@pytest.mark.parametrize("step", ["_scanned", "_claim", "_let_out"])
async def test_one_of_two_with_the_same_bytes_is_removed_at_any_step_of_the_others_scan(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = await taken(office.member, office.channel_id, b"said")
    await worked(workshop)
    second = await taken(office.owner, office.channel_id, b"said")
    await office.pool.execute("UPDATE blobs SET signatures = 'older'")  # so that it is scanned as a whole
    job = await workshop._take(jobs.QUICK)
    assert job is not None

    async def removed() -> None:
        assert (await office.member.delete(f"/api/files/{first['id']}"))[0] == 204
        await worked(workshop, (jobs.QUICK,))

    await Halt(monkeypatch, scanning, step).around(office.pool, workshop.do(job), removed())
    for _ in range(3):
        await office.pool.execute("UPDATE jobs SET not_before = now(), leased_until = NULL")
        await worked(workshop)
    _, seen = await office.member.get(f"/api/files/{second['id']}")
    assert seen["status"] == "clean"
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions")
    assert await office.store.read(f"blobs/{blob_id}", 9) == b"said"
    assert await office.pool.fetchval("SELECT sum(bytes) FROM usage") == 4


async def test_a_version_is_restored_while_its_file_is_removed(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = await office.file(office.member, b"first")
    await office.version(file_id, office.member, b"second")
    path = f"/api/files/{file_id}"
    (restored, _), (removed, _) = await Halt(monkeypatch, versions, "require_one_more").around(
        office.pool, office.member.post(f"{path}/versions/1/restore"), office.member.delete(path)
    )
    assert (restored, removed) == (200, 204)
    await nothing_stays(office, workshop, s3_url)
    assert [listed async for listed in office.store.list("")] == []


async def found(office: Premises, workshop: Workshop, clamd_url: str) -> None:
    new = replace(workshop, scanner=Knows(clamd_url, "new", b"first"))
    await rescans.queue(office.pool, "new")
    await worked(new, (jobs.QUIET,))


async def test_a_version_is_restored_while_its_bytes_are_found_to_be_bad(
    office: Premises, workshop: Workshop, clamd_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = await office.file(office.member, b"first")
    await office.version(file_id, office.member, b"second")
    path = f"/api/files/{file_id}"
    (restored, _), _ = await Halt(monkeypatch, versions, "require_one_more").around(
        office.pool, office.member.post(f"{path}/versions/1/restore"), found(office, workshop, clamd_url)
    )
    assert restored == 200
    _, seen = await office.owner.get(path)
    assert (seen["version"], seen["size"]) == (2, len(b"second"))
    statuses = await office.pool.fetch("SELECT status FROM file_versions ORDER BY number")
    assert [row["status"] for row in statuses] == ["refused", "clean", "refused"]


End = Callable[[Premises, Workshop, dict[str, Any]], Awaitable[object]]


async def _revoked(office: Premises, _: Workshop, link: dict[str, Any]) -> None:
    assert (await office.member.delete(f"/api/files/links/{link['id']}"))[0] == 204


async def _removed(office: Premises, workshop: Workshop, link: dict[str, Any]) -> None:
    assert (await office.member.delete(f"/api/files/{link['fileId']}"))[0] == 204
    await worked(workshop)


@pytest.mark.parametrize("end", [_revoked, _removed])
async def test_what_ends_before_a_download_has_begun_gives_no_byte(
    office: Premises, workshop: Workshop, http: aiohttp.ClientSession, content: str,
    monkeypatch: pytest.MonkeyPatch, end: End,
) -> None:  # fmt: skip
    """The look at what the address is good for was before it, and nothing was sent yet."""
    file_id = await office.file(office.member, b"first" + BODY)
    link = await office.member.made(f"/api/files/{file_id}/links", {"downloadLimit": 2})
    url = (await office.stranger.made(f"/api/shared/{link['token']}", {}))["url"]
    halt = Halt(monkeypatch, tickets, "take")
    got, _ = await halt.around(office.pool, fetched(http, content, url), end(office, workshop, link))
    assert (got.status, b"first" in got.body) == (404, False)
    assert not await office.pool.fetchval("SELECT sum(downloads) FROM links")


async def test_of_two_that_want_the_last_bytes_of_a_quota_one_gets_them(
    office: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.pool.execute("INSERT INTO usage (workspace_id, bytes, quota) VALUES ($1, 5, 15)", office.workspace_id)
    wanted = {"filename": "a", "size": 6, "entityType": "channel", "entityId": str(office.channel_id)}
    first, second = await Halt(monkeypatch, uploads, "one").around(
        office.pool, office.member.post(DIRECT, wanted), office.owner.post(DIRECT, wanted)
    )
    assert (first[0], second[0], second[1]["type"]) == (201, 507, "quota_exceeded")

"""Uploads that are over while somebody still writes to them: nothing that comes late stays."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import aiohttp
import pytest
from desk import Asker, Premises
from files.store import PART
from files.workshop import Workshop
from parcels import sent, worked
from test_tus import MEBIBYTE, asked, begun, patched, trickled
from testkit import buckets, eventually

DUE = "UPDATE jobs SET not_before = now(), leased_until = NULL"


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def halting(first: bytes, go_on: asyncio.Event, rest: bytes) -> AsyncIterator[bytes]:
    yield first
    await go_on.wait()
    yield rest


async def nothing_stays(office: Premises, workshop: Workshop, s3_url: str) -> None:
    """Once the jobs that wait have had their turn."""

    async def is_empty() -> bool:
        await office.pool.execute(DUE)
        await worked(workshop)
        async with buckets.client(s3_url) as s3:
            begun = await s3.list_multipart_uploads(Bucket=buckets.name_of(s3_url))
        left = [key for key in await buckets.keys(s3_url) if key.startswith("incoming/")]
        return not (left or begun.get("Uploads") or await office.pool.fetchval("SELECT count(*) FROM jobs"))

    await eventually(is_empty, within=30)
    assert await office.pool.fetchval("SELECT count(*) FROM uploads") == 0


@pytest.mark.parametrize("size", [100, PART + MEBIBYTE, 13 * MEBIBYTE])
async def test_a_resumable_upload_is_ended_under_a_chunk(
    office: Premises, workshop: Workshop, s3_url: str, size: int
) -> None:
    """What a browser has sent is still on its way when its user cancels."""
    path = await begun(office.member, office, 20 * MEBIBYTE)
    async with aiohttp.ClientSession() as leaving:
        who = Asker(leaving, office.member.url, office.member.user_id, office.member.headers)
        body = halting(secrets.token_bytes(size), asyncio.Event(), b"never")
        writing = asyncio.ensure_future(patched(who, path, 0, body))
        await eventually(lambda: office.pool.fetchval("SELECT taken_by FROM tus_uploads"), within=20)
        assert (await asked(office.member, "DELETE", path)).status == 204
        assert "remove" in await worked(workshop)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await eventually(lambda: office.pool.fetchval("SELECT taken_by IS NULL FROM tus_uploads"), within=30)
    await nothing_stays(office, workshop, s3_url)
    assert (await asked(office.member, "HEAD", path)).status == 410


@pytest.mark.parametrize("step", ["complete", "delete"])
async def test_a_whole_upload_is_removed_while_it_is_put_together(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = await begun(office.member, office, 7 * MEBIBYTE)
    assert (await patched(office.member, path, 0, trickled(secrets.token_bytes(7 * MEBIBYTE)))).status == 204
    file_id = await office.pool.fetchval("SELECT file_id FROM tus_uploads")
    taken = await workshop._take("quick")
    assert taken is not None
    assert taken.kind == "assemble"
    at_step, go_on = asyncio.Event(), asyncio.Event()
    do = getattr(workshop.store, step)

    async def halt(*args: object) -> None:
        at_step.set()
        await go_on.wait()
        await do(*args)

    with monkeypatch.context() as patch:
        patch.setattr(workshop.store, step, halt)
        assembling = asyncio.ensure_future(workshop.do(taken))
        await at_step.wait()
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    assert await worked(workshop) == ["remove"]
    go_on.set()
    await assembling
    await nothing_stays(office, workshop, s3_url)


@pytest.mark.parametrize("size", [100, PART + MEBIBYTE])
async def test_a_file_is_removed_while_its_next_version_comes(
    office: Premises, workshop: Workshop, s3_url: str, size: int
) -> None:
    file_id, go_on = await office.file(office.member), asyncio.Event()
    body = halting(b"first", go_on, secrets.token_bytes(size))
    sending = asyncio.ensure_future(sent(office.member, body, path=f"/api/files/{file_id}/versions"))
    await eventually(lambda: office.pool.fetchval("SELECT count(*) FROM uploads"), within=20)
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    assert "remove" in await worked(workshop)
    go_on.set()
    status, told = await sending
    assert (status, told["type"]) in {(404, "not_found"), (409, "upload_over")}
    await nothing_stays(office, workshop, s3_url)

"""Uploads whose bytes are all there while somebody else ends them: they are whole or gone, and never in between."""

from typing import Any

import pytest
from desk import Premises
from files import jobs, upload_routes, uploads
from files.tus import progress, routes
from files.workshop import Workshop
from halts import Halt
from parcels import sent, worked
from test_direct import PATH as DIRECT
from test_direct import begun as directed
from test_direct import completed, put
from test_ended_midway import DUE, nothing_stays
from test_tus import CHUNK, PATH, Answer, asked, begun, metadata, patched


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def statuses(office: Premises, workshop: Workshop, s3_url: str) -> list[str]:
    """Of all versions, once everything that waits was done."""
    await nothing_stays(office, workshop, s3_url)
    return [row["status"] for row in await office.pool.fetch("SELECT status FROM file_versions ORDER BY number")]


async def test_a_form_whose_end_is_not_heard_of_has_ended(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database stores it and is gone before it can say so."""
    receive = upload_routes._received

    async def unheard(*args: Any) -> None:
        await receive(*args)
        raise ConnectionResetError

    monkeypatch.setattr(upload_routes, "_received", unheard)
    status, _ = await sent(office.member, b"said", entityType="channel", entityId=office.channel_id)
    assert status == 503
    assert await statuses(office, workshop, s3_url) == ["clean"]


async def test_an_upload_is_ended_while_its_last_chunk_comes(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await begun(office.member, office, 4)

    async def finished() -> int:
        written = await patched(office.member, path, 0, b"said")
        await worked(workshop, (jobs.QUICK,))
        return written.status

    halt = Halt(monkeypatch, uploads, "give_up")
    ended, written = await halt.around(office.pool, asked(office.member, "DELETE", path), finished())
    left = await statuses(office, workshop, s3_url)
    assert (ended.status, written, left) in ((204, 410, []), (409, 204, ["clean"]))


@pytest.mark.parametrize(("where", "step"), [(routes, "_ask_again"), (progress, "take")])
async def test_a_beginning_that_was_sent_twice_is_gone_on_with_before_the_first_has_written(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, where: Any, step: str
) -> None:
    said = metadata(filename="a.bin", entityType="channel", entityId=office.channel_id)
    begin = {"Upload_Length": "10", "Upload_Metadata": said, "Idempotency_Key": "k"}

    async def go_on() -> Answer:
        again = await asked(office.member, "POST", PATH, **begin)
        assert (again.status, again.offset) == (201, 0)
        return await patched(office.member, again.headers["Location"], 0, b"0123456789"[:5])

    halt = Halt(monkeypatch, where, step)
    first = asked(office.member, "POST", PATH, b"01234", **begin, Content_Type=CHUNK["Content-Type"])
    made, gone_on = await halt.around(office.pool, first, go_on())
    assert (made.status, made.offset, gone_on.status) == (201, 5, 204)
    assert (await patched(office.member, made.headers["Location"], 5, b"56789")).status == 204
    assert await statuses(office, workshop, s3_url) == ["clean"]


@pytest.mark.parametrize("step", ["copy", "head"])
async def test_what_was_put_straight_is_taken_over_by_two_at_once(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The first stood still for so long that its job was given to a second, and goes on."""
    told = await directed(office.member, office, 4)
    assert await put(office.member, told, b"said") == 200
    assert (await completed(office.member, told))[0] == 202
    first = await workshop._take(jobs.QUICK)
    await office.pool.execute(DUE)
    second = await workshop._take(jobs.QUICK)
    assert first is not None
    assert second is not None
    await Halt(monkeypatch, workshop.store, step).around(office.pool, workshop.do(second), workshop.do(first))
    assert await statuses(office, workshop, s3_url) == ["clean"]


async def test_a_completion_that_is_said_twice_is_one_though_the_first_was_quicker(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await directed(office.member, office, 4)
    assert await put(office.member, told, b"said") == 200

    async def quicker() -> int:
        status, _ = await completed(office.member, told)
        await worked(workshop)
        return status

    halt = Halt(monkeypatch, office.store, "head")
    later, (first) = await halt.around(office.pool, completed(office.member, told), quicker())
    assert (first, later) == (202, (202, "clean"))


async def test_a_next_version_that_was_given_up_is_completed_no_more(office: Premises, workshop: Workshop) -> None:
    file_id = await office.file(office.member)
    wanted = {"filename": "a.txt", "mimeType": "text/plain", "size": 4, "fileId": str(file_id)}
    told = await office.member.made(DIRECT, wanted)
    assert await put(office.member, told, b"next") == 200
    assert (await office.member.delete(f"{DIRECT}/{told['id']}"))[0] == 204
    assert await completed(office.member, told) == (404, "not_found")
    await worked(workshop)
    assert await completed(office.member, told) == (404, "not_found")

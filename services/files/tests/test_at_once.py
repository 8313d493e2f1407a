"""What happens to one file at once: neither waits for the other for ever, and nothing is lost or left."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from desk import Premises
from eventbus import Tombstone
from eventbus.inbox import deliver
from files import housekeeping, keys, leftovers, quotas, removal, scanning, unsent, uploads
from files.handlers import CONSUMES
from files.store import PART, Missing, StoreGone
from files.tus import progress
from files.workshop import Workshop
from halts import WAITING, Halt
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent
from parcels import VIRUS, sent, taken, worked
from talk import a_message, posted, sees
from test_direct import PATH as DIRECT
from test_direct import begun as directed
from test_direct import completed, put
from test_ended_midway import DUE, halting, nothing_stays
from test_tus import MEBIBYTE, PATH, asked, begun, metadata, patched, trickled
from testkit import eventually
from uuid_utils.compat import uuid7

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>'
End = Callable[[Premises, Workshop, dict[str, Any]], Awaitable[object]]


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def _given_up(office: Premises, _: Workshop, told: dict[str, Any]) -> object:
    status, _ = await office.member.delete(f"{DIRECT}/{told['id']}")
    assert status in (204, 404)
    return status


async def _expired(office: Premises, _: Workshop, __: dict[str, Any]) -> object:
    return await housekeeping.give_up_expired(office.pool)


async def _finished(office: Premises, workshop: Workshop, told: dict[str, Any]) -> object:
    return await worked(workshop, ("quick",))


ENDS: dict[str, End] = {"given up": _given_up, "expired": _expired, "finished": _finished, "refused": _finished}


@pytest.mark.parametrize("end", ENDS)
async def test_a_file_is_removed_while_its_upload_ends(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    told = await directed(office.member, office, len(VIRUS))
    if end in ("finished", "refused"):
        assert await put(office.member, told, VIRUS) == 200
        assert (await completed(office.member, told))[0] == 202
    if end == "refused":
        job = await workshop._take("quick")
        assert job is not None
        await workshop.do(job)
    if end == "expired":
        await office.pool.execute("UPDATE uploads SET expires_at = now() - interval '1 second'")
    halt = Halt(monkeypatch, removal.holds, "keep")
    removing = office.member.delete(f"/api/files/{told['fileId']}")
    (status, _), _ = await halt.around(office.pool, removing, ENDS[end](office, workshop, told))
    assert status == 204
    await leftovers.drops.sweep(office.pool, workshop.store)
    await office.pool.execute("UPDATE direct_uploads SET permitted_until = now() - interval '1 day'")
    await leftovers.drops.sweep(office.pool, workshop.store)
    await nothing_stays(office, workshop, s3_url)
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0


async def test_a_form_ends_while_its_file_is_removed(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = await office.file(office.member)
    halt = Halt(monkeypatch, uploads, "queue_scan")
    sending = sent(office.member, b"next", path=f"/api/files/{file_id}/versions")
    (status, _), (removed, _) = await halt.around(office.pool, sending, office.member.delete(f"/api/files/{file_id}"))
    assert (status in (201, 404), removed) == (True, 204)
    await nothing_stays(office, workshop, s3_url)


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_file_is_removed_under_the_parts_of_its_next_version(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch, hangs_up: bool
) -> None:
    put_part = office.store.put_part

    async def put(*args: Any) -> Any:
        try:
            return await put_part(*args)
        except Missing:
            raise StoreGone("it hangs up, as some do") from None

    if hangs_up:
        monkeypatch.setattr(office.store, "put_part", put)
    file_id, go_on = await office.file(office.member), asyncio.Event()
    body = halting(secrets.token_bytes(PART + 1), go_on, secrets.token_bytes(2 * PART))
    sending = asyncio.ensure_future(sent(office.member, body, path=f"/api/files/{file_id}/versions"))
    await eventually(lambda: office.pool.fetchval("SELECT multipart_id FROM uploads"), within=20)
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    await worked(workshop)
    go_on.set()
    status, told = await sending
    assert (status, told["type"]) in {(404, "not_found"), (409, "upload_over")}
    await nothing_stays(office, workshop, s3_url)


async def test_a_first_version_is_given_up_while_the_next_one_begins(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await directed(office.member, office, 9)
    wanted = {"filename": "a.txt", "mimeType": "text/plain", "size": 4, "fileId": first["fileId"]}
    halt = Halt(monkeypatch, quotas, "require_room")
    beginning = office.member.post(DIRECT, wanted)
    (status, second), (ended, _) = await halt.around(
        office.pool, beginning, office.member.delete(f"{DIRECT}/{first['id']}")
    )
    assert (status, ended) == (201, 204)
    assert await put(office.member, second, b"said") == 200
    assert (await completed(office.member, second))[0] == 202
    await worked(workshop)
    assert (await office.owner.get(f"/api/files/{first['fileId']}"))[1]["status"] == "clean"


async def test_a_chunk_is_noted_while_another_request_wants_the_turn(
    office: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await begun(office.member, office, 200)
    monkeypatch.setattr(progress, "LEASE", 0.0)
    halt = Halt(monkeypatch, progress.uploads, "extend")
    first, second = await halt.around(
        office.pool, patched(office.member, path, 0, b"x" * 100), patched(office.member, path, 0, b"x" * 100)
    )
    assert (first.status, second.status) == (423, 204)


async def test_a_tail_that_comes_after_its_turn_was_lost_goes(
    office: Premises, workshop: Workshop, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await begun(office.member, office, 200)
    halt = Halt(monkeypatch, workshop.store, "put")

    async def ended() -> None:
        await office.pool.execute("UPDATE tus_uploads SET taken_until = now() - interval '1 second'")
        assert (await asked(office.member, "DELETE", path)).status == 204
        assert await worked(workshop) == ["remove"]

    written, _ = await halt.around(office.pool, patched(office.member, path, 0, b"x" * 100), ended())
    assert written.status in (410, 423)
    await nothing_stays(office, workshop, s3_url)


async def test_an_empty_upload_that_is_patched_once_more_leaves_nothing(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    said = metadata(filename="a.txt", entityType="channel", entityId=office.channel_id)
    path = (await asked(office.member, "POST", PATH, Upload_Length="0", Upload_Metadata=said)).headers["Location"]
    await worked(workshop)
    answer = await patched(office.member, path, 0, b"")
    assert (answer.status, answer.offset) == (204, 0)
    await nothing_stays(office, workshop, s3_url)


async def test_parts_that_were_begun_and_never_noted_go_with_their_upload(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    path = await begun(office.member, office, 20 * MEBIBYTE)
    assert (await patched(office.member, path, 0, trickled(bytes(7 * MEBIBYTE)))).status == 204
    await office.store.begin(keys.INCOMING + path.rpartition("/")[2])
    assert (await asked(office.member, "DELETE", path)).status == 204
    await nothing_stays(office, workshop, s3_url)


@pytest.mark.parametrize("way", ["tus", "direct"])
async def test_what_came_as_a_whole_does_not_expire_before_its_job_has_had_a_turn(
    office: Premises, workshop: Workshop, way: str
) -> None:
    """However long this service was away."""
    if way == "tus":
        path = await begun(office.member, office, 4)
        assert (await patched(office.member, path, 0, b"said")).status == 204
    else:
        told = await directed(office.member, office, 4)
        assert await put(office.member, told, b"said") == 200
        assert (await completed(office.member, told))[0] == 202
    await office.pool.execute("UPDATE uploads SET expires_at = now() - interval '1 day'")
    await office.pool.execute("UPDATE direct_uploads SET permitted_until = now() - interval '1 day'")
    assert await housekeeping.give_up_expired(office.pool) == 0
    await leftovers.tidy(office.pool, office.store)
    await worked(workshop)
    assert await office.pool.fetchval("SELECT status FROM file_versions") == "clean"


async def test_what_is_written_to_quarantine_after_the_scan_is_not_let_out(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, claim = await taken(office.member, office.channel_id, b"x" * len(VIRUS)), scanning._claim

    async def late(*args: Any) -> object:
        upload_id = await office.pool.fetchval("SELECT id FROM uploads")
        await office.store.put(keys.incoming(upload_id), VIRUS)
        return await claim(*args)

    monkeypatch.setattr(scanning, "_claim", late)
    assert await worked(workshop, ("quick",)) == ["scan"]
    assert (await office.owner.get(f"/api/files/{file['id']}"))[0] == 404
    await office.pool.execute(DUE)
    await worked(workshop)
    assert (await office.member.get(f"/api/files/{file['id']}"))[1]["reason"] in ("malware", "damaged")
    assert [listed async for listed in office.store.list("")] == []


async def test_an_upload_begins_in_a_channel_that_is_just_going(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Tombstone(str(office.channel_id), str(uuid7()))
    halt = Halt(monkeypatch, quotas, "require_room")
    removing = deliver(gone, CONSUMES[ChannelDirectoryEvent], office.pool, "files")
    await halt.around(
        office.pool, sent(office.member, b"x", entityType="channel", entityId=office.channel_id), removing
    )
    await worked(workshop)
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0
    assert [listed async for listed in office.store.list("")] == []


async def test_a_draft_is_sent_at_last_while_it_is_swept(office: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE file_places SET entity_type = 'draft', added_at = now() - interval '2 years'")
    halt = Halt(monkeypatch, unsent.removal, "remove")
    sweeping = unsent.sweep(office.pool)
    message = a_message(office.member, office.channel_id, file_id)
    assert (await halt.around(office.pool, sweeping, posted(office.pool, message)))[0] == 1
    assert not await sees(office.owner, file_id)


async def test_who_comes_to_have_bytes_while_they_are_looked_into_is_told_what_was_made(
    office: Premises, workshop: Workshop
) -> None:
    first = await taken(office.member, office.channel_id, DRAWING, "a.svg", media_type="image/svg+xml")
    job = await workshop._take("quick")
    assert job is not None
    await workshop.do(job)
    second = await office.file(office.member)
    looking = await workshop._take("quick")
    while looking is not None and looking.kind != "inspect":
        await workshop.do(looking)
        looking = await workshop._take("quick")
    assert looking is not None
    async with office.pool.acquire() as db, db.transaction():
        blob_id = await db.fetchval("SELECT id FROM blobs WHERE id = $1 FOR UPDATE", looking.blob_id)
        inspecting = asyncio.ensure_future(workshop.do(looking))
        await eventually(lambda: office.pool.fetchval(WAITING), within=60)
        await db.execute("UPDATE file_versions SET blob_id = $2 WHERE file_id = $1", second, blob_id)
    await inspecting
    rows = await office.pool.fetch("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id")
    events = [FileEvent.FromString(row["value"]) for row in rows]
    told = {event.file_id for event in events if event.HasField("file_changed") and event.file_changed.file.thumbnail}
    assert told == {first["id"], str(second)}

"""What is clean is looked into, shown in small and in full, and made into other formats; whoever reads it is told."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import strange
from chassis.confined.limits import Failed, Reason
from chassis.confined.runner import Program, Runner
from desk import Asker, Premises
from files import confinement, inspecting, jobs, keys, previewing, removal
from files.media import films
from files.store import Store
from files.workshop import Workshop
from nexus.files.v1.file_event_pb2 import FileEvent
from parcels import worked

PDF, JPEG = "application/pdf", "image/jpeg"


async def clean(
    office: Premises, body: bytes, filename: str = "a", media_type: str = "application/octet-stream"
) -> tuple[UUID, UUID]:
    """A file whose bytes were just found clean, and its blob."""
    file_id = await office.file(office.member, body, filename, media_type)
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE file_id = $1", file_id)
    await office.pool.execute("UPDATE blobs SET media_type = 'application/octet-stream' WHERE id = $1", blob_id)
    async with office.pool.acquire() as db, db.transaction():
        await jobs.add(db, "inspect", blob_id, blob_id=blob_id)
    return file_id, blob_id


async def made(store: Store, blob_id: UUID) -> set[str]:
    prefix = keys.derived(blob_id)
    return {listed.key.removeprefix(prefix) async for listed in store.list(prefix)}


async def shown(who: Asker, file_id: UUID) -> Any:
    status, told = await who.get(f"/api/files/{file_id}/previews")
    assert status == 200, told
    return told


async def told(pool: asyncpg.Pool, file_id: UUID) -> list[FileEvent]:
    rows = await pool.fetch("SELECT value FROM outbox WHERE key = $1 ORDER BY id", str(file_id).encode())
    return [FileEvent.FromString(row["value"]) for row in rows]


async def test_a_picture_has_its_size_and_thumbnail_and_everybody_who_sees_it_is_told(
    office: Premises, workshop: Workshop
) -> None:
    file_id, blob_id = await clean(office, strange.picture(2_000, 1_000), "a.jpg", JPEG)
    assert await worked(workshop) == ["inspect", "preview"]
    _, file = await office.owner.get(f"/api/files/{file_id}")
    assert (file["mimeType"], file["width"], file["height"], file["thumbnail"]) == (JPEG, 2_000, 1_000, True)
    assert {each["variant"]: (each["width"], each["height"]) for each in file["previews"]} == {
        "thumbnail": (200, 100), "image": (1_600, 800),
    }  # fmt: skip
    assert await made(office.store, blob_id) == {"thumbnail", "image"}
    kinds = [event.WhichOneof("payload") for event in await told(office.pool, file_id)]
    assert [kind for kind in kinds if kind != "file_progress"] == ["file_changed"] * 2


async def test_a_second_file_of_the_same_bytes_is_shown_at_once(office: Premises, workshop: Workshop) -> None:
    first, blob_id = await clean(office, strange.picture(), "a.jpg", JPEG)
    await worked(workshop)
    second = await office.file(office.owner, b"other")
    await office.pool.execute("UPDATE file_versions SET blob_id = $2 WHERE file_id = $1", second, blob_id)
    async with office.pool.acquire() as db, db.transaction():
        await jobs.add(db, "inspect", blob_id, blob_id=blob_id)
    assert await worked(workshop) == ["inspect"]
    assert (await shown(office.owner, second))["previews"] == (await shown(office.owner, first))["previews"] != []


async def test_pages_of_a_document_are_drawn_and_its_text_is_kept(office: Premises, workshop: Workshop) -> None:
    file_id, blob_id = await clean(office, strange.pdf(2), "a.pdf", PDF)
    assert await worked(workshop) == ["inspect", "thumbnail", "preview"]
    assert await made(office.store, blob_id) == {"thumbnail", "page-1", "page-2", "text"}
    _, file = await office.owner.get(f"/api/files/{file_id}")
    assert (file["mimeType"], file["pages"], file["thumbnail"]) == (PDF, 2, True)
    assert b"Page 2 says hello" in await office.store.read(keys.derived(blob_id, "text"), 100_000)


@pytest.mark.parametrize("filename", ["a.docx", "a", "a.ods", "a.odp"])
async def test_an_office_document_becomes_pages(office: Premises, workshop: Workshop, filename: str) -> None:
    file_id, blob_id = await clean(office, strange.OFFICE_FILES.get(filename, strange.document)(), filename)
    await worked(workshop)
    assert await made(office.store, blob_id) == {"thumbnail", "pdf", "page-1", "text"}
    assert b"Minutes of the meeting" in await office.store.read(keys.derived(blob_id, "text"), 100_000)
    assert (await shown(office.owner, file_id))["conversions"] == ["pdf"]


async def test_a_document_gets_nothing_of_the_machine_and_nothing_of_the_network(
    office: Premises, workshop: Workshop, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the house")
    asked: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        bodies = (strange.reaching_document(secret, port), strange.reaching_page(secret, port))
        blobs = [(await clean(office, body))[1] for body in bodies]
        await worked(workshop)
    for blob_id, name in zip(blobs, ("text", "html"), strict=True):
        kept = await office.store.read(keys.derived(blob_id, name), 1_000_000)
        assert b"Only this is said" in kept
        assert b"key of the house" not in kept
    assert asked == []


async def test_a_macro_of_a_document_is_not_run(office: Premises, workshop: Workshop) -> None:
    _, blob_id = await clean(office, strange.programmed_document(), "a.odt")
    await worked(workshop)
    assert (await office.store.read(keys.derived(blob_id, "text"), 1_000)).strip() == b"Only this is said"


async def test_a_document_that_swells_fails_alone(office: Premises, workshop: Workshop) -> None:
    body = strange.swollen_document()
    assert len(body) < 400_000
    file_id, _ = await clean(office, body, "a.docx")
    fine, _ = await clean(office, b"words", "a.txt", "text/plain")
    await worked(workshop)
    (failed,) = (await shown(office.member, file_id))["jobs"]
    assert (failed["kind"], failed["state"]) == ("preview", "failed")
    assert failed["reason"] in set(Reason)
    assert failed["sentence"]
    assert [each["variant"] for each in (await shown(office.member, fine))["previews"]] == ["html", "text"]


async def test_a_film_has_a_poster_and_a_form_that_every_browser_plays(
    office: Premises, workshop: Workshop, runner: Runner
) -> None:
    film = await strange.played(runner, "a.avi", "-c:v", "mpeg4", "-c:a", "mp3")
    file_id, blob_id = await clean(office, film, "a.avi")
    assert await worked(workshop) == ["inspect", "thumbnail", "preview"]
    assert await made(office.store, blob_id) == {"thumbnail", "poster", "video"}
    _, file = await office.owner.get(f"/api/files/{file_id}")
    assert (file["width"], file["height"], round(file["duration"])) == (320, 180, 2)
    body = await office.store.read(keys.derived(blob_id, "video"), 10_000_000)
    assert body.index(b"moov") < body.index(b"mdat")
    async with runner.folder() as folder:
        (folder / "input").write_bytes(body)
        said = json.loads(
            await runner.run(
                Program(("/usr/bin/ffprobe", "-v", "error", "-of", "json", "-show_streams", "input")), folder,
                limits=confinement.PROBE,
            )
        )  # fmt: skip
    assert [stream["codec_name"] for stream in said["streams"]] == ["h264", "aac"]


async def test_a_sound_is_drawn_and_made_playable_where_it_is_not(
    office: Premises, workshop: Workshop, runner: Runner
) -> None:
    plain = await strange.played(runner, "a.mp3", "-vn", "-c:a", "mp3")
    rare = await strange.played(runner, "a.wma", "-vn", "-c:a", "wmav2")
    (file_id, of_plain), (_, of_rare) = await clean(office, plain, "a.mp3"), await clean(office, rare, "a.wma")
    await worked(workshop)
    assert await made(office.store, of_plain) == {"waveform"}
    assert await made(office.store, of_rare) == {"waveform", "audio"}
    wave = json.loads(await office.store.read(keys.derived(of_plain, "waveform"), 100_000))
    assert len(wave["peaks"]) == 500
    assert 0.05 < max(wave["peaks"]) <= 1
    assert round((await office.owner.get(f"/api/files/{file_id}"))[1]["duration"]) == 2


@pytest.mark.parametrize("to", ["png", "webp", "pdf"])
async def test_a_picture_is_converted_once_for_everybody_who_reads_it(
    office: Premises, workshop: Workshop, to: str
) -> None:
    file_id, blob_id = await clean(office, strange.picture(), "a.jpg", JPEG)
    await worked(workshop)
    path = f"/api/files/{file_id}/conversions"
    for who in (office.owner, office.member):
        assert await who.post(path, {"to": to}) == (202, {"variant": f"converted-{to}", "state": "waiting"})
    assert await worked(workshop) == ["convert"]
    assert await office.owner.post(path, {"to": to}) == (202, {"variant": f"converted-{to}", "state": "ready"})
    assert await worked(workshop) == []
    assert f"converted-{to}" in await made(office.store, blob_id)


async def test_an_office_document_is_converted_to_pdf(office: Premises, workshop: Workshop) -> None:
    file_id, blob_id = await clean(office, strange.document(), "a.docx")
    await worked(workshop)
    assert (await office.owner.post(f"/api/files/{file_id}/conversions", {"to": "pdf"}))[0] == 202
    await worked(workshop)
    assert (await office.store.read(keys.derived(blob_id, "converted-pdf"), 1_000_000)).startswith(b"%PDF-")


async def test_what_cannot_be_converted_is_refused(office: Premises, workshop: Workshop) -> None:
    file_id, _ = await clean(office, b"words", "a.txt", "text/plain")
    await worked(workshop)
    path = f"/api/files/{file_id}/conversions"
    status, problem = await office.owner.post(path, {"to": "pdf"})
    assert (status, problem["type"]) == (422, "no_such_conversion")
    assert (await office.owner.post(path, {"to": "exe"}))[0] == 422
    assert await worked(workshop) == []


async def test_who_does_not_read_a_file_sees_no_preview_and_converts_nothing(
    office: Premises, workshop: Workshop
) -> None:
    file_id, _ = await clean(office, strange.picture(), "a.jpg", JPEG)
    await worked(workshop)
    for who in (office.outsider, office.stranger):
        assert (await who.get(f"/api/files/{file_id}/previews"))[0] == 404
        assert (await who.post(f"/api/files/{file_id}/conversions", {"to": "png"}))[0] == 404
    assert await worked(workshop) == []


async def test_what_cannot_be_read_stays_bytes_with_a_note(office: Premises, workshop: Workshop) -> None:
    file_id, blob_id = await clean(office, strange.bomb(), "a.png", "image/png")
    assert await worked(workshop) == ["inspect"]
    said = await shown(office.owner, file_id)
    assert (said["previews"], said["note"], said["conversions"]) == ([], "too_many_pixels", [])
    assert (await office.owner.get(f"/api/files/{file_id}"))[1]["mimeType"] == "application/octet-stream"
    assert await made(office.store, blob_id) == set()


async def test_a_look_that_is_killed_leaves_a_file_without_previews(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "TASK", "testkit.hostile:abort")
    file_id, _ = await clean(office, strange.picture(), "a.jpg", JPEG)
    assert await worked(workshop) == ["inspect"]
    assert (await shown(office.owner, file_id))["note"] == "crashed"


async def test_nothing_is_left_of_what_is_made_while_its_file_is_removed(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id, blob_id = await clean(office, strange.picture(), "a.jpg", JPEG)
    keep = previewing.derived.keep

    async def remove_first(*arguments: Any, **more: Any) -> None:
        async with office.pool.acquire() as db, db.transaction():
            await removal.remove(db, file_id)
        await keep(*arguments, **more)

    monkeypatch.setattr(inspecting.derived, "keep", remove_first)
    await worked(workshop)
    assert await made(office.store, blob_id) == set()


async def test_progress_of_long_work_is_told_to_who_uploaded_it(
    office: Premises, workshop: Workshop, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for teller in (confinement, films):
        monkeypatch.setattr(teller, "TELL_EVERY", 0.02)
    film = await strange.played(runner, "a.avi", "-c:v", "mpeg4", "-c:a", "mp3", seconds=60)
    file_id, _ = await clean(office, film, "a.avi")
    await worked(workshop)
    events = [event.file_progress for event in await told(office.pool, file_id) if event.HasField("file_progress")]
    steps = [event.percent for event in events if event.step == "preview"]
    assert steps
    assert steps == sorted(steps)
    assert {event.user_id for event in events} == {str(office.member.user_id)}


async def test_a_job_waits_while_no_place_is_free(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop.runner, "_places", asyncio.Semaphore(0))
    monkeypatch.setattr(confinement, "LOOK", confinement.Limits(wait=0.05))
    monkeypatch.setattr(inspecting, "LOOK", confinement.LOOK)
    _, blob_id = await clean(office, strange.picture(), "a.jpg", JPEG)
    assert await worked(workshop) == ["inspect"]
    row = await office.pool.fetchrow("SELECT state, not_before > now() AS waits FROM jobs WHERE blob_id = $1", blob_id)
    assert tuple(row) == ("waiting", True)


async def test_a_look_for_which_there_was_no_time_is_tried_again_and_then_given_up(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "LOOK", confinement.Limits(seconds=0.01))
    file_id, blob_id = await clean(office, strange.picture(), "a.jpg", JPEG)
    for attempt in range(1, confinement.TRIES + 1):
        assert (await shown(office.owner, file_id))["note"] is None
        await office.pool.execute("UPDATE jobs SET not_before = now() WHERE blob_id = $1", blob_id)
        assert await worked(workshop) == ["inspect"], attempt
    assert (await shown(office.owner, file_id))["note"] == "time"


async def test_ffmpeg_reads_no_file_but_the_one_it_is_given(runner: Runner, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key of the house")
    for body in (f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile {secret}\n"):
        async with runner.folder() as folder:
            (folder / "input").write_text(body)
            with pytest.raises(Failed) as failure:
                await runner.run(previewing.films.probe(), folder, limits=confinement.PROBE)
        assert failure.value.reason is Reason.CRASHED

"""Versions, names and listings of files."""

import pytest
from desk import Premises
from files.workshop import Workshop
from nexus.files.v1.file_event_pb2 import FileEvent
from parcels import VIRUS, sent, taken, worked


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def test_a_file_is_uploaded_anew_and_becomes_again_what_it_was(office: Premises, workshop: Workshop) -> None:
    file = await taken(office.member, office.channel_id, b"first", "plan.txt")
    path = f"/api/files/{file['id']}"
    await worked(workshop)
    assert (await sent(office.owner, b"second", path=f"{path}/versions"))[0] == 201
    assert (await office.guest.get(path))[1]["version"] == 1
    await worked(workshop)
    status, seen = await office.guest.get(path)
    assert (status, seen["version"], seen["size"], seen["filename"]) == (200, 2, 6, "plan.txt")
    assert (await sent(office.member, VIRUS, fileId=file["id"]))[0] == 201
    await worked(workshop)
    assert (await office.guest.get(path))[1]["version"] == 2
    status, restored = await office.member.post(f"{path}/versions/1/restore")
    assert (status, restored["version"], restored["size"], restored["sha256"]) == (200, 4, 5, file["sha256"])
    _, told = await office.guest.get(f"{path}/versions")
    assert [(each["version"], each["restoredFrom"]) for each in told["versions"]] == [(4, 1), (2, None), (1, None)]
    _, told = await office.member.get(f"{path}/versions")
    assert [each["status"] for each in told["versions"]] == ["clean", "refused", "clean", "clean"]
    for number, answer in ((3, 404), (9, 404), (0, 422)):
        assert (await office.member.post(f"{path}/versions/{number}/restore"))[0] == answer
    assert (await office.member.delete(path))[0] == 204
    await worked(workshop)
    assert [listed async for listed in office.store.list("")] == []


async def test_a_version_that_comes_behind_a_newer_one_is_not_told_as_what_is_seen(
    office: Premises, workshop: Workshop
) -> None:
    file = await taken(office.member, office.channel_id, b"first")
    await worked(workshop)
    for body in (b"second", b"third"):
        assert (await sent(office.member, body, fileId=file["id"]))[0] == 201
    await office.pool.execute("UPDATE jobs SET not_before = now() + interval '1 hour' WHERE version = 2")
    await worked(workshop)
    await office.pool.execute("UPDATE jobs SET not_before = now()")
    await worked(workshop)
    rows = await office.pool.fetch("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id")
    events = [FileEvent.FromString(row["value"]) for row in rows]
    told = [event.file_changed.file.version for event in events if event.HasField("file_changed")]
    assert (told, told[-1]) == (sorted(told), 3)
    assert (await office.owner.get(f"/api/files/{file['id']}"))[1]["version"] == 3
    _, all_of_them = await office.owner.get(f"/api/files/{file['id']}/versions")
    assert [each["status"] for each in all_of_them["versions"]] == ["clean"] * 3


async def test_a_file_has_a_bounded_number_of_versions(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute(
        "INSERT INTO file_versions (file_id, number, status, declared_type, size, uploaded_by) "
        "SELECT $1, number, 'refused', 'text/plain', 1, $2 FROM generate_series(2, 100) number",
        file_id, office.member.user_id,
    )  # fmt: skip
    await office.pool.execute("UPDATE files SET last_version = 100")
    for status, told in (
        await sent(office.member, b"more", fileId=file_id),
        await office.member.post(f"/api/files/{file_id}/versions/1/restore"),
    ):
        assert (status, told["type"]) == (409, "too_many_versions")


async def test_a_new_name_is_clean_and_told(office: Premises) -> None:
    file_id = await office.file(office.member)
    status, seen = await office.member.ask("PATCH", f"/api/files/{file_id}", {"filename": "../\u202enew.pdf"})
    assert (status, seen["filename"]) == (200, "new.pdf")
    row = await office.pool.fetchrow("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id DESC LIMIT 1")
    changed = FileEvent.FromString(row["value"]).file_changed
    assert changed.file.filename == "new.pdf"
    assert [place.entity_id for place in changed.places] == [str(office.channel_id)]
    for body in ({}, {"filename": ""}, {"filename": 7}, {"filename": "a", "size": 1}, {"filename": "x" * 300}):
        assert (await office.member.ask("PATCH", f"/api/files/{file_id}", body))[0] == 422


async def test_a_place_is_listed_page_by_page_and_ids_in_their_order(office: Premises) -> None:
    made = [str(await office.file(office.member, f"body {number}".encode())) for number in range(5)]
    found: list[str] = []
    query = {"entityType": "channel", "entityId": str(office.channel_id), "limit": "2"}
    while True:
        _, page = await office.owner.get("/api/files", **query)
        assert len(page["files"]) <= 2
        found += [file["id"] for file in page["files"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert found == made[::-1]
    wanted = [made[3], made[0], made[3], "0190a000-0000-7000-8000-000000000000"]
    _, told = await office.owner.get("/api/files", ids=",".join(wanted))
    assert [file["id"] for file in told["files"]] == [made[3], made[0]]
    assert (await office.outsider.get("/api/files", ids=",".join(made)))[1]["files"] == []


@pytest.mark.parametrize(
    "query",
    [
        {}, {"entityType": "channel"}, {"entityType": "planet", "entityId": "x"}, {"ids": "x"}, {"ids": "," * 10},
        {"ids": ",".join(["0190a000-0000-7000-8000-000000000000"] * 120)}, {"cursor": "x"}, {"limit": "0"},
        {"limit": "101"},
    ],
)  # fmt: skip
async def test_a_listing_that_is_asked_wrong_is_refused(office: Premises, query: dict[str, str]) -> None:
    place = {"entityType": "channel", "entityId": str(office.channel_id)} if {"cursor", "limit"} & set(query) else {}
    status, told = await office.member.get("/api/files", **place, **query)
    assert status in (404, 422) or told["files"] == []
    assert status != 500

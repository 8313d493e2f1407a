"""Uploads straight to the store: exactly what was announced, once, and scanned like everything else. On both stores."""

import hashlib
import io
import secrets
from typing import Any

import pytest
from desk import Asker, Premises
from files import housekeeping, keys, leftovers
from files.store import Store
from files.workshop import Workshop
from parcels import VIRUS, worked
from testkit import buckets

PATH = "/api/files/direct"


@pytest.fixture
def s3_url(each_s3_url: str) -> str:
    return each_s3_url


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def begun(who: Asker, office: Premises, size: int, **more: Any) -> dict[str, Any]:
    wanted = {"filename": "a.txt", "mimeType": "text/plain", "size": size, "entityType": "channel"}
    told: dict[str, Any] = await who.made(PATH, {**wanted, "entityId": str(office.channel_id), **more})
    return told


async def put(who: Asker, told: dict[str, Any], body: bytes, **headers: str) -> int:
    """The store's answer to a client that sends these bytes, whatever it was told to send."""
    said = {name: value for name, value in told["headers"].items() if name != "Content-Length"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with who.http.put(told["url"], data=io.BytesIO(body), headers={**said, **named}) as answer:
        return answer.status


async def completed(who: Asker, told: dict[str, Any]) -> tuple[int, str]:
    status, answer = await who.post(f"{PATH}/{told['id']}/complete")
    return status, answer["status"] if status == 202 else answer["type"]


async def test_bytes_that_were_put_become_a_file(office: Premises, store: Store, workshop: Workshop) -> None:
    body = secrets.token_bytes(6_000_000)
    told = await begun(office.member, office, len(body), filename="보고서.txt")
    assert await completed(office.member, told) == (409, "not_uploaded")
    assert await put(office.member, told, body) == 200
    assert (await office.owner.get(f"/api/files/{told['fileId']}"))[0] == 404
    assert (await completed(office.member, told))[0] == 202
    assert (await completed(office.member, told))[0] == 202, "said twice"
    await worked(workshop)
    assert await completed(office.member, told) == (202, "clean"), "and once more, when all is done"
    _, file = await office.owner.get(f"/api/files/{told['fileId']}")
    assert (file["filename"], file["sha256"]) == ("보고서.txt", hashlib.sha256(body).hexdigest())
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions")
    assert await store.read(keys.blob(blob_id), len(body)) == body


async def test_the_store_takes_nothing_but_what_was_announced(office: Premises) -> None:
    told = await begun(office.member, office, 10)
    for body, headers in (
        (b"012345678", {}), (b"0123456789a", {}), (b"", {}), (b"0123456789", {"Content_Type": "text/html"}),
    ):  # fmt: skip
        assert await put(office.member, told, body, **headers) == 403, (body, headers)
    elsewhere = {**told, "url": told["url"].replace(told["id"], "blobs")}
    assert await put(office.member, elsewhere, b"0123456789") == 403
    assert await completed(office.member, told) == (409, "not_uploaded")
    assert await put(office.member, told, b"0123456789") == 200


async def test_what_is_there_but_was_not_announced_is_not_taken(
    office: Premises, store: Store, workshop: Workshop
) -> None:
    """A store that checks less than ours: the service looks for itself."""
    told = await begun(office.member, office, 10)
    for body, media_type in ((b"short", "text/plain"), (b"0123456789", "text/html")):
        await store.put(f"incoming/{told['id']}.dropped", body, media_type)
        assert await completed(office.member, told) == (422, "not_as_announced")
    assert await worked(workshop) == []


async def test_what_is_put_after_completion_changes_nothing(office: Premises, store: Store, workshop: Workshop) -> None:
    told = await begun(office.member, office, 10)
    assert await put(office.member, told, b"0123456789") == 200
    assert (await completed(office.member, told))[0] == 202
    job = await workshop._take("quick")
    assert job is not None
    assert job.kind == "adopt"
    await workshop.do(job)
    assert await put(office.member, told, VIRUS[:10]) == 200, "the address is still good"
    await worked(workshop)
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE status = 'clean'")
    assert await store.read(keys.blob(blob_id), 10) == b"0123456789"
    assert await put(office.member, told, VIRUS[:10]) == 200
    await office.pool.execute("UPDATE direct_uploads SET permitted_until = now() - interval '1 day'")
    await leftovers.tidy(office.pool, store)
    left = await buckets.keys(workshop.settings.s3_url.get_secret_value())
    assert [key for key in left if key.startswith("incoming/")] == []
    assert await office.pool.fetchval("SELECT count(*) FROM direct_uploads") == 0


async def test_nobody_else_completes_or_ends_an_upload(office: Premises, workshop: Workshop) -> None:
    told = await begun(office.member, office, 10)
    assert await put(office.member, told, b"0123456789") == 200
    for who in (office.owner, office.guest, office.stranger):
        assert await completed(who, told) == (404, "not_found")
        assert (await who.delete(f"{PATH}/{told['id']}"))[0] == 404
    assert (await office.member.delete(f"{PATH}/{told['id']}"))[0] == 204
    assert await completed(office.member, told) == (404, "not_found")
    await worked(workshop)
    assert await buckets.keys(workshop.settings.s3_url.get_secret_value()) == []


async def test_what_is_abandoned_is_removed(office: Premises, workshop: Workshop) -> None:
    told = await begun(office.member, office, 10)
    assert await put(office.member, told, b"0123456789") == 200
    await office.pool.execute("UPDATE uploads SET expires_at = now() - interval '1 second'")
    await housekeeping.give_up_expired(office.pool)
    await worked(workshop)
    assert await buckets.keys(workshop.settings.s3_url.get_secret_value()) == []
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0


async def test_what_there_is_no_room_or_right_for_gets_no_address(office: Premises) -> None:
    wanted = {"filename": "a", "size": 1, "entityType": "channel", "entityId": str(office.channel_id)}

    async def refused(who: Asker, **more: Any) -> tuple[int, str]:
        status, told = await who.post(PATH, {**wanted, **more})
        return status, told["type"]

    assert await refused(office.member, size=1 << 40) == (413, "too_large")
    assert await refused(office.member, size=-1) == (422, "invalid_request")
    assert await refused(office.member, filename="") == (422, "invalid_request")
    assert await refused(office.member, key="blobs/x") == (422, "invalid_request")
    assert await refused(office.stranger) == (404, "not_found")
    await office.pool.execute("INSERT INTO usage (workspace_id, quota) VALUES ($1, 5)", office.workspace_id)
    assert await refused(office.member, size=6) == (507, "quota_exceeded")


async def test_malware_does_not_come_in_this_way_either(office: Premises, workshop: Workshop) -> None:
    told = await begun(office.member, office, len(VIRUS))
    assert await put(office.member, told, VIRUS) == 200
    assert (await completed(office.member, told))[0] == 202
    await worked(workshop)
    row = await office.pool.fetchrow("SELECT status, reason FROM file_versions")
    assert (row["status"], row["reason"]) == ("refused", "malware")

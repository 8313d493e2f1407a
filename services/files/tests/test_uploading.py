"""Uploading by a form: from the first byte to everybody who may read it."""

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import asyncpg
import pytest
from desk import Premises
from files import housekeeping, keys
from files.settings import Settings
from files.store import PART, Store
from files.workshop import Workshop
from parcels import VIRUS, sent, taken, worked
from testkit import buckets, eventually
from uuid_utils.compat import uuid7


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def bytes_of(store: Store, pool: asyncpg.Pool, file_id: str) -> bytes:
    blob_id = await pool.fetchval(
        "SELECT v.blob_id FROM files f JOIN file_versions v ON v.file_id = f.id AND v.number = f.version "
        "WHERE f.id = $1",
        file_id,
    )  # fmt: skip
    return await store.read(keys.blob(blob_id), 100_000_000)


async def test_what_is_clean_is_readable_to_who_sees_its_place_and_only_then(
    office: Premises, workshop: Workshop
) -> None:
    told = await taken(office.member, office.channel_id, b"a plan", "plan.txt")
    path = f"/api/files/{told['id']}"
    assert (told["status"], told["version"], told["filename"]) == ("scanning", 1, "plan.txt")
    assert (told["size"], told["sha256"]) == (6, hashlib.sha256(b"a plan").hexdigest())
    assert (told["entityType"], told["entityId"]) == ("channel", str(office.channel_id))
    assert (await office.owner.get(path))[0] == 404
    assert (await office.member.get(path))[1] == told
    await worked(workshop)
    status, seen = await office.owner.get(path)
    assert (status, seen["status"], seen["filename"]) == (200, "clean", "plan.txt")
    for who in (office.outsider, office.stranger):
        assert (await who.get(path))[0] == 404
    assert await bytes_of(office.store, office.pool, told["id"]) == b"a plan"


async def test_nothing_is_left_in_quarantine(office: Premises, workshop: Workshop, s3_url: str) -> None:
    await taken(office.member, office.channel_id, b"one")
    await taken(office.member, office.channel_id, VIRUS, "bad.txt")
    await worked(workshop)
    assert [key for key in await buckets.keys(s3_url) if key.startswith(keys.INCOMING)] == []
    assert await office.pool.fetchval("SELECT count(*) FROM uploads") == 0


async def test_what_the_scanner_finds_is_refused_and_its_bytes_are_gone(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    told = await taken(office.member, office.channel_id, VIRUS, "invoice.pdf")
    await worked(workshop)
    status, seen = await office.member.get(f"/api/files/{told['id']}")
    assert (status, seen["status"], seen["reason"]) == (200, "refused", "malware")
    assert (await office.owner.get(f"/api/files/{told['id']}"))[0] == 404
    assert await buckets.keys(s3_url) == []
    assert (await office.member.post(f"/api/files/{told['id']}/links", {}))[0] == 409
    assert (await office.member.delete(f"/api/files/{told['id']}"))[0] == 204


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART + 17])
async def test_bytes_arrive_as_they_were_sent(office: Premises, workshop: Workshop, size: int) -> None:
    body = os.urandom(size)
    told = await taken(office.member, office.channel_id, body, "random.bin")
    assert (told["size"], told["sha256"]) == (size, hashlib.sha256(body).hexdigest())
    await worked(workshop)
    assert await bytes_of(office.store, office.pool, told["id"]) == body


async def test_a_body_without_a_length_is_taken_as_well(office: Premises, workshop: Workshop) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield bytes(400_000)

    told = await taken(office.member, office.channel_id, pieces(), "zeros.bin")
    assert told["size"] == 12_000_000
    await worked(workshop)
    assert len(await bytes_of(office.store, office.pool, told["id"])) == 12_000_000


async def test_equal_bytes_are_kept_once_a_workspace_and_counted_once(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    first = await taken(office.member, office.channel_id, b"the same", "a.txt")
    second = await taken(office.owner, office.channel_id, b"the same", "b.txt")
    await worked(workshop)
    third = await taken(office.owner, office.channel_id, b"the same", "c.txt")
    await worked(workshop)
    assert len([key for key in await buckets.keys(s3_url) if key.startswith(keys.BLOBS)]) == 1
    assert await office.pool.fetchval("SELECT bytes FROM usage") == 8
    for told in (first, second):
        assert (await office.member.delete(f"/api/files/{told['id']}"))[0] in (204, 403)
        await office.owner.delete(f"/api/files/{told['id']}")
    await worked(workshop)
    assert await bytes_of(office.store, office.pool, third["id"]) == b"the same"
    await office.owner.delete(f"/api/files/{third['id']}")
    await worked(workshop)
    assert await buckets.keys(s3_url) == []
    assert await office.pool.fetchval("SELECT bytes FROM usage") == 0


async def test_equal_bytes_that_come_at_once_are_kept_once(office: Premises, workshop: Workshop, s3_url: str) -> None:
    told = await asyncio.gather(
        *(taken(office.member, office.channel_id, b"at once", f"{number}.txt") for number in range(6))
    )
    jobs = [job for _ in range(6) if (job := await workshop._take("quick"))]
    await asyncio.gather(*map(workshop.do, jobs))
    await worked(workshop)
    for each in told:
        assert await bytes_of(office.store, office.pool, each["id"]) == b"at once"
    assert len([key for key in await buckets.keys(s3_url) if key.startswith(keys.BLOBS)]) == 1
    assert await office.pool.fetchval("SELECT bytes FROM usage") == 7


@pytest.mark.parametrize(
    ("fields", "status", "type_"),
    [
        ({"entityType": "channel"}, 422, "invalid_request"),
        ({"entityId": str(uuid7())}, 422, "invalid_request"),
        ({"entityType": "planet", "entityId": str(uuid7())}, 422, "invalid_request"),
        ({"entityType": "channel", "entityId": "../etc"}, 404, "not_found"),
        ({"entityType": "channel", "entityId": str(uuid7())}, 404, "not_found"),
        ({"fileId": str(uuid7())}, 404, "not_found"),
        ({"entityType": "channel", "entityId": str(uuid7()), "colour": "red"}, 422, "invalid_request"),
        ({"entityType": "x" * 2_000}, 422, "invalid_request"),
    ],
)
async def test_what_is_said_wrong_is_refused_and_nothing_stays(
    office: Premises, s3_url: str, fields: dict[str, str], status: int, type_: str
) -> None:
    answer, told = await sent(office.member, b"said", **fields)
    assert (answer, told["type"]) == (status, type_)
    await nothing_stays(office, s3_url)


async def nothing_stays(office: Premises, s3_url: str) -> None:
    for table in ("files", "file_versions", "uploads", "jobs"):
        assert await office.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert await buckets.keys(s3_url) == []


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"--x\r\n", 415),
        ("multipart/form-data; boundary=", b"", 415),
        ("multipart/form-data; boundary=" + "x" * 300, b"", 415),
        ("multipart/form-data; boundary=x", b"", 422),
        ("multipart/form-data; boundary=x", b"no boundary at all", 422),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            422,
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 50 + b"\r\n", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 9_000, 422),
    ],
)
async def test_a_form_that_is_none_is_refused(
    office: Premises, s3_url: str, content_type: str, body: bytes, status: int
) -> None:
    headers = {**office.member.headers, "Content-Type": content_type}
    async with office.member.http.post(f"{office.member.url}/api/files", data=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        assert answer.content_type == "application/problem+json"
    await nothing_stays(office, s3_url)


async def test_a_form_that_breaks_off_or_goes_on_leaves_nothing(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    head = _field("entityType", "channel") + _field("entityId", str(office.channel_id))
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + bytes(9_000_000)
    twice, rest = _field("entityType", "channel") + head + file, b"\r\n" + _field("late", "1") + b"--x--\r\n"
    for body in (head + file, head + file + rest, twice + b"\r\n--x--\r\n"):
        headers = {**office.member.headers, "Content-Type": "multipart/form-data; boundary=x"}
        async with office.member.http.post(
            f"{office.member.url}/api/files", data=io.BytesIO(body), headers=headers
        ) as answer:
            assert answer.status == 422, await answer.text()
    await worked(workshop)
    await nothing_stays(office, s3_url)


def _field(name: str, value: str) -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


async def test_a_client_that_goes_away_leaves_nothing(office: Premises, workshop: Workshop, s3_url: str) -> None:
    async def stopping() -> AsyncIterator[bytes]:
        yield bytes(9_000_000)
        raise ConnectionError("gone")

    with pytest.raises(aiohttp.ClientError):
        await taken(office.member, office.channel_id, stopping(), "half.bin")
    await eventually(lambda: _is_given_up(office, workshop), within=15)
    await nothing_stays(office, s3_url)


async def _is_given_up(office: Premises, workshop: Workshop) -> bool:
    await worked(workshop)
    return not await office.pool.fetchval("SELECT count(*) FROM uploads")


async def test_an_upload_whose_process_died_is_given_up_in_time(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    await taken(office.member, office.channel_id, b"said")
    await office.pool.execute("DELETE FROM jobs")
    await office.pool.execute("UPDATE file_versions SET status = 'uploading'")
    await office.pool.execute("UPDATE uploads SET state = 'open', expires_at = now() - interval '1 second'")
    assert await housekeeping.give_up_expired(office.pool) == 1
    await worked(workshop)
    await nothing_stays(office, s3_url)


class TestLimits:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"file_limit": 200_000, "workspace_quota": 300_000})

    async def test_a_file_that_is_too_large_is_refused_whether_it_says_so_or_not(
        self, office: Premises, workshop: Workshop, s3_url: str
    ) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(30):
                yield bytes(10_000)

        place = {"entityType": "channel", "entityId": office.channel_id}
        for body in (bytes(200_001), bytes(500_000), pieces()):
            status, told = await sent(office.member, body, **place)
            assert (status, told["type"]) == (413, "too_large")
        await worked(workshop)
        await nothing_stays(office, s3_url)
        assert (await sent(office.member, bytes(200_000), **place))[0] == 201

    async def test_a_workspace_keeps_no_more_than_its_quota(self, office: Premises, workshop: Workshop) -> None:
        first = await taken(office.member, office.channel_id, os.urandom(150_000))
        await worked(workshop)
        place: dict[str, Any] = {"entityType": "channel", "entityId": office.channel_id}
        status, told = await sent(office.member, os.urandom(160_000), **place)
        assert (status, told["type"]) == (507, "quota_exceeded")
        await office.member.delete(f"/api/files/{first['id']}")
        await worked(workshop)
        assert (await sent(office.member, os.urandom(160_000), **place))[0] == 201

    async def test_of_uploads_at_once_only_as_many_get_in_as_there_is_room_for(self, office: Premises) -> None:
        place: dict[str, Any] = {"entityType": "channel", "entityId": office.channel_id}
        answers = await asyncio.gather(
            *(sent(who, os.urandom(140_000), **place) for who in (office.owner, office.member, office.guest))
        )
        assert sorted(status for status, _ in answers) == [201, 201, 507]


class TestManyAtOnce:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"uploads_per_user": 2})

    async def test_one_person_has_a_bounded_number_under_way(self, office: Premises) -> None:
        go_on = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"begin"
            await go_on.wait()

        place: dict[str, Any] = {"entityType": "channel", "entityId": office.channel_id}
        under_way = [asyncio.create_task(sent(office.member, slow(), **place)) for _ in range(2)]
        open_ones = "SELECT count(*) FROM uploads WHERE state = 'open'"

        async def are_open() -> bool:
            return bool(await office.pool.fetchval(open_ones) == 2)

        await eventually(are_open, within=10)
        status, told = await sent(office.member, b"third", **place)
        assert (status, told["type"]) == (429, "too_many_uploads")
        go_on.set()
        assert [status for status, _ in await asyncio.gather(*under_way)] == [201, 201]


async def test_only_what_is_streamed_may_be_large(office: Premises) -> None:
    large = {"filename": "x" * 1_000_001}
    for method, path in (("PATCH", f"/api/files/{uuid7()}"), ("POST", "/api/files/direct")):
        status, told = await office.member.ask(method, path, large)
        assert (status, told["type"]) == (413, "too_large")

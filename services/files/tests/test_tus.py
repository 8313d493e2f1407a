"""Resumable uploads: what has arrived is there, whatever happens between two chunks or within one."""

import asyncio
import hashlib
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from desk import Asker, Premises
from files import housekeeping, keys
from files.settings import Settings
from files.store import Store
from files.tus import chunks
from files.workshop import Workshop
from parcels import VIRUS, worked
from testkit import buckets, eventually

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}
PATH = "/api/files/tus"
MEBIBYTE = 1024 * 1024


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


class Answer:
    """What tus says, in its headers."""

    def __init__(self, status: int, headers: Any, body: Any) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def offset(self) -> int:
        return int(self.headers["Upload-Offset"])


async def asked(who: Asker, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    said = {**TUS, **who.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with who.http.request(method, who.url + path, data=body, headers=said) as answer:
        text = await answer.read()
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        return Answer(answer.status, answer.headers, await answer.json(content_type=None) if text else None)


def metadata(**said: object) -> str:
    return ",".join(f"{name} {b64encode(str(value).encode()).decode()}" for name, value in said.items())


async def begun(who: Asker, office: Premises, length: int, filename: str = "a.bin") -> str:
    """Where the bytes go."""
    said = metadata(filename=filename, filetype="text/plain", entityType="channel", entityId=office.channel_id)
    answer = await asked(who, "POST", PATH, Upload_Length=str(length), Upload_Metadata=said)
    assert answer.status == 201, answer.body
    assert answer.headers["Upload-Expires"].endswith("GMT")
    return str(answer.headers["Location"])


async def patched(who: Asker, path: str, offset: int, body: Any, **headers: str) -> Answer:
    return await asked(who, "PATCH", path, body, **{**_dashed(CHUNK), "Upload_Offset": str(offset), **headers})


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}


async def trickled(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), 65_536):
            yield piece[start : start + 65_536]


async def kept(office: Premises, store: Store) -> tuple[str, bytes]:
    """The status of the only version, and its bytes."""
    row = await office.pool.fetchrow("SELECT status, blob_id FROM file_versions")
    return row["status"], await store.read(keys.blob(row["blob_id"]), 1 << 30) if row["blob_id"] else b""


async def test_chunks_of_any_size_become_the_same_file(office: Premises, store: Store, workshop: Workshop) -> None:
    """Small ones that gather in a tail, exactly a part, more than two parts at once, and a small end."""
    sizes = [1, 3 * MEBIBYTE, 2 * MEBIBYTE, chunks.PART, 13 * MEBIBYTE + 7, 0, chunks.LEAST, 5]
    body = secrets.token_bytes(sum(sizes))
    path, offset = await begun(office.member, office, len(body)), 0
    for size in sizes:
        answer = await patched(office.member, path, offset, trickled(body[offset : offset + size]))
        assert (answer.status, answer.offset) == (204, offset + size)
        offset += size
        head = await asked(office.member, "HEAD", path)
        assert (head.status, head.offset, head.headers["Upload-Length"]) == (200, offset, str(len(body)))
        assert head.headers["Cache-Control"] == "no-store"
    assert await worked(workshop) != []
    assert await kept(office, store) == ("clean", body)
    assert await office.pool.fetchval("SELECT sha256 FROM file_versions") == hashlib.sha256(body).digest()
    assert [key for key in await buckets.keys(_url(workshop)) if key.startswith("incoming/")] == []


def _url(workshop: Workshop) -> str:
    return workshop.settings.s3_url.get_secret_value()


async def test_small_and_empty_files_need_no_parts(office: Premises, store: Store, workshop: Workshop) -> None:
    said = metadata(filename="a.txt", entityType="channel", entityId=office.channel_id)
    answer = await asked(office.member, "POST", PATH, Upload_Length="0", Upload_Metadata=said)
    assert (answer.status, answer.offset) == (201, 0)
    await worked(workshop)
    assert await kept(office, store) == ("clean", b"")


async def test_the_first_bytes_can_come_with_the_creation(office: Premises, store: Store, workshop: Workshop) -> None:
    said = metadata(filename="a.txt", entityType="channel", entityId=office.channel_id)
    more = {"Upload_Length": "10", "Upload_Metadata": said, "Content_Type": CHUNK["Content-Type"]}
    answer = await asked(office.member, "POST", PATH, b"hello", **more)
    assert (answer.status, answer.offset) == (201, 5)
    assert (await patched(office.member, answer.headers["Location"], 5, b"world")).offset == 10
    await worked(workshop)
    assert await kept(office, store) == ("clean", b"helloworld")
    _, told = await office.owner.get(f"/api/files/{answer.headers['Nexus-File-Id']}")
    assert (told["status"], told["filename"]) == ("clean", "a.txt")


async def test_nobody_but_the_uploader_knows_of_an_upload(office: Premises, workshop: Workshop) -> None:
    path = await begun(office.member, office, 10)
    for who in (office.owner, office.guest, office.stranger):
        assert (await asked(who, "HEAD", path)).status == 404
        assert (await patched(who, path, 0, b"0123456789")).status == 404
        assert (await asked(who, "DELETE", path)).status == 404
        assert (await asked(who, "HEAD", f"{PATH}/{uuid4()}")).status == 404
    assert (await asked(office.member, "HEAD", path)).offset == 0
    assert (await patched(office.member, path, 0, VIRUS[:10])).status == 204
    file_id = (await asked(office.member, "HEAD", path)).headers["Nexus-File-Id"]
    assert (await office.owner.get(f"/api/files/{file_id}"))[0] == 404, "not before it was scanned"
    await worked(workshop)
    assert (await office.owner.get(f"/api/files/{file_id}"))[0] == 200


async def test_finishing_does_not_go_around_the_scanner(office: Premises, workshop: Workshop) -> None:
    path = await begun(office.member, office, len(VIRUS))
    assert (await patched(office.member, path, 0, VIRUS)).status == 204
    await worked(workshop)
    row = await office.pool.fetchrow("SELECT status, reason, blob_id FROM file_versions")
    assert (row["status"], row["reason"], row["blob_id"]) == ("refused", "malware", None)


async def test_a_chunk_fits_exactly_or_changes_nothing(office: Premises) -> None:
    path = await begun(office.member, office, 10)
    assert (await patched(office.member, path, 0, b"0123")).offset == 4
    for offset in (0, 3, 5, 10, 11):
        answer = await patched(office.member, path, offset, b"x")
        assert (answer.status, answer.body["type"]) == (409, "wrong_offset")
    for body in (b"4567890", trickled(b"4567890")):
        answer = await patched(office.member, path, 4, body)
        assert (answer.status, answer.body["type"]) == (413, "too_large")
    assert (await patched(office.member, path, 4, b"4", Content_Type="text/plain")).status == 415
    for said in ("-1", "x", "", "1" * 30):
        assert (await asked(office.member, "PATCH", path, b"4", **_dashed(CHUNK), Upload_Offset=said)).status == 400
    assert (await asked(office.member, "HEAD", path)).offset == 4
    unversioned = await asked(office.member, "HEAD", path, Tus_Resumable="0.2.2")
    assert (unversioned.status, unversioned.headers["Tus-Version"]) == (412, "1.0.0")


async def test_bytes_that_are_not_what_their_checksum_says_are_forgotten(
    office: Premises, store: Store, workshop: Workshop
) -> None:
    body = secrets.token_bytes(chunks.PART + MEBIBYTE)
    path = await begun(office.member, office, len(body) + 3)
    assert (await patched(office.member, path, 0, b"abc")).offset == 3
    right = "sha256 " + b64encode(hashlib.sha256(body).digest()).decode()
    damaged = bytes([body[0] ^ 1]) + body[1:]
    answer = await patched(office.member, path, 3, trickled(damaged), Upload_Checksum=right)
    assert (answer.status, answer.body["type"]) == (460, "checksum_mismatch")
    assert (await asked(office.member, "HEAD", path)).offset == 3
    assert (await patched(office.member, path, 3, trickled(body), Upload_Checksum="crc32 AAAA")).status == 400
    assert (await patched(office.member, path, 3, trickled(body), Upload_Checksum=right)).offset == len(body) + 3
    await worked(workshop)
    assert await kept(office, store) == ("clean", b"abc" + body)


async def test_one_chunk_at_a_time_is_written(office: Premises, store: Store, workshop: Workshop) -> None:
    path, go_on = await begun(office.member, office, 12), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"0123"
        await go_on.wait()
        yield b"4567"

    first = asyncio.ensure_future(patched(office.member, path, 0, slow()))
    await eventually(lambda: office.pool.fetchval("SELECT taken_by FROM tus_uploads"), within=20)
    others = await asyncio.gather(*(patched(office.member, path, 0, b"xxxx") for _ in range(5)))
    assert {(answer.status, answer.body["type"]) for answer in others} == {(423, "upload_locked")}
    go_on.set()
    assert (await first).offset == 8
    assert (await patched(office.member, path, 8, b"89ab")).offset == 12
    await worked(workshop)
    assert await kept(office, store) == ("clean", b"0123456789ab")


async def test_what_came_before_a_client_was_cut_off_is_kept(
    office: Premises, store: Store, workshop: Workshop
) -> None:
    body = secrets.token_bytes(2 * chunks.PART + 100)
    path = await begun(office.member, office, len(body))

    async def cut() -> AsyncIterator[bytes]:
        async for piece in trickled(body[: chunks.PART + MEBIBYTE]):
            yield piece
        raise ConnectionResetError

    async with aiohttp.ClientSession() as leaving:
        who = Asker(leaving, office.member.url, office.member.user_id, office.member.headers)
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await patched(who, path, 0, cut())
    await eventually(lambda: office.pool.fetchval("SELECT arrived > $1 FROM tus_uploads", chunks.PART), within=30)
    offset = (await asked(office.member, "HEAD", path)).offset
    assert chunks.PART <= offset <= chunks.PART + MEBIBYTE
    await eventually(lambda: office.pool.fetchval("SELECT taken_by IS NULL FROM tus_uploads"), within=30)
    assert (await patched(office.member, path, offset, trickled(body[offset:]))).offset == len(body)
    await worked(workshop)
    assert await kept(office, store) == ("clean", body)


async def test_an_upload_that_rests_too_long_is_over_and_gone(office: Premises, workshop: Workshop) -> None:
    path = await begun(office.member, office, 10)
    assert (await patched(office.member, path, 0, b"0123")).offset == 4
    await office.pool.execute("UPDATE uploads SET expires_at = now() - interval '1 second'")
    for _ in range(2):
        assert (await asked(office.member, "HEAD", path)).status == 410
        assert (await patched(office.member, path, 4, b"456789")).status == 410
        await housekeeping.give_up_expired(office.pool)
        await worked(workshop)
    assert await buckets.keys(_url(workshop)) == []
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0


async def test_an_upload_can_be_ended_by_its_uploader(office: Premises, workshop: Workshop) -> None:
    path = await begun(office.member, office, 10 * MEBIBYTE)
    assert (await patched(office.member, path, 0, trickled(bytes(7 * MEBIBYTE)))).offset == 7 * MEBIBYTE
    assert (await asked(office.member, "DELETE", path)).status == 204
    assert (await asked(office.member, "DELETE", path)).status == 410
    assert (await patched(office.member, path, 7 * MEBIBYTE, b"x")).status == 410
    await worked(workshop)
    assert await buckets.keys(_url(workshop)) == []
    whole = await begun(office.member, office, 1)
    assert (await patched(office.member, whole, 0, b"x")).status == 204
    assert (await asked(office.member, "DELETE", whole)).status == 409


async def test_what_there_is_no_room_for_is_refused_before_its_first_byte(
    office: Premises, pool: asyncpg.Pool, settings: Settings
) -> None:
    said = metadata(filename="a", entityType="channel", entityId=office.channel_id)

    async def refused(**headers: str) -> tuple[int, str]:
        answer = await asked(office.member, "POST", PATH, **{"Upload_Metadata": said, **headers})
        return answer.status, answer.body["type"]

    assert await refused(Upload_Length=str(settings.file_limit + 1)) == (413, "too_large")
    await pool.execute("INSERT INTO usage (workspace_id, quota) VALUES ($1, 100)", office.workspace_id)
    assert await refused(Upload_Length="101") == (507, "quota_exceeded")
    assert await refused(Upload_Defer_Length="1") == (400, "invalid_request")
    assert await refused(Upload_Length="-1") == (400, "invalid_request")
    assert await refused() == (400, "invalid_request")
    assert await refused(Upload_Length="1", Upload_Metadata="filename ***") == (400, "invalid_request")
    unknown = metadata(filename="a", entityType="channel", entityId=office.channel_id, path="/etc")
    assert await refused(Upload_Length="1", Upload_Metadata=unknown) == (400, "invalid_request")
    elsewhere = metadata(filename="a", entityType="planet", entityId=office.channel_id)
    assert await refused(Upload_Length="1", Upload_Metadata=elsewhere) == (422, "invalid_request")
    hidden = metadata(filename="a", entityType="channel", entityId=uuid4())
    assert await refused(Upload_Length="1", Upload_Metadata=hidden) == (404, "not_found")
    assert await pool.fetchval("SELECT count(*) FROM uploads") == 0


async def test_a_client_that_can_only_post_says_what_it_means(office: Premises) -> None:
    path = await begun(office.member, office, 4)
    more = {**_dashed(CHUNK), "Upload_Offset": "0", "X_HTTP_Method_Override": "PATCH"}
    assert (await asked(office.member, "POST", path, b"0123", **more)).offset == 4
    assert (await asked(office.member, "POST", path, X_HTTP_Method_Override="PUT")).status == 405
    described = await asked(office.member, "OPTIONS", PATH)
    assert described.headers["Tus-Version"] == "1.0.0"
    assert "termination" in described.headers["Tus-Extension"]
    assert described.headers["Tus-Checksum-Algorithm"].split(",")[0] == "sha1"


async def test_an_upload_can_be_a_files_next_version(office: Premises, store: Store, workshop: Workshop) -> None:
    file_id = await office.file(office.member, b"first")
    said = metadata(filename="a", fileId=file_id)
    answer = await asked(office.member, "POST", PATH, Upload_Length="6", Upload_Metadata=said)
    assert answer.headers["Nexus-File-Id"] == str(file_id)
    assert (await patched(office.member, answer.headers["Location"], 0, b"second")).status == 204
    await worked(workshop)
    assert await office.pool.fetchval("SELECT version FROM files") == 2
    refused = await asked(office.guest, "POST", PATH, Upload_Length="6", Upload_Metadata=said)
    assert refused.status == 403

"""Bytes are handed out on an origin of their own, to whom they may be shown, for as long as that is so."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiohttp
from desk import Asker, Premises
from files import directory, keys
from files.application import passes_of
from files.content.passes import Pass, Viewer
from files.settings import Settings

BODY = bytes(range(256)) * 40


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, read."""

    status: int
    headers: Any
    body: bytes


async def fetched(http: aiohttp.ClientSession, content: str, url: str, method: str = "GET", **headers: str) -> Got:
    """An address as the service gave it, asked where the origin of the test is."""
    parts = urlsplit(url)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with http.request(method, content + parts.path, headers=named, allow_redirects=False) as answer:
        return Got(answer.status, answer.headers, await answer.read())


async def address(who: Asker, file_id: UUID, **query: Any) -> str:
    status, told = await who.get(f"/api/files/{file_id}/url", **query)
    assert status == 200, told
    return str(told["url"])


async def test_whoever_sees_a_file_gets_its_bytes(
    office: Premises, http: aiohttp.ClientSession, content: str, settings: Settings
) -> None:
    file_id = await office.file(office.member, BODY, "보고서.pdf", "application/pdf")
    url = await address(office.owner, file_id)
    assert url.startswith(f"{settings.content_url}/f/")
    got = await fetched(http, content, url)
    assert (got.status, got.body) == (200, BODY)
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Length"] == str(len(BODY))
    assert got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in got.headers
    head = await fetched(http, content, url, "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(BODY)))


async def test_a_range_is_answered_with_exactly_it(office: Premises, http: aiohttp.ClientSession, content: str) -> None:
    url = await address(office.owner, await office.file(office.member, BODY))
    for asked, start, stop in (("bytes=0-0", 0, 1), ("bytes=100-", 100, len(BODY)), ("bytes=-7", -7, len(BODY))):
        got = await fetched(http, content, url, Range=asked)
        assert (got.status, got.body) == (206, BODY[start:stop])
        assert got.headers["Content-Range"].endswith(f"/{len(BODY)}")
    past = await fetched(http, content, url, Range=f"bytes={len(BODY)}-")
    assert (past.status, past.headers["Content-Range"], past.body) == (416, f"bytes */{len(BODY)}", b"")
    etag = past.headers["ETag"]
    assert (await fetched(http, content, url, Range="bytes=1-1", If_Range=etag)).status == 206
    assert (await fetched(http, content, url, Range="bytes=1-1", If_Range='"other"')).body == BODY
    known = await fetched(http, content, url, If_None_Match=etag)
    assert (known.status, known.body) == (304, b"")


async def test_a_file_without_bytes_is_a_file(office: Premises, http: aiohttp.ClientSession, content: str) -> None:
    url = await address(office.owner, await office.file(office.member, b""))
    got = await fetched(http, content, url)
    assert (got.status, got.body, got.headers["Content-Length"]) == (200, b"", "0")
    assert (await fetched(http, content, url, Range="bytes=0-")).status == 416


async def test_what_could_act_is_never_shown_as_what_it_is(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    for media_type in ("text/html", "image/svg+xml", "application/xhtml+xml"):
        body = f"<html xmlns='http://www.w3.org/1999/xhtml'><script>'{media_type}'</script></html>".encode()
        url = await address(office.owner, await office.file(office.member, body, "page.html", media_type))
        _require_harmless(await fetched(http, content, url))


def _require_harmless(got: Got) -> None:
    assert got.headers["Content-Type"] in ("text/plain; charset=utf-8", "application/octet-stream")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


async def test_an_address_can_ask_for_saving_and_for_an_older_version(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, b"first", "a.png", "image/png")
    await office.version(file_id, office.member, b"second", "image/png")
    saved = await fetched(http, content, await address(office.owner, file_id, disposition="attachment"))
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.body == b"second"
    older = await fetched(http, content, await address(office.owner, file_id, version=1))
    assert older.body == b"first"
    assert older.headers["Content-Disposition"].startswith("inline")
    assert (await office.owner.get(f"/api/files/{file_id}/url", version=3))[0] == 404


async def test_what_was_made_of_a_file_has_addresses_too(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, BODY, "a.png", "image/png")
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE file_id = $1", file_id)
    url = await address(office.owner, file_id, variant="thumbnail")
    assert (await fetched(http, content, url)).status == 404
    await office.store.put(keys.derived(blob_id, "thumbnail"), b"small", "image/webp")
    got = await fetched(http, content, url)
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, b"small", "image/webp")
    assert got.headers["ETag"]
    assert 'filename="a thumbnail.webp"' in got.headers["Content-Disposition"]
    for nothing in ("../x", "..", ".", "-"):
        assert (await office.owner.get(f"/api/files/{file_id}/url", variant=nothing))[0] == 422


async def test_a_right_that_is_lost_is_lost_at_the_next_request(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.owner, BODY)
    url = await address(office.member, file_id)
    etag = (await fetched(http, content, url)).headers["ETag"]
    async with office.pool.acquire() as db:
        await directory.remove_channel_member(db, office.channel_id, office.member.user_id)
    for headers in ({}, {"Range": "bytes=0-1"}, {"If_None_Match": etag}):
        got = await fetched(http, content, url, **headers)
        assert (got.status, etag in str(got.headers)) == (404, False)
    assert (await fetched(http, content, url, "HEAD")).status == 404


async def test_who_is_shut_out_gets_nothing_more_by_the_addresses_they_have(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    url = await address(office.member, await office.file(office.owner, BODY))
    for is_shut_out, status in ((True, 404), (False, 200)):
        async with office.pool.acquire() as db:
            await directory.save_user(db, office.member.user_id, is_shut_out)
        assert (await fetched(http, content, url)).status == status


async def test_nobody_else_is_given_an_address(office: Premises) -> None:
    file_id = await office.file(office.member, BODY)
    for who in (office.outsider, office.stranger):
        status, told = await who.get(f"/api/files/{file_id}/url")
        assert (status, told["type"]) == (404, "not_found")
    assert (await office.guest.get(f"/api/files/{file_id}/url"))[0] == 200, "a guest of the channel"


async def test_no_byte_leaves_before_it_was_found_clean(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    """By no address, not even the uploader's, nor one that was signed before."""
    file_id = await office.file(office.member, BODY)
    url = await address(office.member, file_id)
    for state in ("uploading", "scanning", "refused"):
        await office.pool.execute("UPDATE file_versions SET status = $1, blob_id = NULL", state)
        await office.pool.execute("UPDATE files SET version = NULL")
        status, told = await office.member.get(f"/api/files/{file_id}/url")
        assert (status, told["type"]) == (409, "not_clean")
        assert (await office.owner.get(f"/api/files/{file_id}/url"))[0] == 404
        assert (await fetched(http, content, url)).status == 404


async def test_an_address_ends_and_cannot_be_made_by_others(
    office: Premises, http: aiohttp.ClientSession, content: str, settings: Settings
) -> None:
    file_id = await office.file(office.member, BODY)
    passes = passes_of(settings)
    over = Pass(file_id, 1, "", Viewer.PERSON, office.member.user_id, int(time.time()) - 1, inline=True)
    assert (await fetched(http, content, f"/f/{passes.write(over)}/a")).status == 404
    for path in ("/f/x/y", "/f/", "/", "/api/files", "/f/" + "A" * 120 + "/a", "/metrics", "/healthz", "/f/..%2f../a"):
        got = await fetched(http, content, path)
        assert got.status == 404, path
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Security-Policy"].startswith("sandbox;")
    assert (await office.member.get(f"/api/files/{file_id}/url", expiry=7 * 24 * 3600))[0] == 200
    for expiry in (0, -1, 7 * 24 * 3600 + 1, "x"):
        assert (await office.member.get(f"/api/files/{file_id}/url", expiry=expiry))[0] == 422
    assert (await office.member.get(f"/api/files/{uuid4()}/url"))[0] == 404


async def test_nothing_can_be_changed_on_the_content_origin(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    url = await address(office.member, await office.file(office.member, BODY))
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await fetched(http, content, url, method)).status == 405


async def test_bytes_that_the_store_has_lost_are_told_before_the_head_is_sent(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, BODY)
    url = await address(office.member, file_id)
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE file_id = $1", file_id)
    await office.store.delete(keys.blob(blob_id))
    assert (await fetched(http, content, url)).status == 404


async def test_many_addresses_are_had_at_once_of_what_is_seen_alone(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    one, other = await office.file(office.member, b"one"), await office.file(office.member, b"other")
    ids = f"{one},{other},{uuid4()}"
    _, told = await office.owner.get("/api/files/urls", ids=ids)
    assert set(told["urls"]) == {str(one), str(other)}
    assert (await fetched(http, content, told["urls"][str(other)])).body == b"other"
    _, told = await office.stranger.get("/api/files/urls", ids=ids)
    assert told["urls"] == {}
    await office.pool.execute("UPDATE files SET version = NULL WHERE id = $1", one)
    _, told = await office.member.get("/api/files/urls", ids=ids)
    assert set(told["urls"]) == {str(other)}
    for wrong in ("x", "", f"{one},", ",".join([str(one)] * 101)):
        assert (await office.member.get("/api/files/urls", ids=wrong))[0] == 422

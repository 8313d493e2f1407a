"""Share links open a file to whoever has one, as often and as long as their maker says, and tell strangers nothing."""

import asyncio
import secrets
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from chassis.counters import site
from desk import Asker, Premises
from files import directory, keys, leftovers
from files.content import sending
from files.links import shared as shared_by_link
from files.links import throttle
from nexus.messaging.v1 import channel_event_pb2 as said
from nexus.messaging.v1.channel_event_pb2 import Message
from talk import a_message, deleted, posted, told, updated
from test_content import BODY, address, fetched
from testkit import eventually

GONE = {"type": "not_found", "title": "Not Found", "status": 404, "detail": "This link does not work, or not any more."}


def visitor(asker: Asker) -> Asker:
    """Somebody who is not signed in."""
    return Asker(asker.http, asker.url, uuid4(), {})


async def shared(by: Asker, file_id: UUID, **terms: Any) -> dict[str, Any]:
    told: dict[str, Any] = await by.made(f"/api/files/{file_id}/links", terms)
    return told


async def opened(who: Asker, token: str, **said: Any) -> str:
    """An address to download from."""
    told = await who.made(f"/api/shared/{token}", said)
    return str(told["url"])


async def accesses(by: Asker, link_id: str) -> list[str]:
    status, told = await by.get(f"/api/files/links/{link_id}/accesses")
    assert status == 200
    return [access["outcome"] for access in told["accesses"]]


async def test_whoever_has_a_link_sees_what_it_is_and_downloads_it(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, BODY, "보고서.pdf", "application/pdf")
    link = await shared(office.member, file_id)
    assert link["url"] == f"https://chat.example.com/shared/{link['token']}"
    stranger = visitor(office.stranger)
    status, told = await stranger.get(f"/api/shared/{link['token']}")
    assert status == 200
    assert (told["filename"], told["size"], told["mimeType"]) == ("보고서.pdf", len(BODY), "application/pdf")
    assert (told["hasPassword"], told["expiresAt"], told["downloadsLeft"]) == (False, None, None)
    got = await fetched(http, content, await opened(stranger, link["token"]))
    assert (got.status, got.body) == (200, BODY)
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert await accesses(office.member, link["id"]) == ["downloaded", "opened", "shown"]


async def test_a_token_is_never_kept_nor_told_again(office: Premises) -> None:
    file_id = await office.file(office.member)
    link = await shared(office.member, file_id, password="open sesame")
    for path in (f"/api/files/links/{link['id']}", f"/api/files/{file_id}/links"):
        _, told = await office.member.get(path)
        assert link["token"] not in str(told)
        assert "sesame" not in str(told)
    for table in ("links", "link_tickets", "link_accesses", "outbox"):
        rows = await office.pool.fetch(f"SELECT * FROM {table}")
        assert link["token"] not in str(rows)
        assert "sesame" not in str(rows)
    assert len(link["token"]) == 32, "192 bits"


async def test_a_password_is_asked_before_anything_is_told(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    link = await shared(office.member, await office.file(office.member, BODY), password="open sesame")
    stranger = visitor(office.stranger)
    assert await stranger.get(f"/api/shared/{link['token']}") == (200, {"hasPassword": True, "expiresAt": None})
    for wrong in ({}, {"password": "open sesam"}, {"password": "Open Sesame"}):
        status, told = await stranger.post(f"/api/shared/{link['token']}", wrong)
        assert (status, told["type"]) == (403, "wrong_password")
        assert "said.txt" not in str(told)
    got = await fetched(http, content, await opened(stranger, link["token"], password="open sesame"))
    assert got.body == BODY
    assert Counter(await accesses(office.member, link["id"]))["wrong_password"] == 3


async def test_passwords_of_a_link_are_not_guessed_for_long(office: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "OF_LINK", 3)
    link = await shared(office.member, await office.file(office.member), password="open sesame")
    stranger = visitor(office.stranger)
    statuses = [(await stranger.post(f"/api/shared/{link['token']}", {"password": "guess"}))[0] for _ in range(5)]
    assert statuses == [403, 403, 403, 429, 429]


@pytest.mark.parametrize("end", ["revoked", "expired", "used_up", "dead", "shut out"])
async def test_a_link_that_opens_nothing_is_like_one_that_never_was(
    office: Premises, http: aiohttp.ClientSession, content: str, end: str
) -> None:
    file_id = await office.file(office.owner, BODY)
    link = await shared(office.member, file_id, downloadLimit=1)
    stranger = visitor(office.stranger)
    before = await opened(stranger, link["token"])
    if end == "revoked":
        assert (await office.member.delete(f"/api/files/links/{link['id']}"))[0] == 204
    elif end == "expired":
        await office.pool.execute("UPDATE links SET expires_at = now() - interval '1 second'")
    elif end == "used_up":
        assert (await fetched(http, content, await opened(stranger, link["token"]))).status == 200
    elif end == "shut out":
        async with office.pool.acquire() as db:
            await directory.save_user(db, office.member.user_id, is_shut_out=True)
    else:
        async with office.pool.acquire() as db:
            await directory.remove_channel_member(db, office.channel_id, office.member.user_id)
    path, unknown = f"/api/shared/{link['token']}", f"/api/shared/{secrets.token_urlsafe(24)}"
    for refused in (path, unknown):
        begun = time.monotonic()
        await stranger.get(refused)
        assert time.monotonic() - begun >= shared_by_link.REFUSED_AFTER, "by its time neither is told from the other"
    assert await stranger.get(path) == await stranger.get(unknown) == (404, GONE)
    assert await stranger.post(path, {}) == await stranger.post(unknown, {"password": "x"}) == (404, GONE)
    assert (await fetched(http, content, before)).status == 404, "what was opened before is closed, too"
    _, told = await office.owner.get(f"/api/files/links/{link['id']}")
    state = "dead" if end == "shut out" else end
    assert told["state"] == state
    assert (await accesses(office.owner, link["id"]))[:3] == [state, state, state]


async def test_what_is_no_token_is_answered_like_a_wrong_one(office: Premises) -> None:
    for token in ("x", "a" * 31, "a" * 33, "%00" * 32, "ä" * 16, "a" * 4000):
        assert await visitor(office.stranger).get(f"/api/shared/{token}") == (404, GONE), token


async def test_so_many_downloads_are_so_many_however_many_come_at_once(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    """Two hundred visitors with whole requests, ranges and HEADs, seven downloads."""
    link = await shared(office.member, await office.file(office.member, BODY), downloadLimit=7)
    stranger, many = visitor(office.stranger), asyncio.Semaphore(40)
    urls = [await opened(stranger, link["token"]) for _ in range(200)]

    async def come(number: int) -> tuple[int, int, bytes]:
        async with many:
            method = "HEAD" if number % 5 == 0 else "GET"
            headers = {"Range": f"bytes={number % 3}-"} if number % 2 else {}
            got = await fetched(http, content, urls[number], method, **headers)
            return number, got.status, got.body

    answers = await asyncio.gather(*map(come, range(200)))
    fetched_by = [number for number, status, body in answers if body and status in (200, 206)]
    assert len(fetched_by) == 7
    for number, status, body in answers:
        if number in fetched_by:
            assert body == BODY[number % 3 if number % 2 else 0 :]
        else:
            # A HEAD is answered as long as downloads are left, and counts as none.
            assert status == 404 or (number % 5 == 0 and not body)
    assert await office.pool.fetchval("SELECT downloads FROM links") == 7
    assert Counter(await accesses(office.member, link["id"]))["opened"] > 0
    assert await office.pool.fetchval("SELECT count(*) FROM link_accesses WHERE outcome = 'downloaded'") == 7


async def test_one_ticket_is_one_download_however_it_is_cut(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    link = await shared(office.member, await office.file(office.member, BODY), downloadLimit=2)
    url = await opened(visitor(office.stranger), link["token"])
    third = len(BODY) // 3
    pieces = [f"bytes=0-{third - 1}", f"bytes={third}-{2 * third - 1}", f"bytes={2 * third}-"]
    assert b"".join([(await fetched(http, content, url, Range=piece)).body for piece in pieces]) == BODY
    assert await office.pool.fetchval("SELECT downloads FROM links") == 1
    answers = await asyncio.gather(*(fetched(http, content, url) for _ in range(20)))
    assert {answer.status for answer in answers} == {429}, "a ticket yields no second copy"
    assert await office.pool.fetchval("SELECT downloads FROM links") == 1


async def test_a_download_that_was_cut_off_can_be_gone_on_with(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    body = secrets.token_bytes(6_000_000)
    link = await shared(office.member, await office.file(office.member, body), downloadLimit=1)
    url = await opened(visitor(office.stranger), link["token"])
    path = url[url.index("/f/") :]
    async with aiohttp.ClientSession() as leaving, leaving.get(content + path) as answer:
        begun = await answer.content.readexactly(100_000)
    rest = await eventually(lambda: _rest(http, content, url, len(begun)), within=20)
    assert begun + rest == body
    assert await office.pool.fetchval("SELECT downloads FROM links") == 1


async def _rest(http: aiohttp.ClientSession, content: str, url: str, start: int) -> bytes | None:
    got = await fetched(http, content, url, Range=f"bytes={start}-")
    return got.body if got.status == 206 else None


async def test_a_download_may_take_longer_than_its_address_lasts(
    office: Premises, http: aiohttp.ClientSession, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ASKED_AGAIN", 0.0)
    body = secrets.token_bytes(20_000_000)
    link = await shared(office.member, await office.file(office.member, body), downloadLimit=1)
    url = await opened(visitor(office.stranger), link["token"])
    async with http.get(content + url[url.index("/f/") :]) as answer:
        begun = await answer.content.readexactly(100_000)
        await office.pool.execute("UPDATE link_tickets SET expires_at = now() - interval '2 hours'")
        await leftovers.tidy(office.pool, office.store)
        assert begun + await answer.read() == body


async def test_an_address_lives_no_longer_than_its_link(office: Premises) -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    link = await shared(office.member, await office.file(office.member), expiresAt=until.isoformat())
    told = await visitor(office.stranger).made(f"/api/shared/{link['token']}", {})
    assert datetime.fromisoformat(told["urlExpiresAt"]) <= until


async def test_a_link_shows_a_picture_but_no_other_form_of_a_file(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, BODY)
    blob_id = await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE file_id = $1", file_id)
    await office.store.put(keys.derived(blob_id, "thumbnail"), b"small", "image/webp")
    link = await shared(office.member, file_id, downloadLimit=1)
    _, told = await visitor(office.stranger).get(f"/api/shared/{link['token']}")
    assert (await fetched(http, content, told["preview"])).body == b"small"
    assert await office.pool.fetchval("SELECT downloads FROM links") == 0


async def test_guessing_is_slowed_down_by_address_and_over_all(
    office: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "OF_ADDRESS", 4)
    link = await shared(office.member, await office.file(office.member))

    async def ask(address: str, token: str = "") -> int:
        headers = {"X-Forwarded-For": address}
        path = f"/api/shared/{token or secrets.token_urlsafe(24)}"
        return (await visitor(office.stranger).ask("GET", path, headers=headers))[0]

    assert [await ask("192.0.2.1") for _ in range(6)] == [404, 404, 404, 404, 429, 429]
    assert await ask("192.0.2.1", link["token"]) == 429, "whoever guesses learns nothing from a right one either"
    assert await ask("192.0.2.2", link["token"]) == 200
    assert [await ask(f"2001:db8::{n}") for n in range(1, 6)] == [404, 404, 404, 404, 429], site("2001:db8::1")
    ended = await shared(office.member, await office.file(office.member, b"ended"))
    await office.member.delete(f"/api/files/links/{ended['id']}")
    assert [await ask("192.0.2.2", ended["token"]) for _ in range(6)] == [404] * 6, "an old link is no guess"
    assert await ask("192.0.2.2", link["token"]) == 200
    monkeypatch.setattr(throttle, "OF_ALL", 9)
    assert await ask("198.51.100.1") == 404
    assert await ask("198.51.100.1") == 429, "under a flood one wrong guess is enough"
    assert [await ask("198.51.100.2", link["token"]) for _ in range(3)] == [200, 200, 200], "and none shuts links"


NONSENSE: list[dict[str, Any]] = [
    {"downloadLimit": 0}, {"downloadLimit": -1}, {"downloadLimit": 1.5}, {"downloadLimit": "1"},
    {"password": "abc"}, {"password": "x" * 300}, {"expiresAt": "2020-01-01T00:00:00Z"}, {"downloads": 0},
    {"expiresAt": "2999-01-01T00:00:00Z"}, {"expiresAt": "tomorrow"}, {"expiresAt": "2090-01-01T00:00:00"},
    {"token": "mine"},
]  # fmt: skip


async def test_terms_that_make_no_sense_make_no_link(office: Premises) -> None:
    file_id = await office.file(office.member)
    for terms in NONSENSE:
        status, told = await office.member.post(f"/api/files/{file_id}/links", terms)
        assert (status, told["type"]) == (422, "invalid_request"), terms
    assert await office.pool.fetchval("SELECT count(*) FROM links") == 0


async def test_links_are_for_those_who_may_share_and_look_after_them(office: Premises) -> None:
    file_id = await office.file(office.owner)
    link = await shared(office.member, file_id)
    path = f"/api/files/links/{link['id']}"
    for who, status in ((office.guest, 403), (office.outsider, 404), (office.stranger, 404)):
        for method in ("GET", "DELETE"):
            assert (await who.ask(method, path))[0] == status
        assert (await who.get(f"{path}/accesses"))[0] == status
        assert (await who.post(f"/api/files/{file_id}/links", {}))[0] == status
    assert (await office.guest.get(f"/api/files/{file_id}/links"))[1] == {"links": []}
    _, told = await office.owner.get(f"/api/files/{file_id}/links")
    assert [one["id"] for one in told["links"]] == [link["id"]], "who looks after the file sees all"
    assert (await office.owner.get(f"/api/files/links/{uuid4()}"))[0] == 404
    assert (await office.owner.delete(path))[0] == 204
    assert (await office.member.delete(path))[0] == 204, "revoked twice is revoked once"


async def test_a_file_has_a_hundred_links_at_the_most(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute(
        "INSERT INTO links (id, file_id, token_hash, created_by) "
        "SELECT gen_random_uuid(), $1, sha256(n::text::bytea), $2 FROM generate_series(1, 99) AS n",
        file_id, office.member.user_id,
    )  # fmt: skip
    answers = await asyncio.gather(*(office.member.post(f"/api/files/{file_id}/links", {}) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]


async def test_what_a_visitor_says_of_itself_is_kept_as_words(office: Premises) -> None:
    link = await shared(office.member, await office.file(office.member))
    headers = {"User-Agent": "<script>" + "x" * 400, "X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
    await visitor(office.stranger).ask("GET", f"/api/shared/{link['token']}", headers=headers)
    _, told = await office.member.get(f"/api/files/links/{link['id']}/accesses", limit=1)
    (access,) = told["accesses"]
    assert access["address"] == "203.0.113.9"
    assert access["userAgent"].startswith("<script>")
    assert len(access["userAgent"]) == 256


async def test_accesses_are_paged_the_latest_first(office: Premises) -> None:
    link = await shared(office.member, await office.file(office.member))
    for _ in range(5):
        await visitor(office.stranger).get(f"/api/shared/{link['token']}")
    path, seen, cursor = f"/api/files/links/{link['id']}/accesses", [], {}
    while True:
        _, told = await office.member.get(path, limit=2, **cursor)
        seen += [access["id"] for access in told["accesses"]]
        if told["nextCursor"] is None:
            break
        cursor = {"cursor": told["nextCursor"]}
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert (await office.member.get(path, limit=0))[0] == 422


async def test_a_link_and_an_address_open_nothing_while_the_message_is_hidden_nor_once_it_is_gone(
    office: Premises, http: aiohttp.ClientSession, content: str
) -> None:
    file_id = await office.file(office.member, BODY)
    message = a_message(office.member, office.channel_id, file_id)
    await posted(office.pool, message)
    link, stranger = await shared(office.member, file_id), visitor(office.stranger)
    addresses = [await opened(stranger, link["token"]), await address(office.owner, file_id)]

    async def answers() -> list[int]:
        ways = [(await stranger.get(f"/api/shared/{link['token']}"))[0]]
        ways.append((await stranger.post(f"/api/shared/{link['token']}", {}))[0])
        return ways + [(await fetched(http, content, url, Range="bytes=0-9")).status for url in addresses]

    assert await answers() == [200, 200, 206, 206]
    hidden = Message(id=message.id, channel_id=message.channel_id, user_id=message.user_id, is_hidden=True)
    await updated(office.pool, hidden)
    assert await answers() == [404] * 4
    assert (await stranger.get(f"/api/shared/{link['token']}"))[1] == GONE
    await updated(office.pool, message)
    assert await answers() == [200, 200, 206, 206]
    purged = said.MessagesPurged(message_ids=[message.id])
    await told(office.pool, messages_purged=purged, channel_id=str(office.channel_id))
    assert await answers() == [404] * 4


async def test_a_link_dies_with_the_last_message_and_not_before(office: Premises) -> None:
    file_id, stranger = await office.file(office.member, BODY), visitor(office.stranger)
    messages = [a_message(office.member, office.channel_id, file_id) for _ in range(2)]
    for message in messages:
        await posted(office.pool, message)
    token = (await shared(office.member, file_id))["token"]
    hidden = Message(id=messages[0].id, channel_id=messages[0].channel_id, user_id=messages[0].user_id, is_hidden=True)
    for expected, change in ((200, updated(office.pool, hidden)), (404, deleted(office.pool, messages[1]))):
        await change
        assert (await stranger.get(f"/api/shared/{token}"))[0] == expected
    await updated(office.pool, messages[0])
    assert (await stranger.get(f"/api/shared/{token}"))[0] == 200
    await deleted(office.pool, messages[0])
    assert await stranger.get(f"/api/shared/{token}") == (404, GONE)

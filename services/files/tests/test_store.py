"""The store, on both servers: the same answers from each."""

import os
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from files.objects import Address
from files.store import Missing, Store, StoreGone

MIB = 1024 * 1024


@pytest_asyncio.fixture
async def store(each_s3_url: str) -> AsyncIterator[Store]:
    async with Store.connect(each_s3_url) as connected:
        yield connected


async def put_in_parts(store: Store, key: str, *parts: bytes) -> None:
    multipart_id = await store.begin(key)
    made = [await store.put_part(key, multipart_id, number, part) for number, part in enumerate(parts, 1)]
    await store.complete(key, multipart_id, made)


async def test_what_is_put_is_there_whole_in_part_and_after_a_copy(store: Store) -> None:
    body = os.urandom(3 * MIB)
    await store.put("blobs/a", body, "text/plain")
    assert await store.read("blobs/a", 4 * MIB) == body
    async with store.get("blobs/a", 100, 299) as reading:
        assert reading.size == 200
        assert b"".join([chunk async for chunk in reading.chunks()]) == body[100:300]
    head = await store.head("blobs/a")
    assert head is not None
    assert (head.size, head.media_type) == (3 * MIB, "text/plain")
    await store.copy("blobs/a", "blobs/b")
    assert await store.read("blobs/b", 4 * MIB) == body
    with pytest.raises(ValueError, match="more than"):
        await store.read("blobs/b", MIB)


async def test_an_object_is_put_part_by_part_and_gone_on_with(store: Store) -> None:
    parts = [os.urandom(5 * MIB), os.urandom(5 * MIB), b"end"]
    multipart_id = await store.begin("incoming/x")
    for number, part in enumerate(parts[:2], 1):
        await store.put_part("incoming/x", multipart_id, number, part)
    listed = await store.parts("incoming/x", multipart_id)
    assert [(part.number, part.size) for part in listed] == [(1, 5 * MIB), (2, 5 * MIB)]
    assert [key async for key, _ in store.under_way()] == ["incoming/x"]
    last = await store.put_part("incoming/x", multipart_id, 3, parts[2])
    await store.complete("incoming/x", multipart_id, [*listed, last])
    assert await store.read("incoming/x", 11 * MIB) == b"".join(parts)
    assert [key async for key, _ in store.under_way()] == []


async def test_a_large_object_is_copied_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("files.store.COPIED_AT_ONCE", 5 * MIB)
    body = os.urandom(12 * MIB + 7)
    await store.put("incoming/y", body)
    await store.copy("incoming/y", "blobs/y")
    assert await store.read("blobs/y", 13 * MIB) == body


@pytest.mark.parametrize("at_once", [128 * MIB, 5 * MIB])
async def test_nothing_is_copied_but_what_was_read(store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("files.store.COPIED_AT_ONCE", at_once)
    bodies = [os.urandom(6 * MIB) for _ in range(2)]
    await store.put("incoming/v", bodies[0])
    async with store.get("incoming/v") as reading:
        etag = reading.etag
    await store.copy("incoming/v", "blobs/v", etag)
    assert await store.read("blobs/v", 7 * MIB) == bodies[0]
    await store.put("incoming/v", bodies[1])
    with pytest.raises(StoreGone):
        await store.copy("incoming/v", "blobs/v", etag)
    assert await store.read("blobs/v", 7 * MIB) == bodies[0]
    assert [key async for key, _ in store.under_way()] == []


async def test_whatever_was_begun_of_an_object_is_given_up(store: Store) -> None:
    for key in ("incoming/u", "incoming/u", "incoming/ua"):
        await store.put_part(key, await store.begin(key), 1, b"part")
    await store.abort_all("incoming/u")
    await store.abort_all("incoming/none")
    assert [key async for key, _ in store.under_way()] == ["incoming/ua"]


async def test_what_is_not_there_is_missing_and_removing_it_twice_is_as_well(store: Store) -> None:
    assert await store.head("blobs/none") is None
    with pytest.raises(Missing):
        await store.read("blobs/none", 10)
    with pytest.raises(Missing):
        await store.copy("blobs/none", "blobs/other")
    await store.delete("blobs/none", "blobs/none")
    multipart_id = await store.begin("incoming/z")
    for _ in range(2):
        await store.abort("incoming/z", multipart_id)


async def test_everything_below_a_prefix_is_listed_in_order_and_removed(store: Store) -> None:
    for number in range(5):
        await store.put(f"derived/a/{number}", b"x" * number)
    await store.put("derived/b/0", b"kept")
    listed = [listed async for listed in store.list("derived/a/")]
    assert [(each.key, each.size) for each in listed] == [(f"derived/a/{number}", number) for number in range(5)]
    assert await store.delete_all("derived/a/") == 5
    assert [listed.key async for listed in store.list("")] == ["derived/b/0"]


async def test_the_bucket_is_made_once_and_names_need_not_be_ascii(each_s3_url: str) -> None:
    other = f"{each_s3_url.rpartition('/')[0]}/{'made-by-a-test'}"
    async with Store.connect(other) as store:
        await store.prepare()
        await store.prepare()
        await store.ready()
        await store.put("derived/보고서", b"said")
        assert await store.read("derived/보고서", 10) == b"said"
        await store.delete("derived/보고서")


async def test_who_was_permitted_puts_exactly_what_was_said(store: Store) -> None:
    url, headers = await store.permit_put("incoming/d", 5, "text/plain", 60)
    async with aiohttp.ClientSession() as http:
        async with http.put(url, data=b"twice as much", headers={"Content-Type": "text/plain"}) as answer:
            assert answer.status == 403
        async with http.put(url, data=b"exact", headers=headers) as answer:
            assert answer.status == 200
    assert await store.read("incoming/d", 10) == b"exact"


async def test_a_store_that_is_away_is_said_to_be(each_s3_url: str) -> None:
    address = Address.read(each_s3_url)
    async with Store.connect(f"http://{address.key}:{address.secret}@127.0.0.1:1/{address.bucket}") as store:
        for asked in (store.ready(), store.put("blobs/a", b"x"), store.read("blobs/a", 1), store.begin("incoming/a")):
            with pytest.raises(StoreGone):
                await asked


@pytest.mark.parametrize("url", ["", "ftp://a:b@c/d", "http://a:b@c", "http://a:b@c/d/e", "s3://bucket"])
def test_an_address_that_names_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        Address.read(url)

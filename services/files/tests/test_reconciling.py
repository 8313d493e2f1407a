"""Reconciling finds what does not agree, both ways, and mends it; of a whole installation it finds nothing."""

from collections import Counter
from datetime import timedelta

import pytest
from desk import Premises
from files import keys
from files.reconciling import command
from files.reconciling.findings import Kind
from files.workshop import Workshop
from parcels import taken, worked
from uuid_utils.compat import uuid7

NOW = timedelta(0)


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def found(office: Premises, *, repair: bool = False) -> Counter[str]:
    return await command.reconcile(office.pool, office.store, NOW, repair)


async def mended(office: Premises, workshop: Workshop, *kinds: Kind) -> None:
    """It is found, mended, and found no more once jobs have done their part."""
    assert await found(office) == Counter(kinds)
    assert await found(office, repair=True) == Counter(kinds)
    await worked(workshop)
    assert await found(office) == Counter()


async def blob_of(office: Premises, file_id: object) -> object:
    return await office.pool.fetchval("SELECT blob_id FROM file_versions WHERE file_id = $1", file_id)


async def test_nothing_is_found_where_all_is_well(office: Premises, workshop: Workshop) -> None:
    told = [await taken(office.member, office.channel_id, body) for body in (b"one", b"two", b"one")]
    assert await found(office) == Counter()
    await worked(workshop)
    assert await found(office) == Counter()
    await office.member.delete(f"/api/files/{told[1]['id']}")
    assert await found(office) == Counter()
    await worked(workshop)
    assert await found(office) == Counter()


@pytest.mark.parametrize(
    "key", [keys.blob(uuid7()), keys.derived(uuid7(), "thumbnail"), keys.incoming(uuid7()), "blobs/what", "incoming/x"]
)
async def test_bytes_that_no_row_knows_are_removed(office: Premises, workshop: Workshop, key: str) -> None:
    await office.store.put(key, b"orphan")
    await mended(office, workshop, Kind.BYTES_UNKNOWN)
    assert await office.store.head(key) is None


async def test_what_is_young_is_left_alone(office: Premises) -> None:
    await office.store.put(keys.blob(uuid7()), b"just now")
    assert await command.reconcile(office.pool, office.store, timedelta(hours=1), True) == Counter()


async def test_parts_that_no_row_knows_are_given_up(office: Premises, workshop: Workshop) -> None:
    key = keys.incoming(uuid7())
    multipart_id = await office.store.begin(key)
    await office.store.put_part(key, multipart_id, 1, bytes(6_000_000))
    await mended(office, workshop, Kind.PARTS_UNKNOWN)
    assert [each async for each in office.store.under_way()] == []


@pytest.mark.parametrize("body", [None, b"other"])
async def test_a_version_whose_bytes_are_lost_says_so(office: Premises, workshop: Workshop, body: bytes | None) -> None:
    told = await taken(office.member, office.channel_id, b"precious")
    await worked(workshop)
    key = keys.blob(await blob_of(office, told["id"]))  # type: ignore[arg-type]
    await office.store.delete(key)
    if body:
        await office.store.put(key, body)
    await mended(office, workshop, Kind.BYTES_LOST)
    status, seen = await office.member.get(f"/api/files/{told['id']}")
    assert (status, seen["status"], seen["reason"]) == (200, "refused", "lost")
    assert (await office.owner.get(f"/api/files/{told['id']}"))[0] == 404
    assert await office.pool.fetchval("SELECT bytes FROM usage") == 0


async def test_a_preview_whose_bytes_are_lost_is_no_longer_listed(office: Premises, workshop: Workshop) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("UPDATE blobs SET counted = TRUE; INSERT INTO usage SELECT workspace_id, size FROM blobs")
    await office.pool.execute(
        "INSERT INTO derived (blob_id, variant, media_type, size) VALUES ($1, 'thumbnail', 'image/webp', 1)",
        await blob_of(office, file_id),
    )  # fmt: skip
    await mended(office, workshop, Kind.DERIVED_LOST)


async def test_what_no_job_carries_on_is_taken_up_again(office: Premises, workshop: Workshop) -> None:
    told = await taken(office.member, office.channel_id, b"waits for ever")
    await office.pool.execute("DELETE FROM jobs")
    await mended(office, workshop, Kind.UPLOAD_STUCK)
    assert (await office.owner.get(f"/api/files/{told['id']}"))[1]["status"] == "clean"
    await office.member.delete(f"/api/files/{told['id']}")
    await office.pool.execute("DELETE FROM jobs")
    await mended(office, workshop, Kind.BLOB_STUCK)
    assert [listed async for listed in office.store.list("")] == []


async def test_what_nobody_has_and_what_is_counted_wrong_is_put_right(office: Premises, workshop: Workshop) -> None:
    told = await taken(office.member, office.channel_id, b"said")
    await worked(workshop)
    await office.pool.execute("UPDATE usage SET bytes = 77")
    await mended(office, workshop, Kind.USAGE_WRONG)
    await office.pool.execute("DELETE FROM file_places WHERE file_id = $1", told["id"])
    await mended(office, workshop, Kind.FILE_NOWHERE)
    await taken(office.member, office.channel_id, b"said")
    await worked(workshop)
    await office.pool.execute("DELETE FROM file_versions")
    await mended(office, workshop, Kind.BLOB_UNUSED, Kind.FILE_NOWHERE)
    assert [listed async for listed in office.store.list("")] == []

"""Uploads that are sent again, because their answer was lost."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from desk import Asker, Premises
from files.workshop import Workshop
from parcels import sent, taken, worked


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


def keyed(who: Asker, key: str = "photo 1") -> Asker:
    return replace(who, headers={**who.headers, "Idempotency-Key": key})


async def test_what_is_sent_again_under_its_key_is_the_same_file(office: Premises, workshop: Workshop) -> None:
    member = keyed(office.member)
    first = await taken(member, office.channel_id, b"the same")
    await worked(workshop)
    again = await taken(member, office.channel_id, b"the same")
    assert (again["id"], again["status"]) == (first["id"], "clean")
    assert await office.pool.fetchval("SELECT count(*) FROM file_versions") == 1
    assert (await taken(keyed(office.owner), office.channel_id, b"the same"))["id"] != first["id"]
    await office.pool.execute("UPDATE file_versions SET status = 'uploading'")
    status, told = await sent(member, b"the same", entityType="channel", entityId=office.channel_id)
    assert (status, told["type"]) == (409, "still_uploading")
    endless = keyed(office.member, "x" * 256)
    assert (await sent(endless, b"said", entityType="channel", entityId=office.channel_id))[0] == 400


async def test_other_bytes_under_a_used_key_are_refused_and_not_lost_without_a_word(
    office: Premises, workshop: Workshop
) -> None:
    member = keyed(office.member)
    first = await taken(member, office.channel_id, b"the first")
    for state in ("scanning", "clean"):
        for body in (b"the other", b"the first, and more", b"the", b"x" * 30_000_000):
            status, told = await sent(member, body, entityType="channel", entityId=office.channel_id)
            assert (status, told["type"]) == (422, "key_reused"), state
        await worked(workshop)
    assert (await taken(member, office.channel_id, b"the first"))["id"] == first["id"]


async def test_a_key_that_was_used_elsewhere_is_refused(office: Premises, workshop: Workshop) -> None:
    member = keyed(office.member)
    first = await taken(member, office.channel_id)
    await worked(workshop)
    second = await taken(office.member, office.channel_id)
    elsewhere: list[dict[str, Any]] = [
        {"entityType": "workspace", "entityId": office.workspace_id},
        *({"path": f"/api/files/{each['id']}/versions"} for each in (first, second)),
    ]
    for more in elsewhere:
        status, told = await sent(member, b"said", **more)
        assert (status, told["type"]) == (422, "key_reused"), more
    again = keyed(office.member, "photo 2")
    for _ in range(2):
        status, told = await sent(again, b"next", path=f"/api/files/{first['id']}/versions")
        assert (status, told["id"]) == (201, first["id"])


async def test_many_at_once_under_one_key_are_one_file(office: Premises) -> None:
    member = keyed(office.member)
    answers = await asyncio.gather(
        *(sent(member, b"said", entityType="channel", entityId=office.channel_id) for _ in range(10))
    )
    assert {status for status, _ in answers} <= {201, 409}
    assert len({told["id"] for status, told in answers if status == 201}) == 1

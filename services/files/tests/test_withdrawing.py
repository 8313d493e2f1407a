"""Bytes that are taken back from everybody while somebody is just getting them: nobody keeps them, nothing is stuck."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from desk import Premises
from files import blobs, keys, rescans, scanning
from files.reconciling import command
from files.workshop import Workshop
from halts import Halt
from parcels import taken, worked
from test_outages import DUE, NOW, Knows, status

BAD = b"bad in hindsight"


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


@pytest.fixture
def old(workshop: Workshop, clamd_url: str) -> Workshop:
    """Which knows nothing of it yet."""
    return replace(workshop, scanner=Knows(clamd_url, "old"))


@pytest.fixture
def new(workshop: Workshop, clamd_url: str) -> Workshop:
    return replace(workshop, scanner=Knows(clamd_url, "new", b"hindsight"))


async def found_out(office: Premises, new: Workshop) -> list[str]:
    await rescans.queue(office.pool, "new")
    return await worked(new, ("quiet",))


async def lost(office: Premises, _: Workshop) -> object:
    blob_id = await office.pool.fetchval("SELECT id FROM blobs")
    await office.store.delete(keys.blob(blob_id))
    return await command.reconcile(office.pool, office.store, NOW, True)


@pytest.mark.parametrize(("step", "end"), [("_copy", found_out), ("_let_out", found_out), ("_let_out", lost)])
async def test_a_scan_that_has_the_bytes_already_begins_anew(
    office: Premises, old: Workshop, new: Workshop, monkeypatch: pytest.MonkeyPatch, step: str,
    end: Callable[[Premises, Workshop], Awaitable[object]],
) -> None:  # fmt: skip
    first = await taken(office.member, office.channel_id, BAD)
    await worked(old)
    if step == "_copy":  # as if both had come at once
        await office.pool.execute("UPDATE blobs SET state = 'copying'")
    second = await taken(office.member, office.channel_id, BAD)
    halt, job = Halt(monkeypatch, scanning, step), await old._take("quick")
    assert job is not None
    scanning_it = asyncio.ensure_future(old.do(job))
    await asyncio.wait_for(halt.reached.wait(), 20)
    await office.pool.execute("UPDATE blobs SET state = 'stored'")
    await end(office, new)
    halt.go_on.set()
    await scanning_it
    for _ in range(3):
        await office.pool.execute(DUE)
        await worked(new)
    assert (await status(office, first), await status(office, second)) == ("refused", "refused")
    assert await office.pool.fetchval("SELECT count(*) FROM uploads") == 0
    assert await office.pool.fetchval("SELECT coalesce(sum(bytes), 0) FROM usage") == 0
    assert [listed async for listed in office.store.list("")] == []


async def test_who_comes_to_have_the_bytes_while_they_are_taken_back_loses_them_next(
    office: Premises, old: Workshop, new: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken(office.member, office.channel_id, BAD)
    await worked(old)
    late: list[Any] = []

    async def come() -> None:
        late.append(await taken(office.member, office.channel_id, BAD))
        await worked(old, ("quick",))

    await Halt(monkeypatch, blobs, "release").around(office.pool, found_out(office, new), come())
    await office.pool.execute(DUE)
    await worked(new)
    await found_out(office, new)
    assert await status(office, late[0]) == "refused"
    assert (await office.owner.get(f"/api/files/{late[0]['id']}"))[0] == 404


async def test_what_is_complete_and_waited_for_by_no_version_is_removed(office: Premises, workshop: Workshop) -> None:
    """As an earlier release left it."""
    await taken(office.member, office.channel_id, b"said")
    await office.pool.execute("UPDATE file_versions SET status = 'refused', reason = 'malware'")
    await worked(workshop)
    assert await office.pool.fetchval("SELECT count(*) FROM uploads") == 0
    assert [listed async for listed in office.store.list("")] == []

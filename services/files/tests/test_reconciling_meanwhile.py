"""Reconciling while people upload, read and remove: nothing that is under way is found, and nothing of it is harmed."""

import asyncio
import secrets
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from desk import Premises
from files import derived, keys
from files.reconciling import command, objects
from files.reconciling.findings import Kind
from files.workshop import Workshop
from halts import Halt
from parcels import taken, worked
from test_direct import begun as directed
from test_direct import completed, put
from test_outages import NOW
from test_tus import MEBIBYTE, begun, patched, trickled

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>'


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def found(office: Premises, *, repair: bool = True) -> Counter[str]:
    return await command.reconcile(office.pool, office.store, NOW, repair)


async def _by_form(office: Premises) -> str:
    return str((await taken(office.member, office.channel_id, secrets.token_bytes(7 * MEBIBYTE)))["id"])


async def _resumably(office: Premises) -> str:
    body = secrets.token_bytes(14 * MEBIBYTE)
    path, half = await begun(office.member, office, len(body)), len(body) // 2
    for offset in (0, half):
        assert (await patched(office.member, path, offset, trickled(body[offset : offset + half]))).status == 204
    id_ = await office.pool.fetchval(
        "SELECT file_id FROM tus_uploads WHERE upload_id = $1", UUID(path.rpartition("/")[2])
    )
    return str(id_)


async def _directly(office: Premises) -> str:
    told = await directed(office.member, office, 100)
    assert await put(office.member, told, secrets.token_bytes(100)) == 200
    assert (await completed(office.member, told))[0] == 202
    return str(told["fileId"])


async def test_nothing_is_found_or_harmed_while_files_come_and_go(office: Premises, workshop: Workshop) -> None:
    reconciled: Counter[str] = Counter()
    is_over = asyncio.Event()

    async def reconcile() -> None:
        while not is_over.is_set():
            reconciled.update(await found(office))

    working = asyncio.ensure_future(workshop.run())
    reconciling = asyncio.ensure_future(reconcile())
    for _ in range(3):
        ids = await asyncio.gather(_by_form(office), _resumably(office), _directly(office))
        assert (await office.member.delete(f"/api/files/{ids[0]}"))[0] == 204
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    is_over.set()
    await reconciling
    await office.pool.execute("UPDATE jobs SET not_before = now(), leased_until = NULL")
    await worked(workshop)
    assert reconciled == Counter()
    assert await found(office) == Counter()
    rows = await office.pool.fetch("SELECT status, count(*) AS number FROM file_versions GROUP BY status")
    assert {row["status"]: row["number"] for row in rows} == {"clean": 6}


async def test_what_was_made_just_now_is_not_taken_for_unknown(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job is over between two looks at it."""
    file = await taken(office.member, office.channel_id, DRAWING, "a.svg", media_type="image/svg+xml")
    await worked(workshop, ("quick",))
    job, noting = await workshop._take("slow"), Halt(monkeypatch, derived, "_tell")
    assert job is not None
    making = asyncio.ensure_future(workshop.do(job))
    await asyncio.wait_for(noting.reached.wait(), 60)

    class Looking:
        def __getattr__(self, name: str) -> Any:
            return getattr(office.pool, name)

        async def fetchval(self, query: str, *args: object) -> object:
            seen = await office.pool.fetchval(query, *args)
            if "FROM derived" in query:
                noting.go_on.set()
                await asyncio.wait_for(asyncio.shield(making), 60)
            return seen

    pool: Any = Looking()
    assert await command.reconcile(pool, office.store, NOW, True) == Counter()
    assert making.done()
    _, seen = await office.member.get(f"/api/files/{file['id']}")
    assert "image" in [preview["variant"] for preview in seen["previews"]]


@pytest.mark.parametrize(("rows", "prefix"), [("_rows", keys.BLOBS), ("_derived_rows", keys.DERIVED)])
async def test_what_is_just_removed_is_not_taken_for_lost(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, rows: str, prefix: str
) -> None:
    """Its rows are read before it is, and its bytes looked for when they are gone."""
    file = await taken(office.member, office.channel_id, DRAWING, "a.svg", media_type="image/svg+xml")
    await worked(workshop)
    stale, step = [row async for row in getattr(objects, rows)(office.pool)], office.store.list
    assert stale

    async def as_before(_: object) -> Any:
        for row in stale:
            yield row

    async def listed(beginning: str) -> Any:
        if beginning == prefix:
            assert (await office.member.delete(f"/api/files/{file['id']}"))[0] == 204
            await worked(workshop)
        async for each in step(beginning):
            yield each

    monkeypatch.setattr(objects, rows, as_before)
    monkeypatch.setattr(office.store, "list", listed)
    assert await found(office) == Counter()


async def test_a_file_that_gets_a_version_after_it_was_found_stays(office: Premises) -> None:
    file_id = await office.file(office.member)
    await office.pool.execute("DELETE FROM file_versions")
    seen = command.look(office.pool, office.store, NOW)
    findings = {finding.kind: finding async for finding in seen}
    await office.version(file_id, office.member, b"next")
    await findings[Kind.FILE_NOWHERE].mend(office.pool, office.store)
    assert (await office.owner.get(f"/api/files/{file_id}"))[0] == 200

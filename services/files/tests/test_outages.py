"""Jobs while parts are away, processes die and signatures change: they wait, are taken up again, and are done once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from desk import Premises
from files import jobs, rescans
from files.clamd import Scanner, Verdict
from files.jobs import Job, Kind, Later, Refused
from files.reconciling import command
from files.store import Store
from files.workshop import Workshop
from nexus.files.v1.file_event_pb2 import FileEvent
from parcels import taken, worked
from testkit import eventually

NOW = timedelta(0)
NOWHERE = "tcp://127.0.0.1:1"
DUE = "UPDATE jobs SET not_before = now(), leased_until = NULL"


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


class Knows(Scanner):
    """The real scanner, with signatures of one's own."""

    def __init__(self, url: str, name: str, bad: bytes = b"\0never\0") -> None:
        super().__init__(url)
        self.name, self.bad = name, bad

    async def signatures(self) -> str:
        return self.name

    async def scan(self, chunks: Any) -> Verdict:
        body = b"".join([chunk async for chunk in chunks])

        async def again() -> AsyncIterator[bytes]:
            yield body

        return Verdict("Test.Later") if self.bad in body else await super().scan(again())


async def told(office: Premises) -> list[str]:
    """What was said of files so far, in order."""
    rows = await office.pool.fetch("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id")
    return [str(FileEvent.FromString(row["value"]).WhichOneof("payload")) for row in rows]


async def status(office: Premises, file: Any) -> str:
    _, seen = await office.member.get(f"/api/files/{file['id']}")
    return str(seen["status"])


async def test_while_the_scanner_is_away_files_wait_and_are_seen_by_nobody(
    office: Premises, workshop: Workshop
) -> None:
    file = await taken(office.member, office.channel_id, b"said")
    away = replace(workshop, scanner=Scanner(NOWHERE))
    for _ in range(7):
        await office.pool.execute(DUE)
        assert await worked(away) == ["scan"]
    assert await status(office, file) == "scanning"
    assert (await office.owner.get(f"/api/files/{file['id']}"))[0] == 404
    assert await office.pool.fetchval("SELECT not_before > now() FROM jobs")
    await office.pool.execute(DUE)
    await worked(workshop)
    assert await status(office, file) == "clean"


async def test_while_the_store_is_away_jobs_wait_and_uploads_are_refused_for_now(
    office: Premises, workshop: Workshop, s3_url: str
) -> None:
    file = await taken(office.member, office.channel_id, b"said")
    gone = s3_url.rpartition("@")[0] + "@127.0.0.1:1/bucket"
    async with Store.connect(gone) as nowhere:
        assert await worked(replace(workshop, store=nowhere)) == ["scan"]
    assert await status(office, file) == "scanning"
    await office.pool.execute(DUE)
    await worked(workshop)
    assert await status(office, file) == "clean"


@pytest.mark.parametrize("step", ["_scanned", "_claim", "_copy", "_let_out"])
async def test_a_scan_that_is_cut_off_at_any_step_is_done_once_by_the_next(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    file = await taken(office.member, office.channel_id, b"said")

    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(f"files.scanning.{step}", die)
        job = await workshop._take("quick")
        assert job is not None
        with pytest.raises(asyncio.CancelledError):
            await workshop.do(job)
    assert await status(office, file) == "scanning"
    await office.pool.execute(DUE)
    await worked(workshop)
    assert await status(office, file) == "clean"
    assert (await told(office)).count("file_ready") == 1
    assert await office.pool.fetchval("SELECT bytes FROM usage") == 4
    assert not await command.reconcile(office.pool, office.store, NOW, False)


async def test_a_job_that_somebody_else_took_meanwhile_counts_once(office: Premises, workshop: Workshop) -> None:
    await taken(office.member, office.channel_id, b"said")
    first = await workshop._take("quick")
    await office.pool.execute(DUE)
    second = await workshop._take("quick")
    assert first is not None
    assert second is not None
    assert (first.id, first.turn + 1) == (second.id, second.turn)
    async with office.pool.acquire() as db:
        assert not await jobs.renew(db, first)
        assert not await jobs.fail(db, first, "late")
    await asyncio.gather(workshop.do(first), workshop.do(second))
    assert (await told(office)).count("file_ready") == 1


async def test_errors_of_ours_end_a_job_and_parts_that_are_away_never_do(office: Premises, workshop: Workshop) -> None:
    async def err(_: Job, __: Workshop) -> None:
        raise ZeroDivisionError

    async def wait(_: Job, __: Workshop) -> None:
        raise Later("not yet")

    given_up: list[str] = []

    async def note(_: object, __: Job, reason: str) -> None:
        given_up.append(reason)

    for run, turns, left in ((wait, 12, "waiting"), (err, 3, "failed")):
        async with office.pool.acquire() as db, db.transaction():
            await jobs.add(db, "rescan", run.__name__)
        kinds = {"rescan": Kind(run, attempts=3, give_up=note)}
        for _ in range(turns):
            await office.pool.execute(DUE)
            assert await worked(replace(workshop, kinds=kinds)) == ["rescan"]
        state = await office.pool.fetchval("SELECT state FROM jobs WHERE subject = $1", run.__name__)
        assert state == left
        if left == "waiting":
            await office.pool.execute("DELETE FROM jobs")
    assert given_up == ["internal_error"]


async def test_what_new_signatures_find_is_taken_back_from_everybody(
    office: Premises, workshop: Workshop, clamd_url: str
) -> None:
    old = replace(workshop, scanner=Knows(clamd_url, "old"))
    good, bad = [await taken(office.member, office.channel_id, body) for body in (b"good", b"bad in hindsight")]
    await worked(old)
    versions = await taken(office.member, office.channel_id, b"once good")
    await worked(old)
    assert (await office.owner.get(f"/api/files/{bad['id']}"))[0] == 200
    await rescans.queue(office.pool, "old")
    assert await worked(old) == []
    new = replace(workshop, scanner=Knows(clamd_url, "new", b"hindsight"))
    await rescans.queue(office.pool, "new")
    await worked(new)
    assert await status(office, bad) == "refused"
    assert (await office.owner.get(f"/api/files/{bad['id']}"))[0] == 404
    for file in (good, versions):
        assert (await office.owner.get(f"/api/files/{file['id']}"))[1]["status"] == "clean"
    assert (await told(office))[-2:] in (["file_deleted", "file_refused"], ["file_refused", "file_deleted"])
    await rescans.queue(office.pool, "new")
    assert await worked(new) == []
    assert not await command.reconcile(office.pool, office.store, NOW, False)


async def test_a_deadlock_at_the_end_of_a_job_ends_nothing_else(office: Premises, workshop: Workshop) -> None:
    attempts: list[str] = []

    async def refuse(_: Job, __: Workshop) -> None:
        raise Refused("never")

    async def give_up(_: object, __: Job, reason: str) -> None:
        attempts.append(reason)
        if len(attempts) == 1:
            raise asyncpg.DeadlockDetectedError("deadlock detected")

    async with office.pool.acquire() as db, db.transaction():
        await jobs.add(db, "rescan", "any")

    async def has_failed() -> bool:
        await office.pool.execute(DUE)
        return await office.pool.fetchval("SELECT state FROM jobs") == "failed"

    working = asyncio.ensure_future(replace(workshop, kinds={"rescan": Kind(refuse, give_up=give_up)}).run())
    await eventually(has_failed, within=30)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert attempts == ["never", "never"]

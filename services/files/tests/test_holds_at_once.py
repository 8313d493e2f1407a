"""Legal holds that end while something is removed that they cover: it is kept for a hold, and no longer."""

from uuid import UUID

import asyncpg
import pytest
from desk import Premises
from eventbus import Tombstone
from eventbus.inbox import deliver
from files import announcements, holds, jobs
from files.handlers import CONSUMES
from files.workshop import Workshop
from halts import Halt
from nexus.messaging.v1.legal_hold_event_pb2 import LegalHoldEvent
from parcels import worked
from test_carrying import hold
from uuid_utils.compat import uuid7


async def release(pool: asyncpg.Pool, hold_id: str) -> None:
    await deliver(Tombstone(hold_id, str(uuid7())), CONSUMES[LegalHoldEvent], pool, "files")


async def nothing_is_kept(office: Premises, workshop: Workshop) -> None:
    await worked(workshop)
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0
    assert [listed async for listed in office.store.list("")] == []


async def test_a_hold_is_released_while_something_is_kept_for_it(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id, hold_id = await office.file(office.member), await hold(office.pool, office, channel_id=office.channel_id)
    halt = Halt(monkeypatch, announcements, "deleted")
    removing = office.member.delete(f"/api/files/{file_id}")
    (status, _), _ = await halt.around(office.pool, removing, release(office.pool, hold_id))
    assert status == 204
    await nothing_is_kept(office, workshop)


async def test_the_next_hold_is_released_before_the_job_of_the_first_is_over(
    office: Premises, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = await office.file(office.member)
    first = await hold(office.pool, office, channel_id=office.channel_id)
    assert (await office.member.delete(f"/api/files/{file_id}"))[0] == 204
    await release(office.pool, first)
    second = await hold(office.pool, office, user_id=UUID(str(office.member.user_id)))
    halt = Halt(monkeypatch, jobs, "finish")
    await halt.around(office.pool, worked(workshop), release(office.pool, second))
    await nothing_is_kept(office, workshop)


async def test_what_is_kept_gets_no_versions(office: Premises, workshop: Workshop) -> None:
    file_id = await office.file(office.member)
    await hold(office.pool, office, channel_id=office.channel_id)
    async with office.pool.acquire() as db, db.transaction():
        assert await holds.keep(db, file_id, (), is_held=False)
    assert (await office.member.post(f"/api/files/{file_id}/versions/1/restore"))[0] == 404

"""A resumable upload whose process dies at any step, before or after it took effect: every byte arrives, once."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from desk import Premises
from files import keys
from files.jobs import Job
from files.store import Store
from files.tus import assembly, chunks, progress
from files.tus.chunks import Chunk
from files.tus.progress import Progress
from files.workshop import Workshop
from test_tus import MEBIBYTE, begun, trickled

# A tail, a part that begins with it and one more, and an end that is smaller than any part.
CHUNKS = (3 * MEBIBYTE, 10 * MEBIBYTE, 100)
STEPS = ("begin", "put", "put_part", "complete", "delete")


class Died(Exception):
    """The process is gone."""


class Death:
    """Comes at the step of that number, before it or after it; the store's steps and the notes of progress count."""

    def __init__(self, at: int, is_before: bool) -> None:
        self.left, self.is_before = at, is_before

    def over(self, step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def taken(*args: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0 and self.is_before:
                raise Died
            done = await step(*args, **named)
            if self.left == 0:
                raise Died
            return done

        return taken


class Mortal:
    """The store as a process sees it that is going to die."""

    def __init__(self, store: Store, death: Death) -> None:
        self._store, self._death = store, death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._death.over(found) if name in STEPS else found


class Attempt:
    """One upload, carried on by processes that die."""

    def __init__(self, office: Premises, workshop: Workshop, upload_id: UUID, body: bytes) -> None:
        self.office, self.workshop, self.upload_id, self.body = office, workshop, upload_id, body

    async def carry_on(self, store: Any) -> None:
        """From where it is to the end, as a client and then a job do it."""
        for end in (sum(CHUNKS[: number + 1]) for number in range(len(CHUNKS))):
            found = await self._found()
            if found.arrived < end:
                await self._write(store, found, self.body[found.arrived : end])
        job = Job(id=UUID(int=0), kind="assemble", subject=str(self.upload_id), attempts=1, errors=0, turn=1)
        await assembly.assemble(job, replace(self.workshop, store=store))

    async def _write(self, store: Any, found: Progress, body: bytes) -> None:
        async with self.office.pool.acquire() as db:
            # Whoever died holds it no longer.
            await db.execute("UPDATE tus_uploads SET taken_by = NULL")
            turn = await progress.take(db, self.upload_id, "test")
        await Chunk(self.office.pool, store, found, turn).write(trickled(body), None)

    async def _found(self) -> Progress:
        async with self.office.pool.acquire() as db:
            return await progress.of_user(db, self.upload_id, self.office.member.user_id)


@pytest.fixture
def mortal_notes(monkeypatch: pytest.MonkeyPatch) -> Callable[[Death], None]:
    note = chunks.note
    return lambda death: monkeypatch.setattr(chunks, "note", death.over(note))


async def steps_until_done(attempt: Attempt, store: Store, mortal: Callable[[Death], None], is_before: bool) -> int:
    """Die at the first step, the second, and so on, each time going on from what is left; how many there were."""
    for at in range(1, 60):
        death = Death(at, is_before)
        mortal(death)
        try:
            await attempt.carry_on(Mortal(store, death))
        except Died:
            continue
        return at
    raise AssertionError("it never ends")


@pytest.mark.parametrize("is_before", [True, False])
async def test_whoever_goes_on_after_a_death_at_any_step_has_every_byte_once(
    office: Premises, store: Store, workshop: Workshop, mortal_notes: Callable[[Death], None], is_before: bool
) -> None:
    """Every step is died at in a fresh upload, and then in one upload one after the other."""
    at = 1
    while await _survives(office, store, workshop, mortal_notes, Death(at, is_before)):
        at += 1
    assert at > 8, "steps that were died at"
    attempt = await _attempt(office, workshop)
    assert await steps_until_done(attempt, store, mortal_notes, is_before) > 3
    assert await store.read(keys.incoming(attempt.upload_id), 1 << 30) == attempt.body


async def _survives(
    office: Premises, store: Store, workshop: Workshop, mortal: Callable[[Death], None], death: Death
) -> bool:
    """Whether there was such a step."""
    attempt = await _attempt(office, workshop)
    mortal(death)
    try:
        await attempt.carry_on(Mortal(store, death))
        died = False
    except Died:
        died = True
    mortal(Death(0, is_before=True))
    await attempt.carry_on(store)
    assert await store.read(keys.incoming(attempt.upload_id), 1 << 30) == attempt.body
    assert await _state(office.pool, attempt.upload_id) == "stored"
    return died


async def _attempt(office: Premises, workshop: Workshop) -> Attempt:
    body = secrets.token_bytes(sum(CHUNKS))
    path = await begun(office.member, office, len(body))
    return Attempt(office, workshop, UUID(path.rpartition("/")[2]), body)


async def _state(pool: asyncpg.Pool, upload_id: UUID) -> str:
    return str(await pool.fetchval("SELECT state FROM uploads WHERE id = $1", upload_id))

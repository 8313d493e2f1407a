"""The file of an import comes in pieces, each behind the one before; who was cut off goes on where it ended."""

import asyncio
from pathlib import Path

import asyncpg
from asyncpg import Record
from chassis.confined.inside import Refused
from chassis.confined.limits import Failed, Limits
from chassis.confined.runner import Runner
from chassis.problems import Problem
from eventbus import Db

from messaging.sharding.databases import Databases
from messaging.transfers import jobs, overview, pieces, sifting, staging
from messaging.transfers.jobs import Job
from messaging.transfers.reading import LINES

MIB = 1024**2
TASK = "messaging.transfers.reading:read_part"
LIMITS = Limits(memory=1_536 * MIB, cpu=120, seconds=240.0, output=128 * MIB, entries=10)
LOCK = "SELECT * FROM transfers WHERE id = $1 FOR UPDATE"


async def receive(db: Db, row: Record, offset: int, data: bytes) -> Record:
    """Keep a piece; with the last one reading begins. `Problem` 409 with what was `received` if it is not the next."""
    row = await db.fetchrow(LOCK, row["id"]) or row
    if row["state"] != "uploading":
        raise jobs.wrong_state(row)
    received = row["received"]
    if offset != received or not data or received + len(data) > row["size"]:
        raise Problem(
            409, "wrong_offset", f"The next piece begins at {received:,}, and the file has {row['size']:,} bytes.",
            extra={"received": received, "size": row["size"]},
        )  # fmt: skip
    await pieces.add(db, row["id"], offset, data)
    received += len(data)
    return await jobs.move(db, row, "reading" if received == row["size"] else "uploading", received=received)


async def read(databases: Databases, runner: Runner, job: Job) -> None:
    """Read the whole file, a part at a time, in a process that can do nothing else; then say what it would bring."""
    pool = databases.home
    try:
        async with runner.folder() as folder:
            file = folder / "file"
            await pieces.write_to(pool, job.id, file)
            while job.progress < job.total or not job.total:
                await _read_part(pool, runner, job, file)
                if job.is_cancelled:
                    await _give_up(pool, job, "cancelled", None)
                    return
        async with databases.begin() as across:
            await sifting.sift(across.home, job)
            await jobs.end(across.home, job, "waiting", preview=await overview.of(across, job))
    except (Failed, Refused) as failure:
        await _give_up(pool, job, "failed", failure.sentence if isinstance(failure, Failed) else str(failure))


async def _read_part(pool: asyncpg.Pool, runner: Runner, job: Job, file: Path) -> None:
    async with runner.folder() as folder:
        arguments = {"file": str(file), "step": job.place}
        told = await runner.run(TASK, folder, arguments, reads=[file], limits=LIMITS)
        part = await asyncio.to_thread(staging.read_lines, folder / LINES)
    async with pool.acquire(timeout=5) as db, db.transaction():
        await staging.keep(db, job, part)
        job.place, job.source = int(told["next"]), str(told["source"])[:128]
        job.progress, job.total = job.place, int(told["steps"])
        await jobs.go_on(db, job, place=job.place, source=job.source, progress=job.progress, total=job.total)


async def _give_up(pool: asyncpg.Pool, job: Job, state: str, failure: str | None) -> None:
    """Nothing of it is kept but why."""
    async with pool.acquire(timeout=5) as db, db.transaction():
        await jobs.end(db, job, state, failure=failure)
        await jobs.forget(db, job.id)

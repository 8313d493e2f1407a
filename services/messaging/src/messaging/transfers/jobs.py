"""Imports and exports as rows: who asked, how far each has come, and whoever works on it just now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from asyncpg import Record
from chassis.database import dumps
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json
from nexus.messaging.v1.personal_event_pb2 import TransferChanged
from uuid_utils.compat import uuid7

from messaging.personal import devices
from messaging.rows import plain_json
from messaging.transfers import steps

# Whoever does not say for so long that it goes on is taken to be gone.
LEASE = "60 seconds"
ATTEMPTS = 5
KEPT_DAYS = 7
LISTED = 50
ACTIVE = ("uploading", "reading", "waiting", "running")
COLUMNS = (
    "id", "kind", "state", "name", "size", "received", "failure", "progress", "total", "created_by", "created_at",
    "updated_at", "expires_at",
)  # fmt: skip

ADD = f"""
    INSERT INTO transfers (id, workspace_id, kind, state, name, size, options, created_by, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + interval '{KEPT_DAYS} days') RETURNING *
"""  # noqa: S608
ONE = "SELECT * FROM transfers WHERE workspace_id = $1 AND id = $2 AND kind = $3"
LIST = f"SELECT * FROM transfers WHERE workspace_id = $1 AND kind = $2 ORDER BY id DESC LIMIT {LISTED}"  # noqa: S608
TAKE = f"""
    UPDATE transfers SET taken_by = $1, due_at = now() + interval '{LEASE}', attempts = attempts + 1
    WHERE id = (SELECT id FROM transfers WHERE state IN ('reading', 'running') AND due_at <= now()
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *
"""  # noqa: S608
GO_ON = f"""
    UPDATE transfers SET due_at = now() + interval '{LEASE}', attempts = 0, updated_at = now(), counts = $3,
        place = coalesce($4, place), source = coalesce($5, source), progress = coalesce($6, progress),
        total = coalesce($7, total)
    WHERE id = $1 AND taken_by = $2 AND state IN ('reading', 'running') RETURNING is_cancelled
"""  # noqa: S608
RENEW = f"UPDATE transfers SET due_at = now() + interval '{LEASE}' WHERE id = $1 AND taken_by = $2"  # noqa: S608
# For what passes by itself, and is no fault of its own if others' tasks took all places.
PUT_OFF = """
    UPDATE transfers SET due_at = now() + interval '2 seconds', taken_by = NULL,
        attempts = attempts - CASE WHEN $3 THEN 1 ELSE 0 END
    WHERE id = $1 AND taken_by = $2
"""
IS_KEPT = "SELECT expires_at > now() FROM transfers WHERE id = $1"
END = """
    UPDATE transfers SET state = $3, failure = $4, preview = coalesce($5, preview), report = coalesce($6, report),
        counts = $7, size = coalesce($8, size), progress = CASE WHEN $3 = 'done' THEN total ELSE progress END,
        updated_at = now(), taken_by = NULL
    WHERE id = $1 AND taken_by = $2 AND state IN ('reading', 'running') RETURNING *
"""
MOVE = """
    UPDATE transfers SET state = $4, options = coalesce($5, options), received = coalesce($6, received),
        progress = coalesce($7, progress), total = coalesce($8, total), due_at = now(), attempts = 0,
        counts = coalesce($9, counts), updated_at = now()
    WHERE workspace_id = $1 AND id = $2 AND state = $3 RETURNING *
"""
CANCEL = "UPDATE transfers SET is_cancelled = TRUE, updated_at = now() WHERE id = $1"
FORGET = "DELETE FROM transfer_{table} WHERE transfer_id = $1"
EXPIRED = """
    UPDATE transfers SET state = 'cancelled', failure = 'It was not finished in time.', taken_by = NULL
    WHERE expires_at <= now() AND state IN ('uploading', 'waiting') RETURNING id
"""
OLD = """
    SELECT DISTINCT t.id FROM transfers t WHERE t.expires_at <= now() AND state IN ('done', 'failed', 'cancelled')
        AND EXISTS (SELECT FROM transfer_pieces p WHERE p.transfer_id = t.id) LIMIT 100
"""


class Lost(Exception):
    """Another works on it, or nobody is to any more."""


class Cancelled(Exception):
    """Whoever asked for it wants it no more."""


@dataclass(slots=True)
class Job:
    """One that this process works on."""

    id: UUID
    workspace_id: UUID
    kind: str
    state: str
    created_by: UUID
    options: dict[str, Any]
    counts: dict[str, Any]
    source: str
    place: int
    size: int
    attempts: int
    is_cancelled: bool
    token: UUID
    progress: int
    total: int

    def count(self, name: str, number: int = 1) -> None:
        if number:
            self.counts[name] = self.counts.get(name, 0) + number


async def add(
    db: Db, workspace_id: UUID, user_id: UUID, kind: str, name: str, size: int, options: Mapping[str, object]
) -> Record:
    """`Problem` 409 while another of its kind is under way in the workspace."""
    state = "uploading" if kind == "import" else "running"
    try:
        async with db.transaction():
            row = await db.fetchrow(ADD, uuid7(), workspace_id, kind, state, name, size, dumps(options), user_id)
    except asyncpg.UniqueViolationError:
        raise Problem(409, f"{kind}_under_way", f"There is an {kind} under way in this workspace.") from None
    return _found(row, kind)


async def get(db: Db, workspace_id: UUID, transfer_id: UUID, kind: str) -> Record:
    return _found(await db.fetchrow(ONE, workspace_id, transfer_id, kind), kind)


async def listed(db: Db, workspace_id: UUID, kind: str) -> list[Json]:
    return [as_json(row) for row in await db.fetch(LIST, workspace_id, kind)]


async def move(db: Db, row: Record, state: str, **changed: object) -> Record:
    """Into another state from the one in which it was found; `Problem` 409 if it is in that no more."""
    names = ("options", "received", "progress", "total", "counts")
    moved = await db.fetchrow(MOVE, row["workspace_id"], row["id"], row["state"], state, *map(changed.get, names))
    if moved is None:
        raise wrong_state(row)
    return moved


def wrong_state(row: Record) -> Problem:
    return Problem(409, "wrong_state", f"This {row['kind']} is {row['state']}.", extra={"state": row["state"]})


async def cancel(db: Db, row: Record) -> None:
    """At once if nobody works on it, else as soon as nothing is half done. What was imported stays."""
    if row["state"] not in ACTIVE:
        raise wrong_state(row)
    if row["state"] in ("uploading", "waiting"):
        await forget(db, (await move(db, row, "cancelled"))["id"])
    else:
        await db.execute(CANCEL, row["id"])


async def take(pool: asyncpg.Pool) -> Job | None:
    token = uuid4()
    row = await pool.fetchrow(TAKE, token)
    return _job(row, token) if row else None


async def go_on(
    db: Db, job: Job, *, place: int | None = None, source: str | None = None, progress: int | None = None,
    total: int | None = None,
) -> None:  # fmt: skip
    """Say in a step's transaction that it is done and the next follows. `Lost`, so that nothing of the step is kept, if
    it is another's by now."""
    counts = dumps(job.counts)
    is_cancelled = await db.fetchval(GO_ON, job.id, job.token, counts, place, source, progress, total)
    if is_cancelled is None:
        raise Lost(str(job.id))
    job.is_cancelled = is_cancelled


async def end(
    db: Db, job: Job, state: str, *, failure: str | None = None, preview: Json | None = None,
    report: Json | None = None, size: int | None = None,
) -> None:  # fmt: skip
    told = [dumps(each) if each is not None else None for each in (preview, report)]
    row = await db.fetchrow(END, job.id, job.token, state, failure, *told, dumps(job.counts), size)
    if row is None:
        raise Lost(str(job.id))
    await tell(db, row)


async def tell(db: Db, row: Record) -> None:
    """Whoever asked for it, on all of their devices."""
    changed = TransferChanged(
        workspace_id=str(row["workspace_id"]), transfer_id=str(row["id"]), kind=row["kind"], state=row["state"],
        progress=row["progress"], total=row["total"],
    )  # fmt: skip
    await devices.tell(db, row["created_by"], changed)


async def forget(db: Db, transfer_id: UUID, *, with_skips: bool = False) -> None:
    """Its file and what was read of it."""
    for table in ("pieces", "records", *(("skips",) if with_skips else ())):
        await db.execute(FORGET.format(table=table), transfer_id, timeout=300)


async def expire(pool: asyncpg.Pool) -> None:
    """What nobody finished or fetched in time goes."""
    for row in [*await pool.fetch(EXPIRED), *await pool.fetch(OLD)]:
        async with pool.acquire(timeout=5) as db, db.transaction():
            await forget(db, row["id"])
    await pool.execute(steps.OLD, KEPT_DAYS)


def as_json(row: Record) -> Json:
    loaded = {name: orjson.loads(row[name]) if row[name] else None for name in ("report", "options")}
    return {**plain_json(row, *COLUMNS), **loaded}


def _job(row: Record, token: UUID) -> Job:
    return Job(
        row["id"], row["workspace_id"], row["kind"], row["state"], row["created_by"], orjson.loads(row["options"]),
        orjson.loads(row["counts"]), row["source"] or "", row["place"], row["size"], row["attempts"],
        row["is_cancelled"], token, row["progress"], row["total"],
    )  # fmt: skip


def _found(row: Record | None, kind: str) -> Record:
    if row is None:
        raise not_found(kind)
    return row

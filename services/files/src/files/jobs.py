"""What is to be done with files, one row each: taken by whichever process comes first, and done until it is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps
from eventbus import Db
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from files.workshop import Workshop

QUICK, SLOW, QUIET = "quick", "slow", "quiet"
# Long work never holds up short work, nor what nobody waits for either of them.
LANES: Mapping[str, str] = {
    "scan": QUICK, "remove": QUICK, "inspect": QUICK, "thumbnail": QUICK, "rescan": QUIET, "preview": SLOW,
    "convert": SLOW, "assemble": QUICK, "adopt": QUICK,
}  # fmt: skip
# Seconds for which a job is its taker's unless that says that it still works.
LEASE = 15.0

ADD = """
    INSERT INTO jobs (id, kind, subject, lane, file_id, version, blob_id, details, not_before)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 second')
    ON CONFLICT (kind, subject) DO UPDATE SET
        state = 'waiting', attempts = 0, errors = 0, not_before = now(), reason = NULL
    WHERE jobs.state = 'failed'
"""
TAKE = """
    UPDATE jobs SET attempts = attempts + 1, turn = turn + 1, leased_until = now() + $2 * interval '1 second'
    WHERE id = (
        SELECT id FROM jobs WHERE lane = $1 AND state = 'waiting' AND not_before <= now()
            AND (leased_until IS NULL OR leased_until < now())
        ORDER BY not_before FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING *
"""
RENEW = "UPDATE jobs SET leased_until = now() + $3 * interval '1 second' WHERE id = $1 AND turn = $2 RETURNING true"
DONE = "DELETE FROM jobs WHERE id = $1 AND turn = $2"
LATER = """
    UPDATE jobs SET not_before = now() + $3 * interval '1 second', leased_until = NULL, reason = $4,
        errors = errors + $5
    WHERE id = $1 AND turn = $2
"""
FAILED = """
    UPDATE jobs SET state = 'failed', leased_until = NULL, reason = $3 WHERE id = $1 AND turn = $2 RETURNING true
"""


class Later(Exception):
    """Not yet: what the job needs is not there."""


class Refused(Exception):
    """Never: the job fails with this reason, in a word that clients know."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, as its taker has it."""

    id: UUID
    kind: str
    subject: str
    attempts: int
    errors: int
    turn: int
    file_id: UUID | None = None
    version: int | None = None
    blob_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


Run = Callable[[Job, "Workshop"], Awaitable[None]]
GiveUp = Callable[[Db, Job, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of job is done. `run` may be cut off anywhere and is then begun anew: it looks at what is there.

    A turn ends at the `deadline` (seconds). After so many `attempts` that ended with an error of ours the job fails;
    parts that do not answer are waited for without end. `give_up` is done in the transaction in which it fails.
    """

    run: Run
    deadline: float = 300.0
    attempts: int = 5
    give_up: GiveUp | None = None


async def add(
    db: Db,
    kind: str,
    subject: object,
    *,
    file_id: UUID | None = None,
    version: int | None = None,
    blob_id: UUID | None = None,
    details: Mapping[str, object] | None = None,
    after: float = 0.0,
) -> None:
    """In the transaction that makes it necessary. The same of the same subject is queued once; one that failed is
    tried anew."""
    said = dumps(details or {})
    await db.execute(ADD, uuid7(), kind, str(subject), LANES[kind], file_id, version, blob_id, said, after)


async def take(db: Db, lane: str) -> Job | None:
    row = await db.fetchrow(TAKE, lane, LEASE)
    return _job(row) if row else None


async def renew(db: Db, job: Job) -> bool:
    """False if it is no longer ours."""
    return bool(await db.fetchval(RENEW, job.id, job.turn, LEASE))


async def finish(db: Db, job: Job) -> None:
    await db.execute(DONE, job.id, job.turn)


async def postpone(db: Db, job: Job, seconds: float, why: str, errors: int) -> None:
    """`errors`: how many of ours it had in this turn."""
    await db.execute(LATER, job.id, job.turn, seconds, why[:500], errors)


async def fail(db: Db, job: Job, reason: str) -> bool:
    """False if it is no longer ours."""
    return bool(await db.fetchval(FAILED, job.id, job.turn, reason[:500]))


def _job(row: Record) -> Job:
    return Job(
        row["id"], row["kind"], row["subject"], row["attempts"], row["errors"], row["turn"], row["file_id"],
        row["version"], row["blob_id"], orjson.loads(row["details"]),
    )  # fmt: skip

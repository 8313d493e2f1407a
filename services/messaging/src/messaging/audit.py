"""What was decided by whom: entries that nobody changes, each with a hash that covers the one before it."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson
from asyncpg import Record
from eventbus import Db, InvalidEvent, outbox
from eventbus.wire import Json, iso
from nexus.messaging.v1.audit_event_pb2 import AuditEvent, AuditNoted

from messaging import shards
from messaging.rows import timestamp
from messaging.standings import Standing

# Of one workspace at a time; whoever records does it last, so that nobody waits for a lock while holding this. (An
# entry holds its workspace's key: nobody else locks that.)
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('audit:' || $1, 0))"
LAST = "SELECT number, hash FROM audit_entries WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1"
ADD = """
    INSERT INTO audit_entries (workspace_id, number, at, actor_id, action, details, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
PAGE = """
    SELECT number, at, actor_id, action, details, hash FROM audit_entries
    WHERE workspace_id = $1 AND ($2::uuid IS NULL OR actor_id = $2) AND ($3::text IS NULL OR action = $3)
        AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
        AND ($6::bigint IS NULL OR number < $6)
    ORDER BY number DESC LIMIT $7
"""
FROM_START = """
    SELECT number, at, actor_id, action, details, hash FROM audit_entries
    WHERE workspace_id = $1 AND number > $2 ORDER BY number LIMIT 1000
"""
IS_WORKSPACE = "SELECT TRUE FROM workspaces WHERE id = $1"
BEGINNING = bytes(32)
COLUMNS = ("number", "at", "actorId", "action", "details", "hash")


@dataclass(frozen=True, slots=True)
class Noted:
    """What was decided; `details` are JSON."""

    at: datetime
    actor_id: UUID | None
    action: str
    details: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of an actor, of an action, from a time, before another."""

    actor_id: UUID | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def record(db: Db, standing: Standing, action: str, details: Mapping[str, object]) -> None:
    """In the transaction of what was done, after everything else in it."""
    if standing.workspace_id is None:
        raise TypeError("what is recorded happens in a workspace")
    await record_of(db, standing.workspace_id, standing.user_id, action, details)


async def record_of(
    db: Db, workspace_id: UUID, actor_id: UUID | None, action: str, details: Mapping[str, object]
) -> None:
    """`actor_id` None is retention itself. A workspace has one trail, at home, which is told what others note."""
    noted = Noted(datetime.now(UTC), actor_id, action, orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode())
    if await shards.number(db) == shards.HOME:
        await _add(db, workspace_id, noted)
    else:
        await _tell_home(db, workspace_id, noted)


async def record_told(event: AuditEvent, db: Db) -> None:
    """What was decided in a channel that is not here."""
    told = event.audit_noted
    try:
        workspace_id, actor_id = UUID(event.workspace_id), UUID(told.actor_id) if told.HasField("actor_id") else None
        details = orjson.dumps(orjson.loads(told.details), option=orjson.OPT_SORT_KEYS).decode()
    except ValueError as error:
        raise InvalidEvent(f"nothing that can be recorded: {error}") from error
    if not await db.fetchval(IS_WORKSPACE, workspace_id):
        raise InvalidEvent("there is no such workspace")
    await _add(db, workspace_id, Noted(told.noted_at.ToDatetime(UTC), actor_id, told.action, details))


async def _tell_home(db: Db, workspace_id: UUID, noted: Noted) -> None:
    actor = None if noted.actor_id is None else str(noted.actor_id)
    said = AuditNoted(actor_id=actor, action=noted.action, details=noted.details, noted_at=timestamp(noted.at))
    await outbox.append(db, AuditEvent(workspace_id=str(workspace_id), audit_noted=said), actor_id=actor or "")


async def _add(db: Db, workspace_id: UUID, noted: Noted) -> None:
    await db.execute(TAKE_TURN, str(workspace_id))
    last = await db.fetchrow(LAST, workspace_id)
    number, before = (last["number"] + 1, last["hash"]) if last else (1, BEGINNING)
    at, actor_id, action, text = noted.at, noted.actor_id, noted.action, noted.details
    hashed = _hash(before, workspace_id, number, at, actor_id, action, text)
    await db.execute(ADD, workspace_id, number, at, actor_id, action, text, hashed)


async def page(db: Db, workspace_id: UUID, wanted: Wanted, before: int | None, limit: int) -> Json:
    """Entries, the newest first; `before` is the number of the last one already had."""
    rows = await _rows(db, workspace_id, wanted, before, limit + 1)
    return {"entries": [_json(row) for row in rows[:limit]], "hasMore": len(rows) > limit}


async def as_csv(db: Db, workspace_id: UUID, wanted: Wanted, before: int | None, limit: int) -> str:
    """The same entries as a table with a head."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for entry in map(_json, await _rows(db, workspace_id, wanted, before, limit)):
        table.writerow([*(entry[name] for name in COLUMNS[:4]), orjson.dumps(entry["details"]).decode(), entry["hash"]])
    return out.getvalue()


async def verify(db: Db, workspace_id: UUID) -> Json:
    """Whether every entry's hash is what follows from it and all before it. `brokenAt` is the number of the first that
    is wrong or missing; `number` and `hash` are those of the last that is right. Whoever notes them elsewhere sees
    later whether entries were cut off at the end."""
    number, before = 0, BEGINNING
    while rows := await db.fetch(FROM_START, workspace_id, number):
        for row in rows:
            text = orjson.dumps(orjson.loads(row["details"]), option=orjson.OPT_SORT_KEYS).decode()
            said = (row["number"], row["at"], row["actor_id"], row["action"], text)
            if row["number"] != number + 1 or row["hash"] != _hash(before, workspace_id, *said):
                return _verdict(number, before, number + 1)
            number, before = row["number"], row["hash"]
    return _verdict(number, before, None)


def _verdict(number: int, last: bytes, broken_at: int | None) -> Json:
    return {"isWhole": broken_at is None, "brokenAt": broken_at, "number": number, "hash": last.hex()}


async def _rows(db: Db, workspace_id: UUID, wanted: Wanted, before: int | None, limit: int) -> list[Record]:
    by = (wanted.actor_id, wanted.action, wanted.since, wanted.until)
    return await db.fetch(PAGE, workspace_id, *by, before, limit)


def _json(row: Record) -> Json:
    return {
        "number": row["number"], "at": iso(row["at"]), "actorId": str(row["actor_id"]) if row["actor_id"] else None,
        "action": row["action"], "details": orjson.loads(row["details"]), "hash": row["hash"].hex(),
    }  # fmt: skip


def _hash(
    before: bytes, workspace_id: UUID, number: int, at: datetime, actor_id: UUID | None, action: str, details: str
) -> bytes:
    """SHA-256 of the hash before and a line of JSON, in which times are in microseconds since 1970."""
    microseconds = round(at.timestamp() * 1_000_000)
    line = [str(workspace_id), number, microseconds, str(actor_id) if actor_id else None, action, details]
    return hashlib.sha256(before + orjson.dumps(line)).digest()

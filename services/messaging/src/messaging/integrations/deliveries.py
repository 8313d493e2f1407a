"""What outgoing webhooks are told, until they have heard it: at least once, again after longer and longer waits."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json
from uuid_utils.compat import uuid7

from messaging.rows import plain_json

# After a failure of so many attempts; when they are used up the hook is switched off.
WAITS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0)
KEPT = 100
# A hook that is so far behind is switched off.
MOST_WAITING = 1_000

# One at a time for each hook, so that a slow one holds up nobody but itself. Longer than an attempt can take.
TAKE = """
    UPDATE deliveries SET taken_by = $1, attempts = attempts + 1, tried_at = now(),
        due_at = now() + interval '60 seconds'
    WHERE id = (
        SELECT d.id FROM deliveries d WHERE due_at <= now() AND NOT is_leaving(hook_id) AND NOT EXISTS (
            SELECT FROM deliveries o WHERE o.hook_id = d.hook_id AND o.taken_by IS NOT NULL AND o.due_at > now())
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, hook_id, body, attempts
"""
FINISH = """
    UPDATE deliveries SET state = $3, due_at = now() + $4::interval, taken_by = NULL, status = $5, error = $6
    WHERE id = $1 AND taken_by = $2 RETURNING true
"""
PRUNE = f"""
    DELETE FROM deliveries WHERE hook_id = $1 AND due_at IS NULL AND id < (
        SELECT id FROM deliveries WHERE hook_id = $1 ORDER BY id DESC OFFSET {KEPT - 1} LIMIT 1)
"""  # noqa: S608 - a constant
WAITING = "SELECT count(*) FROM (SELECT FROM deliveries WHERE hook_id = $1 AND due_at IS NOT NULL LIMIT $2) AS waiting"
GIVE_UP = """
    UPDATE deliveries SET state = 'failed', due_at = NULL, taken_by = NULL, error = coalesce(error, $2)
    WHERE hook_id = $1 AND due_at IS NOT NULL
"""
SWITCH_OFF = """
    UPDATE outgoing_hooks SET disabled_reason = $2 WHERE id = $1 AND disabled_reason IS NULL
    RETURNING channel_id, name
"""
LIST = f"""
    SELECT id, state, attempts, status, error, created_at, tried_at, due_at FROM deliveries
    WHERE hook_id = $1 ORDER BY id DESC LIMIT {KEPT}
"""  # noqa: S608
AGAIN = """
    UPDATE deliveries SET state = 'waiting', due_at = now(), attempts = 0 WHERE id = $1 AND hook_id = $2
        AND due_at IS NULL
    RETURNING true
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One that was taken to be tried."""

    id: UUID
    hook_id: UUID
    body: str
    attempts: int
    taken_by: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; `again` after so many seconds, None for never."""

    state: str
    status: int | None
    error: str | None
    again: float | None = None


async def take(db: Db) -> Delivery | None:
    """The next that is due; nobody else gets it for a minute."""
    taken_by = uuid7()
    row = await db.fetchrow(TAKE, taken_by)
    return Delivery(**row, taken_by=taken_by) if row else None


async def finish(db: Db, delivery: Delivery, outcome: Outcome) -> bool:
    """Record what came of it; False if it was taken from us because we took too long."""
    again = None if outcome.again is None else timedelta(seconds=outcome.again)
    facts = (delivery.id, delivery.taken_by, outcome.state, again, outcome.status, outcome.error)
    if not await db.fetchval(FINISH, *facts):
        return False
    await db.execute(PRUNE, delivery.hook_id)
    return True


async def is_behind(db: Db, hook_id: UUID) -> bool:
    return bool(await db.fetchval(WAITING, hook_id, MOST_WAITING + 1) > MOST_WAITING)


async def switch_off(db: Db, hook_id: UUID, reason: str) -> Record | None:
    """Tell the hook of nothing more; its channel and name, or None if it was off already."""
    await db.execute(GIVE_UP, hook_id, reason)
    return await db.fetchrow(SWITCH_OFF, hook_id, reason)


async def listed(db: Db, hook_id: UUID) -> list[Json]:
    """The newest hundred."""
    names = ("id", "state", "attempts", "status", "error", "created_at", "tried_at", "due_at")
    return [plain_json(row, *names) for row in await db.fetch(LIST, hook_id)]


async def again(db: Db, hook_id: UUID, delivery_id: UUID) -> None:
    """Have it told once more, under the same id; `Problem` 404 for one that waits already or is none of the hook's."""
    if not await db.fetchval(AGAIN, delivery_id, hook_id):
        raise not_found("delivery that is done")

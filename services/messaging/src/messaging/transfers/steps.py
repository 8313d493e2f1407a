"""How far an import has come in a channel of another database: kept there, with what the last step came to, so that a
step whose end home did not hear of is neither done nor counted twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.database import dumps
from eventbus import Db
from pydantic import TypeAdapter

from messaging.transfers.records import Message, Skip

LAST = """
    SELECT outcome, (place, key) = ($4, $5) AS is_that FROM transfer_steps
    WHERE transfer_id = $1 AND channel_id = $2 AND channel_key = $3 AND (place, key) >= ($4, $5)
"""
KEEP = """
    INSERT INTO transfer_steps (transfer_id, channel_id, channel_key, place, key, outcome)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (channel_id, transfer_id, channel_key) DO UPDATE
        SET place = excluded.place, key = excluded.key, outcome = excluded.outcome, kept_at = now()
"""
FORGET = "DELETE FROM transfer_steps WHERE transfer_id = $1 AND channel_id = $2 AND channel_key = $3"
# Of imports that nobody ended.
OLD = "DELETE FROM transfer_steps WHERE kept_at < now() - make_interval(days => $1) AND NOT is_leaving(channel_id)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many messages were stored and had been there before, and what of them was left out."""

    new: int
    before: int
    skips: Sequence[Skip] = ()


OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


async def outcome_of(db: Db, transfer_id: UUID, channel_id: UUID, channel_key: str, last: Message) -> Outcome | None:
    """Of the step that ends with this message; None if it was not done. The channel's row is locked."""
    row = await db.fetchrow(LAST, transfer_id, channel_id, channel_key, last.place, last.key)
    if row is None:
        return None
    # Whoever was taken for dead is behind by now: `go_on` keeps nothing of theirs.
    return OUTCOME.validate_json(row["outcome"]) if row["is_that"] else Outcome(0, 0)


async def keep(db: Db, transfer_id: UUID, channel_id: UUID, channel_key: str, last: Message, outcome: Outcome) -> None:
    skips = [each.model_dump(by_alias=True) for each in outcome.skips]
    told = {"new": outcome.new, "before": outcome.before, "skips": skips}
    await db.execute(KEEP, transfer_id, channel_id, channel_key, last.place, last.key, dumps(told))


async def forget(db: Db, transfer_id: UUID, channel_id: UUID, channel_key: str) -> None:
    await db.execute(FORGET, transfer_id, channel_id, channel_key)

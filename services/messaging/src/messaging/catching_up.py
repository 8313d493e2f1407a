"""What a client missed: messages it does not hold yet, and changes of those it does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from eventbus import Db
from eventbus.wire import Json

from messaging.bodies import Positions
from messaging.history import MINE
from messaging.metrics import SYNCED
from messaging.rows import MESSAGE, channel_json, message_json

MOST_MISSED = 1_000
# So many changes are looked through for those that hold still.
MOST_REVISIONS = 10_000
MOST_MISSED_CHARACTERS = 400_000

MISSED = f"""
    SELECT t.* FROM unnest($1::uuid[], $2::bigint[]) AS held(channel_id, seq)
    CROSS JOIN LATERAL (
        SELECT {MESSAGE} FROM messages m WHERE m.channel_id = held.channel_id AND m.seq > held.seq ORDER BY m.seq
        LIMIT {MOST_MISSED}
    ) AS t
"""  # noqa: S608
# Later messages come as they are now anyway.
CHANGED = f"""
    SELECT t.* FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS held(channel_id, seq, revision)
    CROSS JOIN LATERAL (
        SELECT {MESSAGE} FROM messages m
        WHERE m.channel_id = held.channel_id AND m.revision > 0 AND m.revision > held.revision AND m.seq <= held.seq
        ORDER BY m.revision LIMIT {MOST_MISSED + 1}
    ) AS t
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Held:
    """How far a client holds a channel; without `revision` it does not ask for changes."""

    seq: int
    revision: int | None


class _Budget:
    """So many characters one answer may have."""

    def __init__(self) -> None:
        self._left = MOST_MISSED_CHARACTERS

    def allows(self, row: Record) -> bool:
        self._left -= len(row["content"]) + len(row["attachments"]) + len(row["reactions"]) + 500
        return self._left >= 0


async def missed(db: Db, user_id: UUID, positions: Positions) -> Json:
    """What a client misses that holds each channel up to a number: per channel the later `messages` in order, and if it
    says up to which revision it holds the others, those of them that are `changed` since; or `reset` where it must load
    anew (no longer a member, too far behind, or ahead of us); also channels it did not name. In one snapshot."""
    held = {id_: _Held(seq, positions.revisions.get(id_)) for id_, seq in positions.channels.items()}
    mine = {str(row["id"]): row for row in await db.fetch(MINE, user_id)}
    behind = {id_: each for id_, each in held.items() if id_ in mine and _can_catch_up(each, mine[id_])}
    budget = _Budget()
    messages = await _missed(
        db, {id_: each for id_, each in behind.items() if each.seq < mine[id_]["last_seq"]}, budget
    )
    changed = await _changed(db, {id_: each for id_, each in behind.items() if _has_changes(each, mine[id_])}, budget)
    answer: Json = {}
    for id_ in {**held, **mine}:
        told = _told(mine.get(id_), behind.get(id_), messages.get(id_, []), changed.get(id_, []))
        if id_ in mine and id_ not in held:
            told = {**_now(mine[id_]), "messages": [], "changed": [], "isNew": True}
        SYNCED.labels(_outcome(told)).inc()
        answer[id_] = told
    return {"channels": answer}


def _can_catch_up(held: _Held, row: Record) -> bool:
    last_seq: int = row["last_seq"]
    last_revision: int = row["last_revision"]
    revision = last_revision if held.revision is None else held.revision
    return (
        last_seq - MOST_MISSED <= held.seq <= last_seq and last_revision - MOST_REVISIONS <= revision <= last_revision
    )


def _has_changes(held: _Held, row: Record) -> bool:
    return held.revision is not None and held.revision < row["last_revision"]


def _now(row: Record) -> Json:
    return {"channel": channel_json(row), "lastSeq": row["last_seq"], "lastRevision": row["last_revision"]}


def _told(row: Record | None, held: _Held | None, messages: list[Json], changed: list[Json] | None) -> Json:
    if row is None:
        return {"reset": True}
    if held is None or changed is None or held.seq + len(messages) < row["last_seq"]:
        return {**_now(row), "reset": True}
    return {**_now(row), "messages": messages, "changed": changed}


def _outcome(told: Json) -> str:
    if "isNew" in told:
        return "new"
    return "reset" if "reset" in told else "complete"


async def _missed(db: Db, behind: Mapping[str, _Held], budget: _Budget) -> dict[str, list[Json]]:
    """Of each channel so much as there is room for."""
    if not behind:
        return {}
    rows = await db.fetch(MISSED, *_columns((id_, each.seq) for id_, each in behind.items()))
    found: dict[str, list[Json]] = {}
    for row in rows:
        if not budget.allows(row):
            break
        found.setdefault(str(row["channel_id"]), []).append(message_json(row))
    return found


async def _changed(db: Db, behind: Mapping[str, _Held], budget: _Budget) -> dict[str, list[Json] | None]:
    """None for a channel with more than there is room for."""
    if not behind:
        return {}
    rows = await db.fetch(CHANGED, *_columns((id_, each.seq, each.revision) for id_, each in behind.items()))
    found: dict[str, list[Json] | None] = {}
    for row in rows:
        so_far = found.setdefault(str(row["channel_id"]), [])
        if so_far is not None and len(so_far) < MOST_MISSED and budget.allows(row):
            so_far.append(message_json(row))
        else:
            found[str(row["channel_id"])] = None
    return found


def _columns(rows: Iterable[tuple[str, *tuple[int | None, ...]]]) -> list[list[object]]:
    ids, *numbers = zip(*rows, strict=True)
    return [[UUID(id_) for id_ in ids], *map(list, numbers)]

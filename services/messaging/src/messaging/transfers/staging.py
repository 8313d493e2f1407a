"""What was read of an import's file and waits to be stored, in the order in which it will be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from asyncpg import Record
from chassis.confined.inside import Refused
from eventbus import Db
from pydantic import ValidationError

from messaging.transfers.jobs import Job
from messaging.transfers.records import KEPT, READ, Message, Skip, Thing

CHUNK = 2_000
MOST = {"person": 100_000, "channel": 20_000, "group": 200, "emoji": 1_000, "message": 10_000_000, "workspace": 1}
# So many of each reason are listed; all are counted.
MOST_LISTED = 1_000
KEEP = """
    INSERT INTO transfer_records (transfer_id, kind, channel_key, place, key, body)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[])
    ON CONFLICT DO NOTHING RETURNING kind
"""
SKIP = """
    INSERT INTO transfer_skips (transfer_id, reason, what)
    SELECT $1, * FROM unnest($2::text[], $3::text[])
"""
NEXT = """
    SELECT key, body FROM transfer_records
    WHERE transfer_id = $1 AND kind = $2 AND channel_key = $3 AND (place, key) > ($5, $6)
    ORDER BY place, key LIMIT $4
"""
DONE = "DELETE FROM transfer_records WHERE transfer_id = $1 AND kind = $2 AND channel_key = $3 AND key = ANY($4)"


@dataclass(frozen=True, slots=True)
class Part:
    """The records of a part of a file, checked, and what was left out of it."""

    rows: Sequence[tuple[str, str, int, str, str]]
    skips: Sequence[Skip]


def read_lines(place: Path) -> Part:
    """Takes a while: not for the event loop."""
    rows, skips = [], []
    with place.open("rb") as lines:
        for number, line in enumerate(lines):
            record = _read(line)
            if isinstance(record, Skip):
                skips.append(record)
            else:
                rows.append(_row(record, number))
    return Part(rows, skips)


async def keep(db: Db, job: Job, part: Part) -> None:
    """`Refused` for more than an import may have."""
    for chunk in (part.rows[start : start + CHUNK] for start in range(0, len(part.rows), CHUNK)):
        kept = Counter(row["kind"] for row in await db.fetch(KEEP, job.id, *map(list, zip(*chunk, strict=True))))
        for kind, number in kept.items():
            job.count(f"{kind}s", number)
            if job.counts[f"{kind}s"] > MOST[kind]:
                raise Refused(f"The file has more than {MOST[kind]:,} {kind}s.")
        if doubled := len(chunk) - kept.total():
            await skip(db, job, [Skip(k="skip", reason="twice_in_the_file", what="")] * doubled)
    await skip(db, job, part.skips)


async def skip(db: Db, job: Job, skips: Sequence[Skip]) -> None:
    """Count what is left out, and list the first of each reason."""
    left_out: dict[str, int] = job.counts.setdefault("skipped", {})
    listed = []
    for each in skips:
        before = left_out.get(each.reason, 0)
        left_out[each.reason] = before + each.count
        if each.what and before < MOST_LISTED:
            listed.append((each.reason, each.what))
    if listed:
        await db.execute(SKIP, job.id, *map(list, zip(*listed, strict=True)))


async def next_of(
    db: Db, transfer_id: UUID, kind: str, number: int, channel_key: str = "", after: tuple[int, str] = (-1, "")
) -> list[Thing]:
    """In order. Whoever has come `after` a place and key says so: rows that went stay in the index for a while."""
    return [_kept(row) for row in await db.fetch(NEXT, transfer_id, kind, channel_key, number, *after)]


async def done(db: Db, transfer_id: UUID, kind: str, keys: Iterable[str], channel_key: str = "") -> None:
    await db.execute(DONE, transfer_id, kind, channel_key, list(keys))


def _read(line: bytes) -> Skip | Thing:
    try:
        return READ.validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"][:6]))
        raise Refused(f"The file says something that is not understood: {where[:100]}: {fault['msg'][:150]}") from None


def _kept(row: Record) -> Thing:
    return KEPT.validate_json(row["body"])


def _row(record: Thing, number: int) -> tuple[str, str, int, str, str]:
    channel, place = (record.channel, record.place) if isinstance(record, Message) else ("", number)
    return record.k, channel, place, record.key, record.model_dump_json(by_alias=True, exclude_defaults=True)

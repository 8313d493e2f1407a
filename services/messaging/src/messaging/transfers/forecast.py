"""What an import would come to if it were confirmed as suggested: the decisions that storing makes, without storing.

Storing decides for itself once it is confirmed. Tests hold the two against each other.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from eventbus import Db
from eventbus.wire import Json

from messaging.messages import MOST_PINS
from messaging.sharding.databases import Across
from messaging.transfers import people, storing, things
from messaging.transfers.jobs import Job
from messaging.transfers.messages import Source
from messaging.transfers.records import KEPT, Channel, Person
from messaging.transfers.wording import Names

DEADLINE = 300
CHUNK = 5_000
PERSONS = """
    SELECT body FROM transfer_records WHERE transfer_id = $1 AND kind = 'person' AND channel_key = '' AND key = ANY($2)
"""
# Replies that have their thread's first message neither in the file nor before them, or only another reply.
ALONE = """
    SELECT r.channel_key, r.key, (r.body->>'at')::bigint AS at, r.body->>'parent' AS parent,
        (r.body->>'parentAt')::bigint AS parent_at
    FROM transfer_records r
    WHERE r.transfer_id = $1 AND r.kind = 'message' AND r.channel_key <> ALL($2) AND r.body ?& '{parent,parentAt}'
        AND NOT EXISTS (SELECT FROM transfer_records p
            WHERE p.transfer_id = $1 AND p.kind = 'message' AND p.channel_key = r.channel_key
            AND p.key = r.body->>'parent' AND NOT p.body ?& '{parent,parentAt}' AND (p.place, p.key) < (r.place, r.key)
            AND (p.body->>'at')::bigint / 1000 = (r.body->>'parentAt')::bigint / 1000)
    ORDER BY r.place, r.key
"""
PINS = """
    SELECT channel_key, key, (body->>'at')::bigint AS at FROM transfer_records
    WHERE transfer_id = $1 AND kind = 'message' AND channel_key <> ALL($2) AND body ? 'isPinned'
        AND NOT body ? 'isDeleted'
    ORDER BY place, key
"""
TOTALS = """
    WITH known AS (
        SELECT key FROM transfer_records WHERE transfer_id = $1 AND kind = 'person'
        UNION SELECT key FROM imported_things WHERE workspace_id = $3 AND source = $4 AND kind = 'person')
    SELECT count(*) AS messages, count(*) FILTER (WHERE body ?& '{parent,parentAt}') AS replies,
        count(*) FILTER (WHERE body ? 'isEdited') AS edits,
        count(*) FILTER (WHERE body ? 'isPinned' AND NOT body ? 'isDeleted') AS pins,
        coalesce(sum((SELECT count(*) FROM jsonb_array_elements(body->'attachments') AS a
            WHERE a->>'type' = 'link')), 0)::bigint AS files,
        coalesce(sum((SELECT count(DISTINCT (e.key, who)) FROM jsonb_each(body->'reactions') AS e,
            jsonb_array_elements_text(e.value) AS who WHERE who IN (SELECT key FROM known)))
            FILTER (WHERE NOT body ? 'isDeleted'), 0)::bigint AS reactions
    FROM transfer_records WHERE transfer_id = $1 AND kind = 'message' AND channel_key <> ALL($2)
"""
TAKEN_EMOJI = """
    SELECT count(*) FROM (
        SELECT body->>'name' AS name, row_number() OVER (PARTITION BY body->>'name' ORDER BY place, key) AS nth
        FROM transfer_records r WHERE transfer_id = $1 AND kind = 'emoji' AND NOT EXISTS (SELECT FROM imported_things t
            WHERE t.workspace_id = $2 AND t.source = $3 AND t.kind = 'emoji' AND t.key = r.key)) AS e
    WHERE nth > 1 OR EXISTS (SELECT FROM custom_emoji WHERE workspace_id = $2 AND name = e.name)
"""
NOBODY = "nobody_of_it_is_here"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`empty` are conversations of which nobody is here."""

    totals: Mapping[str, int]
    skips: Mapping[str, int]
    empty: frozenset[str]


async def of(across: Across, job: Job, channels: Sequence[Channel], suggested: Mapping[str, Json]) -> Forecast:
    """With all channels of the file in their order, and what is suggested for each."""
    db = across.home
    empty = await _empty(db, job, [each for each in channels if suggested[each.key]["action"] == "conversation"])
    aims = [_Aim.of(key, each) for key, each in suggested.items()]
    there = _There(across, job, {aim.key: aim.channel_id for aim in aims if aim.is_again and aim.channel_id})
    skips = Counter({
        NOBODY: len(empty),
        "thread_without_beginning": await _alone(db, job, empty, there),
        "too_many_pins": await _beyond_pins(across, job, empty, there, aims),
        "emoji_name_taken": await db.fetchval(TAKEN_EMOJI, job.id, job.workspace_id, job.source, timeout=DEADLINE),
    })  # fmt: skip
    (said,) = await db.fetch(TOTALS, job.id, list(empty), job.workspace_id, job.source, timeout=DEADLINE)
    totals = Counter(dict(said))
    totals += Counter({name: job.counts.get(name, 0) for name in ("persons", "channels", "groups", "emojis")})
    totals -= Counter(
        channels=skips[NOBODY], replies=skips["thread_without_beginning"], pins=skips["too_many_pins"],
        emojis=skips["emoji_name_taken"],
    )  # fmt: skip
    return Forecast(totals, {reason: count for reason, count in skips.items() if count}, empty)


@dataclass(frozen=True, slots=True)
class _Aim:
    """Where a channel's messages would go; without an id it is a channel that is not here yet."""

    key: str
    channel_id: UUID | None
    is_again: bool

    @classmethod
    def of(cls, key: str, suggested: Json) -> "_Aim":
        channel_id = suggested.get("channelId")
        return cls(key, UUID(str(channel_id)) if channel_id else None, suggested["action"] == "again")


@dataclass(frozen=True, slots=True)
class _There:
    """What came before."""

    across: Across
    job: Job
    channels: Mapping[str, UUID]

    async def of(self, channel_key: str, messages: Sequence[tuple[str, int]]) -> dict[tuple[str, int], bool]:
        """Which messages, by key and time, are there, and whether each can begin a thread."""
        channel_id = self.channels.get(channel_key)
        if channel_id is None or not messages:
            return {}
        db = await self.across.of(channel_id)
        source = Source.of(self.job, channel_key, channel_id, Names())
        ids = {source.id_of(*message): message for message in messages}
        asked = list(ids)
        found = [
            row
            for start in range(0, len(asked), CHUNK)
            for row in await db.fetch(storing.THERE, asked[start : start + CHUNK], channel_id, timeout=DEADLINE)
        ]
        return {ids[row["id"]]: row["is_root"] for row in found}


async def _empty(db: Db, job: Job, conversations: Sequence[Channel]) -> frozenset[str]:
    keys = sorted({key for each in conversations for key in each.present})
    rows = await db.fetch(PERSONS, job.id, keys, timeout=DEADLINE)
    persons = [person for row in rows if isinstance(person := KEPT.validate_json(row["body"]), Person)]
    before = await things.known(db, job, "person", keys)
    matched = await people.by_email(db, people.MEMBERS, job.workspace_id, persons)
    active = {row["user_id"] for row in await db.fetch(people.ACTIVE, job.workspace_id, list(before.values()))}
    here = {key for key in matched if key not in before} | {key for key, id_ in before.items() if id_ in active}
    return frozenset(each.key for each in conversations if here.isdisjoint(each.present))


async def _alone(db: Db, job: Job, empty: frozenset[str], there: _There) -> int:
    """How many replies would be said in the channel, for want of their thread."""
    number = 0
    for channel_key, rows in _by_channel(await db.fetch(ALONE, job.id, list(empty), timeout=DEADLINE)).items():
        known = await there.of(channel_key, [*map(_itself, rows), *map(_parent, rows)])
        roots = {message for message, is_root in known.items() if is_root}
        for row in rows:
            if _itself(row) not in known and _parent(row) not in roots:
                number += 1
                roots.add(_itself(row))
    return number


async def _beyond_pins(across: Across, job: Job, empty: frozenset[str], there: _There, aims: Sequence[_Aim]) -> int:
    """How many messages would be pinned no more, for there are so many."""
    rows = _by_channel(await across.home.fetch(PINS, job.id, list(empty), timeout=DEADLINE))
    pins: dict[UUID | str, int] = {}
    number = 0
    for aim in aims:
        if aim.key not in rows:
            continue
        target = aim.channel_id or aim.key
        if target not in pins:
            pins[target] = await _pinned(across, aim)
        known = await there.of(aim.key, [*map(_itself, rows[aim.key])])
        for row in rows[aim.key]:
            pins[target] += _itself(row) not in known
            number += _itself(row) not in known and pins[target] > MOST_PINS
    return number


async def _pinned(across: Across, aim: _Aim) -> int:
    if aim.channel_id is None:
        return 0
    db = await across.of(aim.channel_id)
    return int(await db.fetchval(storing.PINNED, aim.channel_id))


def _by_channel(rows: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        found[row["channel_key"]].append(row)
    return found


def _itself(row: Record) -> tuple[str, int]:
    return row["key"], _as_in_ids(row["at"])


def _parent(row: Record) -> tuple[str, int]:
    return row["parent"], _as_in_ids(row["parent_at"])


def _as_in_ids(at: int) -> int:
    return at - at % 1_000

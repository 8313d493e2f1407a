"""What an import would bring, for whoever is to confirm it: people, channels, numbers, and what to think of first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncpg import Record
from eventbus import Db
from eventbus.wire import Json, iso

from messaging.sharding.databases import Across
from messaging.transfers import channels, forecast, people, staging, things
from messaging.transfers.jobs import Job
from messaging.transfers.keys import moment
from messaging.transfers.records import KEPT, Channel, Person

# So many of each are shown one by one; all are imported.
MOST_SHOWN = 5_000
DEADLINE = 300
READ = """
    SELECT body FROM transfer_records WHERE transfer_id = $1 AND kind = $2 ORDER BY place, key LIMIT $3
"""
BY_AUTHOR = """
    SELECT body->>'user' AS key, count(*) AS messages FROM transfer_records
    WHERE transfer_id = $1 AND kind = 'message' AND channel_key <> ALL($2) GROUP BY 1
"""
BY_CHANNEL = """
    SELECT channel_key AS key, count(*) AS messages, min((body->>'at')::bigint) AS first,
        max((body->>'at')::bigint) AS last,
        count(*) FILTER (WHERE to_timestamp((body->>'at')::bigint / 1000000) < now() - make_interval(days => $2)) AS old
    FROM transfer_records WHERE transfer_id = $1 AND kind = 'message' GROUP BY 1
"""
DAYS = "SELECT retention_days FROM workspaces WHERE id = $1"
TAKEN = "SELECT name, id, type FROM channels WHERE workspace_id = $1 AND type IN ('public', 'private')"
IS_EMPTY = "SELECT NOT EXISTS (SELECT FROM channels WHERE workspace_id = $1 AND last_seq > 0)"


async def of(across: Across, job: Job) -> Json:
    """Takes a while for a large one."""
    db, places = across.home, await across.all()
    listed = [each for each in await _read(db, job, "channel", staging.MOST["channel"]) if isinstance(each, Channel)]
    suggested = await _suggested(places, job, listed)
    come = await forecast.of(across, job, listed, suggested)
    by_author = await db.fetch(BY_AUTHOR, job.id, list(come.empty), timeout=DEADLINE)
    written = {row["key"]: row["messages"] for row in by_author}
    days = await db.fetchval(DAYS, job.workspace_id)
    said = {row["key"]: row for row in await db.fetch(BY_CHANNEL, job.id, days or 0, timeout=DEADLINE)}
    old = sum(row["old"] for key, row in said.items() if key not in come.empty) if days else 0
    shown = [each for each in await _read(db, job, "person", MOST_SHOWN) if isinstance(each, Person)]
    are_empty = [await place.fetchval(IS_EMPTY, job.workspace_id) for place in places]
    return {
        "source": job.source.partition(":")[0], "isEmpty": all(are_empty),
        "people": await _people(db, job, shown, written),
        "channels": [_channel(each, suggested[each.key], said, come.empty) for each in listed[:MOST_SHOWN]],
        "totals": {name: come.totals.get(name, 0) for name in TOTALS},
        "skipped": [{"reason": reason, "count": count} for reason, count in sorted(_skipped(job, come).items())],
        "warnings": _warnings(days, old, [each for each in listed if each.key not in come.empty], come),
    }  # fmt: skip


TOTALS = ("persons", "channels", "messages", "replies", "reactions", "files", "edits", "pins", "groups", "emojis")


def _skipped(job: Job, come: forecast.Forecast) -> dict[str, int]:
    return Counter(job.counts.get("skipped", {})) + Counter(come.skips)


async def _read(db: Db, job: Job, kind: str, most: int) -> list[object]:
    rows = await db.fetch(READ, job.id, kind, most, timeout=DEADLINE)
    return [KEPT.validate_json(row["body"]) for row in rows]


async def _people(db: Db, job: Job, shown: Sequence[Person], written: Mapping[str, int]) -> list[Json]:
    before = await things.known(db, job, "person", [person.key for person in shown])
    matched = await people.by_email(db, people.MEMBERS, job.workspace_id, shown)
    colleagues = await people.by_email(db, people.COLLEAGUES, job.workspace_id, shown)

    def match(person: Person) -> Json | None:
        if person.key in before:
            return {"userId": str(before[person.key]), "by": "before"}
        for by, found in (("member", matched), ("colleague", colleagues)):
            if person.key in found:
                user_id, name = found[person.key]
                return {"userId": str(user_id), "name": name, "by": by}
        return None

    return [
        {
            "key": person.key, "name": person.name, "email": person.email, "isBot": person.is_bot,
            "isActive": person.is_active, "messages": written.get(person.key, 0), "match": match(person),
        }
        for person in shown
    ]  # fmt: skip


async def _suggested(places: Sequence[Db], job: Job, listed: Sequence[Channel]) -> dict[str, Json]:
    """What is done with each channel unless something else is chosen; and whether another has its name."""
    before = await things.known(places[0], job, "channel", [channel.key for channel in listed])
    taken = {row["name"].casefold(): row for db in places for row in await db.fetch(TAKEN, job.workspace_id)}
    defaults = [row for db in places for row in await db.fetch(channels.DEFAULT, job.workspace_id)]
    default = min(defaults, key=lambda row: str(row["id"]), default=None)
    return {
        each.key: {"clash": each.name.casefold() in taken, **_suggestion(each, before, taken, default)}
        for each in listed
    }


def _channel(channel: Channel, suggested: Json, said: Mapping[str, Record], empty: frozenset[str]) -> Json:
    row = said.get(channel.key)
    return {
        "key": channel.key, "name": channel.name, "type": channel.type, "isArchived": channel.is_archived,
        "members": len(channel.members), "messages": row["messages"] if row else 0,
        "from": iso(moment(row["first"])) if row else None, "to": iso(moment(row["last"])) if row else None,
        "isOfNobodyHere": channel.key in empty, **suggested,
    }  # fmt: skip


def _suggestion(
    channel: Channel, before: Mapping[str, UUID], taken: Mapping[str, Record], default: Record | None
) -> Json:
    if channel.key in before:
        return {"action": "again", "channelId": str(before[channel.key])}
    if channel.type in ("direct", "group"):
        return {"action": "conversation"}
    if channel.is_default and channel.type == "public" and default is not None:
        return {"action": "merge", "channelId": str(default["id"]), "into": default["name"]}
    if channel.name.casefold() in taken:
        return {"action": "new", "newName": free_name(channel.name, taken)}
    return {"action": "new", "newName": channel.name}


def free_name(name: str, taken: Mapping[str, object]) -> str:
    return next(
        free for number in range(2, len(taken) + 3) if (free := f"{name[:245]}-{number}").casefold() not in taken
    )


def _warnings(days: int, old: int, listed: Sequence[Channel], come: forecast.Forecast) -> list[Json]:
    private = sum(channel.type != "public" for channel in listed)
    files = come.totals.get("files", 0)
    found: list[Json | None] = [
        {"type": "retention", "days": days, "count": old} if old else None,
        {"type": "private", "count": private} if private else None,
        {"type": "files", "count": files} if files else None,
    ]
    return [warning for warning in found if warning]

"""What an import would bring, for whoever is to confirm it: people, channels, numbers, and what to think of first."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from asyncpg import Record
from eventbus import Db
from eventbus.wire import Json, iso

from messaging.sharding.databases import Across
from messaging.transfers import channels, people, things
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
    WHERE transfer_id = $1 AND kind = 'message' GROUP BY 1
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
    found = await _read(db, job)
    written = {row["key"]: row["messages"] for row in await db.fetch(BY_AUTHOR, job.id, timeout=DEADLINE)}
    days = await db.fetchval(DAYS, job.workspace_id)
    said = {row["key"]: row for row in await db.fetch(BY_CHANNEL, job.id, days or 0, timeout=DEADLINE)}
    old = sum(row["old"] for row in said.values()) if days else 0
    shown = [each for each in found if isinstance(each, Person)]
    listed = [each for each in found if isinstance(each, Channel)]
    are_empty = [await place.fetchval(IS_EMPTY, job.workspace_id) for place in places]
    return {
        "source": job.source.partition(":")[0], "isEmpty": all(are_empty),
        "people": await _people(db, job, shown, written), "channels": await _channels(places, job, listed, said),
        "totals": {name: job.counts.get(name, 0) for name in TOTALS},
        "skipped": [{"reason": reason, "count": count} for reason, count in sorted(_skipped(job).items())],
        "warnings": _warnings(days, old, listed, job),
    }  # fmt: skip


TOTALS = ("persons", "channels", "messages", "replies", "reactions", "files", "edits", "pins", "groups", "emojis")


def _skipped(job: Job) -> dict[str, int]:
    found: dict[str, int] = job.counts.get("skipped", {})
    return found


async def _read(db: Db, job: Job) -> list[object]:
    return [
        KEPT.validate_json(row["body"])
        for kind in ("person", "channel")
        for row in await db.fetch(READ, job.id, kind, MOST_SHOWN, timeout=DEADLINE)
    ]


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


async def _channels(
    places: Sequence[Db], job: Job, listed: Sequence[Channel], said: Mapping[str, Record]
) -> list[Json]:
    before = await things.known(places[0], job, "channel", [channel.key for channel in listed])
    taken = {row["name"].casefold(): row for db in places for row in await db.fetch(TAKEN, job.workspace_id)}
    defaults = [row for db in places for row in await db.fetch(channels.DEFAULT, job.workspace_id)]
    default = min(defaults, key=lambda row: str(row["id"]), default=None)
    return [
        {
            "key": channel.key, "name": channel.name, "type": channel.type, "isArchived": channel.is_archived,
            "members": len(channel.members), "messages": said[channel.key]["messages"] if channel.key in said else 0,
            "from": iso(moment(said[channel.key]["first"])) if channel.key in said else None,
            "to": iso(moment(said[channel.key]["last"])) if channel.key in said else None,
            "clash": channel.name.casefold() in taken, **suggestion(channel, before, taken, default),
        }
        for channel in listed
    ]  # fmt: skip


def suggestion(
    channel: Channel, before: Mapping[str, UUID], taken: Mapping[str, Record], default: Record | None
) -> Json:
    """What is done with it unless something else is chosen."""
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


def _warnings(days: int, old: int, listed: Sequence[Channel], job: Job) -> list[Json]:
    private = sum(channel.type != "public" for channel in listed)
    files = job.counts.get("files", 0)
    found: list[Json | None] = [
        {"type": "retention", "days": days, "count": old} if old else None,
        {"type": "private", "count": private} if private else None,
        {"type": "files", "count": files} if files else None,
    ]
    return [warning for warning in found if warning]

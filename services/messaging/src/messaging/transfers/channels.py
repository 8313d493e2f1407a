"""The channels of an import: new ones, those that messages are added to, and conversations."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.database import dumps, one
from chassis.slots import slot_of_name, slot_of_people
from eventbus import Db

from messaging import announcements, shards
from messaging.bodies import GROUP_SIZE
from messaging.rows import CHANNEL, channel_of
from messaging.sharding.databases import Across
from messaging.transfers import staging, things
from messaging.transfers.jobs import Job, go_on
from messaging.transfers.keys import moment
from messaging.transfers.records import Channel, Skip
from messaging.transfers.wording import Names

AT_ONCE = 500
MOST = staging.MOST["channel"]
CREATE = f"""
    INSERT INTO channels (id, workspace_id, name, description, type, is_default, thread_enabled, member_ids, created_by,
        created_at, updated_at, members_mention_everyone, permissions, posters, slow_mode_seconds, retention_days)
    VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7, $8, coalesce($9, now()), coalesce($9, now()), $10, $11, $12, $13, $14)
    ON CONFLICT (workspace_id, name) DO NOTHING RETURNING last_seq, {CHANNEL}
"""  # noqa: S608 - a constant
TAKE_OVER = f"""
    UPDATE channels SET description = $2, thread_enabled = $3, created_at = coalesce($4, created_at),
        created_by = coalesce($5, created_by), members_mention_everyone = $6, permissions = $7, posters = $8,
        slow_mode_seconds = $9, retention_days = $10, updated_at = now()
    WHERE id = $1 RETURNING {CHANNEL}
"""  # noqa: S608 - a constant
BY_NAME = "SELECT id FROM channels WHERE workspace_id = $1 AND name = $2"
DEFAULT = """
    SELECT id, name FROM channels WHERE workspace_id = $1 AND is_default AND NOT is_archived ORDER BY id LIMIT 1
"""
HERE = "SELECT id, type, last_seq FROM channels WHERE workspace_id = $1 AND id = ANY($2)"
LOCK = f"SELECT last_seq, {CHANNEL} FROM channels WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608
ACTIVE = "SELECT user_id FROM workspace_members WHERE workspace_id = $1 AND user_id = ANY($2) AND status = 'active'"
SKIP_MESSAGES = "DELETE FROM transfer_records WHERE transfer_id = $1 AND kind = 'message' AND channel_key = $2"


@dataclass(frozen=True, slots=True)
class Settling:
    """What a channel's things are here."""

    names: Names
    active: frozenset[UUID]

    def people(self, those: Sequence[str]) -> list[UUID]:
        return list(dict.fromkeys(self.names.people[key] for key in those if key in self.names.people))


async def settle(across: Across, job: Job, names: Names) -> bool:
    """What the next of those that were read are here; False if all are settled. Their rows stay until each has its
    messages."""
    db = across.home
    waiting = [each for each in await staging.next_of(db, job.id, "channel", MOST) if isinstance(each, Channel)]
    known = await _known(across, job, [channel.key for channel in waiting])
    here = {
        row["id"]
        for place in await across.all()
        for row in await place.fetch(HERE, job.workspace_id, [*known.values()])
    }
    new = [channel for channel in waiting if known.get(channel.key) not in here][:AT_ONCE]
    mentioned = {key for channel in new for key in channel.present}
    ids = [names.people[key] for key in mentioned if key in names.people]
    active = frozenset(row["user_id"] for row in await db.fetch(ACTIVE, job.workspace_id, ids))
    for channel in new:
        if (id_ := await _settled(across, job, channel, Settling(names, active))) is not None:
            await things.keep(db, job, "channel", {channel.key: id_})
    await go_on(db, job)
    return bool(new)


async def _known(across: Across, job: Job, keys: list[str]) -> dict[str, UUID]:
    """What came before, and what was made elsewhere by somebody who was killed before home knew."""
    known = await things.known(across.home, job, "channel", keys)
    for place in (await across.all())[1:]:
        found = {key: id_ for key, id_ in (await things.known(place, job, "channel", keys)).items() if key not in known}
        await things.keep(across.home, job, "channel", found)
        job.count("channelsNew", len(found))
        known |= found
    return known


async def _settled(across: Across, job: Job, channel: Channel, settling: Settling) -> UUID | None:
    choice: Mapping[str, Any] = job.options.get("channels", {}).get(channel.key) or {}
    if choice.get("action") == "skip":
        await _leave_out(across.home, job, channel, "channel_not_wanted")
        return None
    if channel.type in ("direct", "group"):
        return await _conversation(across, job, channel, settling)
    if choice.get("action") == "merge":
        id_ = UUID(choice["channelId"])
        await _take_over(await across.of(id_), job, channel, id_, settling)
        job.count("channelsMerged")
        return id_
    return await _created(across, job, channel, choice.get("name") or channel.name, settling)


async def _leave_out(db: Db, job: Job, channel: Channel, reason: str) -> None:
    status: str = await db.execute(SKIP_MESSAGES, job.id, channel.key, timeout=120)
    await staging.skip(db, job, [Skip(k="skip", reason=reason, what=channel.name[:200])])
    job.count("messagesLeftOut", int(status.rsplit(" ", 1)[1]))
    await staging.done(db, job.id, "channel", [channel.key])


async def _conversation(across: Across, job: Job, channel: Channel, settling: Settling) -> UUID | None:
    """That of exactly these people, be it there already or not."""
    people = sorted(settling.people(channel.present))
    if not settling.active & set(people):
        await _leave_out(across.home, job, channel, "nobody_of_it_is_here")
        return None
    if not 2 <= len(people) <= GROUP_SIZE:
        name = f"conversation-{hashlib.sha256(channel.key.encode()).hexdigest()[:8]}"
        return await _created(across, job, channel.model_copy(update={"type": "private"}), name, settling)
    kind = "direct" if len(people) == 2 else "group"
    name = f"{kind}:{hashlib.sha256(','.join(map(str, people)).encode()).hexdigest()[:40]}"
    if (id_ := await _holder(across, job, name)) is not None:
        job.count("channelsMerged")
        return id_
    slot = slot_of_people(job.workspace_id, people)
    made = await _create(across, job, channel, slot, (name, kind, people, settling))
    return made or await _holder(across, job, name)  # somebody opened it just now


async def _created(across: Across, job: Job, channel: Channel, name: str, settling: Settling) -> UUID:
    """Under that name or, if it is taken, under the first with a number that is free."""
    for number in range(1, 1_000):
        free = name if number == 1 else f"{name[:245]}-{number}"
        if across.are_several and await _holder(across, job, free):
            continue
        slot = slot_of_name(job.workspace_id, free)
        if (id_ := await _create(across, job, channel, slot, (free, channel.type, [], settling))) is not None:
            return id_
    raise ValueError(f"a thousand channels are called {name}")


async def _holder(across: Across, job: Job, name: str) -> UUID | None:
    """Which channel has the name, wherever it is."""
    for db in await across.all():
        if (id_ := await db.fetchval(BY_NAME, job.workspace_id, name)) is not None:
            return UUID(str(id_))
    return None


async def _create(
    across: Across, job: Job, channel: Channel, slot: int, told: tuple[str, str, Sequence[UUID], Settling]
) -> UUID | None:
    """Where its slot is; None if the name is taken there."""
    db = await across.of_slot(slot)
    id_ = await shards.new_channel_id(db, slot)
    row = await db.fetchrow(CREATE, *_columns(job, channel, id_, *told))
    if row is None:
        return None
    if db is not across.home:
        await things.keep(db, job, "channel", {channel.key: id_})
    await announcements.channel_created(db, channel_of(row), job.created_by)
    job.count("channelsNew")
    return id_


async def _take_over(db: Db, job: Job, channel: Channel, id_: UUID, settling: Settling) -> None:
    """An empty channel becomes what the other was; one in which something was said stays as it is."""
    row = await one(db, LOCK, id_)
    if row["last_seq"] == 0 and job.options.get("takeSettings"):
        _, _, _, description, _, enabled, _, creator, created, *settings = _columns(
            job, channel, id_, "", channel.type, [], settling
        )
        taken = await one(db, TAKE_OVER, id_, description, enabled, created, creator, *settings)
        await announcements.channel_updated(db, channel_of(taken), job.created_by)


def _columns(
    job: Job, channel: Channel, id_: UUID, name: str, kind: str, people: Sequence[UUID], settling: Settling
) -> list[object]:
    creator = settling.names.people.get(channel.created_by or "")
    return [
        id_, job.workspace_id, name, channel.description, kind, channel.thread_enabled, list(people), creator,
        moment(channel.created_at) if channel.created_at else None, channel.members_mention_everyone,
        dumps(channel.permissions), settling.people(channel.posters), channel.slow_mode_seconds, channel.retention_days,
    ]  # fmt: skip

"""Channels and who is in them."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg
from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.slots import slot_of_name, slot_of_people
from eventbus import Db
from eventbus.wire import Json, iso

from messaging import announcements, audit, directory, messages, shards
from messaging.bodies import GROUP_SIZE, ChannelChange, NewChannel
from messaging.permissions import Standing
from messaging.rows import CHANNEL, channel_json, channel_of, plain_json, qualified

GENERAL = "general"
ACTIVE_WITHIN = "30 days"
PAGE = 1_000

CREATE = f"""
    INSERT INTO channels (id, workspace_id, name, description, type, is_default, member_ids, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, name) DO NOTHING RETURNING last_seq, {CHANNEL}
"""  # noqa: S608
LOCK = f"SELECT last_seq, {CHANNEL} FROM channels WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608
BY_NAME = f"SELECT last_seq, {CHANNEL} FROM channels WHERE workspace_id = $1 AND name = $2"  # noqa: S608
# A page of them is found by an index, in the order of which all are told.
LISTED = f"c.last_seq, c.last_revision, {qualified(CHANNEL, 'c')}"
AFTER = "($3::text IS NULL OR (c.name, c.id) > ($3, $4::uuid)) ORDER BY c.name, c.id LIMIT $5"
VISIBLE = f"""
    SELECT m.user_id IS NOT NULL AS is_member, {LISTED}
    FROM channels c LEFT JOIN channel_members m ON m.channel_id = c.id AND m.user_id = $2
    WHERE c.workspace_id = $1 AND (m.user_id IS NOT NULL OR c.type = 'public') AND {AFTER}
"""  # noqa: S608
JOINED = f"""
    SELECT TRUE AS is_member, {LISTED}
    FROM channel_members m JOIN channels c ON c.id = m.channel_id
    WHERE c.workspace_id = $1 AND m.user_id = $2 AND {AFTER}
"""  # noqa: S608
# Nobody joins what is leaving for another database: arrivals.py.
_OPEN = "NOT is_archived AND NOT is_leaving(id) ORDER BY id"
DEFAULTS = f"SELECT id FROM channels WHERE workspace_id = $1 AND is_default AND {_OPEN}"  # noqa: S608
OPEN = f"SELECT id FROM channels WHERE workspace_id = $1 AND id = ANY($2) AND {_OPEN}"  # noqa: S608
UPDATE = f"""
    UPDATE channels SET name = coalesce($2, name), description = coalesce($3, description),
        is_archived = coalesce($4, is_archived),
        members_mention_everyone = CASE WHEN $7 THEN $5 ELSE members_mention_everyone END,
        slow_mode_seconds = coalesce($6, slow_mode_seconds), updated_at = now()
    WHERE id = $1 RETURNING last_seq, {CHANNEL}
"""  # noqa: S608
ADD = """
    INSERT INTO channel_members (channel_id, user_id, role, last_read_seq, furthest_read_seq)
    SELECT $1, user_id, $3, $4, $4 FROM unnest($2::uuid[]) AS given(user_id) ON CONFLICT DO NOTHING RETURNING user_id
"""
GIVE_ROLE = """
    UPDATE channel_members cm SET role = $3 FROM workspace_members m
    WHERE cm.channel_id = $1 AND cm.user_id = $2 AND m.workspace_id = $4 AND m.user_id = $2 RETURNING m.role
"""
REMOVE = "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2 RETURNING user_id"
IN_WORKSPACE = """
    SELECT user_id FROM workspace_members WHERE workspace_id = $1 AND user_id = ANY($2) AND status = 'active'
"""
MEMBERS = """
    SELECT m.channel_id, m.user_id, m.role, m.joined_at, coalesce(u.name, '') AS name, u.avatar_url
    FROM channel_members m LEFT JOIN users u ON u.id = m.user_id
    WHERE m.channel_id = $1 ORDER BY lower(u.name), m.user_id LIMIT 1000
"""
STATISTICS = f"""
    SELECT c.message_count, c.created_at,
        (SELECT created_at FROM messages WHERE channel_id = c.id AND seq = c.last_seq) AS last_message_at,
        (SELECT count(DISTINCT user_id) FROM (
            SELECT user_id FROM messages WHERE channel_id = c.id AND created_at > now() - interval '{ACTIVE_WITHIN}'
            ORDER BY seq DESC LIMIT 10000) AS lately) AS active_members
    FROM channels c WHERE c.id = $1
"""  # noqa: S608


async def create(db: Db, workspace_id: UUID, new: NewChannel, actor_id: UUID, *, is_default: bool = False) -> Json:
    """A channel with its creator as admin, and the given members; `Problem` 409 if the name is taken."""
    members = set(new.members) - {actor_id}
    await require_in_workspace(db, workspace_id, members)
    id_ = await shards.new_channel_id(db, slot_of_name(workspace_id, new.name))
    row = await db.fetchrow(CREATE, id_, workspace_id, new.name, new.description, new.type, is_default, [], actor_id)
    if row is None:
        raise Problem(409, "channel_name_taken", f"There is a channel called {new.name} in this workspace.")
    await announcements.channel_created(db, channel_of(row), actor_id)
    await _add(db, row, [actor_id], actor_id, role="admin")
    await _add(db, row, sorted(members), actor_id)
    return channel_json(row)


async def open_direct(db: Db, workspace_id: UUID, user_ids: Iterable[UUID], actor_id: UUID) -> tuple[Json, bool]:
    """The conversation of exactly these people, and whether it is new. Two ask at once: both get the same one."""
    people = sorted({*user_ids, actor_id})
    if not 2 <= len(people) <= GROUP_SIZE:
        raise Problem(422, "invalid_request", f"userIds: name 1 to {GROUP_SIZE - 1} other people")
    await require_in_workspace(db, workspace_id, people)
    kind = "direct" if len(people) == 2 else "group"
    name = f"{kind}:{hashlib.sha256(','.join(map(str, people)).encode()).hexdigest()[:40]}"
    id_ = await shards.new_channel_id(db, slot_of_people(workspace_id, people))
    row = await db.fetchrow(CREATE, id_, workspace_id, name, None, kind, False, people, actor_id)
    if row is None:
        return channel_json(await one(db, BY_NAME, workspace_id, name)), False
    await announcements.channel_created(db, channel_of(row), actor_id)
    await _add(db, row, people, actor_id)
    return channel_json(row), True


async def visible(
    db: Db, standing: Standing, limit: int | None = None, cursor: str | None = None, only_joined: bool = False
) -> Json:
    """The channels a member of the workspace may know of, by name: their own, and public ones unless they are a guest.
    All of them, or so many after a page's `nextCursor`. `Problem` 422 for a cursor that was none."""
    name, after = _place(cursor) if cursor else (None, None)
    query = JOINED if only_joined or standing.role == "guest" else VISIBLE
    most = None if limit is None else limit + 1
    rows = await db.fetch(query, standing.workspace_id, standing.user_id, name, after, most)
    chosen = rows[:limit]
    last = chosen[-1] if len(chosen) < len(rows) else None
    return {
        "channels": [
            {
                **channel_json(row),
                "isMember": row["is_member"],
                "lastSeq": row["last_seq"],
                "lastRevision": row["last_revision"],
            }
            for row in chosen
        ],
        "nextCursor": f"{last['name']}/{last['id']}" if last else None,
    }


def _place(cursor: str) -> tuple[str, UUID]:
    name, _, id_ = cursor.rpartition("/")
    try:
        after = UUID(id_)
    except ValueError:
        after = None
    if after is None or "\0" in name:
        raise Problem(422, "invalid_request", "cursor: is not what a page was told to go on from")
    return name, after


async def update(db: Db, standing: Standing, channel_id: UUID, change: ChannelChange) -> Json:
    await db.execute(LOCK, channel_id)
    try:
        row = await one(
            db, UPDATE, channel_id, change.name, change.description, change.is_archived,
            change.members_mention_everyone, change.slow_mode_seconds,
            "members_mention_everyone" in change.model_fields_set,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Problem(409, "channel_name_taken", f"There is a channel called {change.name} already.") from None
    await announcements.channel_updated(db, channel_of(row), standing.user_id)
    if decided := _decided(change):
        await audit.record(db, standing, "channel.changed", {"channelId": str(channel_id), **decided})
    return channel_json(row)


def _decided(change: ChannelChange) -> Json:
    """Of what is named null says something only of who mentions everyone: that it is as in the workspace again."""
    said = change.model_dump(by_alias=True, exclude_unset=True, exclude={"name", "description"})
    return {name: value for name, value in said.items() if value is not None or name == "membersMentionEveryone"}


async def give_role(db: Db, standing: Standing, user_id: UUID, role: str) -> None:
    """Make a member the channel's admin, or no longer. `Problem` 404 if they are not in it, 422 for a guest."""
    row = await one(db, LOCK, standing.channel_id)
    found = await db.fetchval(GIVE_ROLE, row["id"], user_id, role, standing.workspace_id)
    if found is None:
        raise not_found("member of this channel")
    if found == "guest":
        raise Problem(422, "invalid_request", "role: a guest cannot be a channel's admin")
    await directory.list_members(db, [(row["id"], user_id)])
    details = {"channelId": str(row["id"]), "userId": str(user_id), "role": role}
    await audit.record(db, standing, "channel.member_changed", details)


async def add_members(db: Db, standing: Standing, user_ids: Sequence[UUID], actor_id: UUID) -> None:
    """Add people of the workspace; those who are in already stay as they are."""
    await require_in_workspace(db, standing.workspace_id, user_ids)
    row = await one(db, LOCK, standing.channel_id)
    await _add(db, row, sorted(set(user_ids)), actor_id)


async def remove_member(db: Db, standing: Standing, channel_id: UUID, user_id: UUID) -> None:
    """Oneself, or somebody else. `Problem` 404 if they are not in it."""
    await db.execute(LOCK, channel_id)
    if not await db.fetchval(REMOVE, channel_id, user_id):
        raise not_found("member of this channel")
    await announcements.members_left(db, [channel_id], user_id, standing.user_id)
    if user_id != standing.user_id:
        details = {"channelId": str(channel_id), "userId": str(user_id)}
        await audit.record(db, standing, "channel.member_removed", details)


async def join_defaults(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    for row in await db.fetch(DEFAULTS, workspace_id):
        await _add(db, await one(db, LOCK, row["id"]), [user_id], user_id)


async def join_some(db: Db, workspace_id: UUID, user_id: UUID, channel_ids: Sequence[UUID]) -> set[UUID]:
    """Those that are here; those that were archived meanwhile stay closed."""
    joined = [row["id"] for row in await db.fetch(OPEN, workspace_id, list(channel_ids))]
    for channel_id in joined:
        await _add(db, await one(db, LOCK, channel_id), [user_id], user_id)
    return set(joined)


async def info(db: Db, channel_id: UUID) -> Json:
    """A channel with its first 1,000 members by name, its pins and statistics."""
    row = await one(db, f"SELECT {CHANNEL} FROM channels WHERE id = $1", channel_id)  # noqa: S608
    members = await db.fetch(MEMBERS, channel_id)
    numbers = await one(db, STATISTICS, channel_id)
    names = ("channel_id", "user_id", "role", "joined_at", "name", "avatar_url")
    return {
        "channel": channel_json(row),
        "members": [plain_json(member, *names) for member in members],
        "pinnedMessages": await messages.pinned(db, channel_id),
        "statistics": {
            "totalMessages": numbers["message_count"],
            "activeMembers": numbers["active_members"],
            "lastActivity": iso(numbers["last_message_at"] or numbers["created_at"]),
        },
    }


async def require_in_workspace(db: Db, workspace_id: UUID | None, user_ids: Iterable[UUID]) -> None:
    """`Problem` 404 unless all of them are active in the workspace."""
    wanted = set(user_ids)
    if wanted and len(await db.fetch(IN_WORKSPACE, workspace_id, list(wanted))) < len(wanted):
        raise not_found("person in this workspace")


async def _add(db: Db, row: Record, user_ids: Sequence[UUID], actor_id: UUID, role: str = "member") -> None:
    added = {member["user_id"] for member in await db.fetch(ADD, row["id"], list(user_ids), role, row["last_seq"])}
    joined = [user_id for user_id in user_ids if user_id in added]
    if joined:
        await announcements.members_joined(db, channel_of(row), row["last_seq"], joined, actor_id)

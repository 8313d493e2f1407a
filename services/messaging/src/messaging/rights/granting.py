"""Giving rights otherwise than the rules do, in a workspace or a channel."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps, one
from chassis.problems import Problem
from eventbus import Db
from eventbus.wire import Json, iso

from messaging import announcements, audit, channels, directory
from messaging.rights.bodies import ChannelRights, WorkspaceRights
from messaging.rights.terms import TERMS, Rank, Right
from messaging.rows import CHANNEL, channel_of, texts
from messaging.standings import Standing, standing_of

OF_WORKSPACE = "SELECT id, permissions, '{}'::uuid[] AS posters FROM workspaces WHERE id = $1"
LOCK_WORKSPACE = f"{OF_WORKSPACE} FOR NO KEY UPDATE"
SET_OF_WORKSPACE = "UPDATE workspaces SET permissions = $2, updated_at = now() WHERE id = $1"
OF_CHANNEL = "SELECT permissions, posters FROM channels WHERE id = $1"
LOCK_CHANNEL = f"{OF_CHANNEL} FOR NO KEY UPDATE"
SET_OF_CHANNEL = f"""
    UPDATE channels SET permissions = $2, posters = coalesce($3, posters), updated_at = now() WHERE id = $1
    RETURNING {CHANNEL}
"""  # noqa: S608 - a constant

SILENCED_UNTIL = """
    SELECT greatest(m.silenced_until, cm.silenced_until) FROM channels c
    JOIN workspace_members m ON m.workspace_id = c.workspace_id AND m.user_id = $2
    LEFT JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = $2
    WHERE c.id = $1
"""


async def of_workspace(db: Db, standing: Standing) -> Json:
    """The least that somebody must be for each right, what of it was said here, and what the asker has."""
    return _json(standing, await one(db, OF_WORKSPACE, standing.workspace_id), Right)


async def of_channel(db: Db, standing: Standing) -> Json:
    return {
        **_json(standing, await one(db, OF_CHANNEL, standing.channel_id), _in_channels()),
        "isSilenced": standing.is_silenced,
        "silencedUntil": await _silenced_until(db, standing) if standing.is_silenced else None,
    }


async def _silenced_until(db: Db, standing: Standing) -> str | None:
    until: datetime | None = await db.fetchval(SILENCED_UNTIL, standing.channel_id, standing.user_id)
    return iso(until) if until else None


async def change_workspace(db: Db, standing: Standing, wanted: WorkspaceRights) -> Json:
    """`Problem` 403 for who asks for more than they are themselves."""
    row = await one(db, LOCK_WORKSPACE, standing.workspace_id)
    _require_within_reach(standing, wanted.rights)
    said = _with(row, wanted.rights)
    await db.execute(SET_OF_WORKSPACE, row["id"], dumps(said))
    await announcements.workspace_changed(db, row["id"], directory.rights_changed(said), standing.user_id)
    await audit.record(db, standing, "rights.changed", {"rights": wanted.rights})
    return await of_workspace(db, await _again(db, standing, "workspace_id"))


async def change_channel(db: Db, standing: Standing, wanted: ChannelRights) -> Json:
    """`Problem` 403 also for who, being no admin of the workspace, lets in more people than it does; 404 for posters
    who are not in the workspace."""
    row = await one(db, LOCK_CHANNEL, standing.channel_id)
    if unfit := set(wanted.rights) - set(_in_channels()):
        raise Problem(422, "invalid_request", f"rights.{min(unfit)}: is a right in workspaces")
    _require_within_reach(standing, wanted.rights)
    await _require_no_more_than_workspace(db, standing, wanted.rights)
    await channels.require_in_workspace(db, standing.workspace_id, wanted.posters or ())
    posters = None if wanted.posters is None else list(wanted.posters)
    changed = await one(db, SET_OF_CHANNEL, standing.channel_id, dumps(_with(row, wanted.rights)), posters)
    await announcements.channel_updated(db, channel_of(changed), standing.user_id)
    details = {"channelId": str(standing.channel_id), "rights": wanted.rights}
    await audit.record(db, standing, "rights.changed", details | ({"posters": texts(posters)} if posters else {}))
    return await of_channel(db, await _again(db, standing, "channel_id"))


def _in_channels() -> tuple[Right, ...]:
    return tuple(right for right, terms in TERMS.items() if terms.in_channels)


def _json(standing: Standing, row: Record, rights: Iterable[Right]) -> Json:
    rights = tuple(rights)
    return {
        "rights": {right.value: standing.needed(right).word for right in rights},
        "said": orjson.loads(row["permissions"]),
        "posters": texts(row["posters"]),
        "mine": [
            right.value for right in rights if standing.may(right) or (right is Right.POST and standing.is_poster)
        ],
    }


def _with(row: Record, wanted: Mapping[str, str | None]) -> dict[str, str]:
    said: dict[str, str | None] = {**orjson.loads(row["permissions"]), **wanted}
    return {name: word for name, word in said.items() if word is not None}


def _require_within_reach(standing: Standing, wanted: Mapping[str, str | None]) -> None:
    for name, word in wanted.items():
        if word is not None and Rank.named(word) > standing.rank:
            raise Problem(403, "forbidden", f"rights.{name}: you cannot keep for others what you may do yourself.")


async def _require_no_more_than_workspace(db: Db, standing: Standing, wanted: Mapping[str, str | None]) -> None:
    if standing.is_admin:
        return
    ours = Standing(standing.user_id, permissions=(await one(db, OF_WORKSPACE, standing.workspace_id))["permissions"])
    for name, word in wanted.items():
        if word is not None and Rank.named(word) < ours.needed(Right(name)):
            raise Problem(403, "forbidden", f"rights.{name}: the workspace gives this to fewer; ask one of its admins.")


async def _again(db: Db, standing: Standing, name: str) -> Standing:
    id_: UUID = getattr(standing, name)
    return await standing_of(db, standing.user_id, {name: str(id_)})

"""Slash commands of a workspace: programs that are asked when somebody says /name."""

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from chassis.database import one
from chassis.problems import Problem, not_found
from chassis.requests import id_of
from chassis.slots import id_beside
from eventbus import Db
from eventbus.wire import Json, to_wire
from uuid_utils.compat import uuid7

from messaging.integrations import built_in, endpoints, saying
from messaging.integrations.hook_bodies import CommandChange, NewCommand
from messaging.integrations.outside import Endpoint
from messaging.integrations.saying import Via
from messaging.integrations.slack import Said
from messaging.integrations.tokens import new_token, token_hash
from messaging.permissions import Action, Standing, check, standing_of
from messaging.rows import plain_json

MOST = 100
# What nobody can tell from one that is not good any more.
ADDRESS = "address to answer at"
COMMAND = "c.id, c.workspace_id, c.name, c.description, c.usage, c.created_by, c.created_at, e.url"
FROM = "FROM commands c LEFT JOIN endpoints e ON e.integration_id = c.id"
OF_WORKSPACE = f"SELECT {COMMAND} {FROM} WHERE c.workspace_id = $1 ORDER BY c.name"
GET = f"SELECT {COMMAND} {FROM} WHERE c.id = $1"
BY_NAME = f"SELECT {COMMAND} {FROM} WHERE c.workspace_id = $1 AND c.name = $2"
LOCK_WORKSPACE = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE"
ADD = """
    INSERT INTO commands (id, workspace_id, name, description, usage, created_by) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING RETURNING true
"""
CHANGE = "UPDATE commands SET description = coalesce($2, description), usage = coalesce($3, usage) WHERE id = $1"
BEGIN = """
    INSERT INTO command_runs (id, token_hash, command_id, channel_id, user_id) VALUES ($1, $2, $3, $4, $5)
"""
FORGET_OLD = "DELETE FROM command_runs WHERE expires_at < now() AND NOT is_leaving(channel_id)"
ANSWER = """
    UPDATE command_runs r SET answers_left = answers_left - 1 FROM commands c
    WHERE r.id = $1 AND token_hash = $2 AND answers_left > 0 AND expires_at > now() AND c.id = r.command_id
    RETURNING r.channel_id, r.user_id, c.id, c.name
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that somebody gave; it may be answered later at `path`."""

    id: UUID
    via: Via
    endpoint: Endpoint
    path: str


async def listed(db: Db, standing: Standing) -> list[Json]:
    """All commands by name. Where they are asked is for admins to know."""
    names = ("id", "name", "description", "usage", *(("url", "created_by", "created_at") if standing.is_admin else ()))
    own = [plain_json(row, *names) for row in await db.fetch(OF_WORKSPACE, standing.workspace_id)]
    return [*built_in.DESCRIPTIONS, *({**command, "isBuiltIn": False} for command in own)]


async def add(db: Db, workspace_id: UUID, new: NewCommand, actor_id: UUID) -> Json:
    """The command with its secret, which is shown this once."""
    await db.execute(LOCK_WORKSPACE, workspace_id)
    if len(await db.fetch(OF_WORKSPACE, workspace_id)) >= MOST:
        raise Problem(409, "too_many_commands", f"A workspace can have {MOST} commands: remove one first.")
    id_ = uuid7()
    facts = (id_, workspace_id, new.name, new.description, new.usage, actor_id)
    if new.name in built_in.COMMANDS or not await db.fetchval(ADD, *facts):
        raise Problem(409, "command_name_taken", f"There is a command /{new.name} already.")
    secret = await endpoints.save(db, id_, new.url)
    return {**_json(await one(db, GET, id_)), "secret": secret}


async def change(db: Db, command_id: UUID, wanted: CommandChange) -> Json:
    await db.execute(CHANGE, command_id, wanted.description, wanted.usage)
    if wanted.url is not None:
        await endpoints.save(db, command_id, wanted.url)
    return _json(await one(db, GET, command_id))


async def remove(db: Db, command_id: UUID) -> None:
    await endpoints.forget(db, command_id)
    await db.execute("DELETE FROM commands WHERE id = $1", command_id)


async def begin(db: Db, standing: Standing, name: str) -> Run:
    """`Problem` 404 for a command that the workspace does not have."""
    row = await db.fetchrow(BY_NAME, standing.workspace_id, name)
    endpoint = await endpoints.of(db, row["id"]) if row else None
    if row is None or endpoint is None or standing.channel_id is None:
        raise not_found("command")
    await db.execute(FORGET_OLD)
    id_, token = id_beside(standing.channel_id), new_token()
    await db.execute(BEGIN, id_, token_hash(token), row["id"], standing.channel_id, standing.user_id)
    return Run(id_, Via("command", row["id"], row["name"]), endpoint, f"/api/responses/{id_}/{token}")


async def answer_later(db: Db, run_id: str, token: str, said: Said) -> None:
    """Say what a command answers after a while; `Problem` 404 for any address that is not good, or no longer.

    Whoever gave the command must still be able to give it.
    """
    row = await db.fetchrow(ANSWER, id_of(run_id, ADDRESS), token_hash(token))
    if row is None:
        raise not_found(ADDRESS)
    try:
        standing = await standing_of(db, row["user_id"], {"channel_id": str(row["channel_id"])})
        check(Action.COMMAND_RUN, standing)
    except Problem:
        raise not_found(ADDRESS) from None
    await answer(db, standing, Via("command", row["id"], row["name"]), said)


async def answer(db: Db, standing: Standing, via: Via, said: Said | None) -> Json:
    """What is shown of an answer: `message` to all of the channel, or `ephemeral` to who asked."""
    if said is None or standing.channel_id is None:
        return {}
    if said.payload.response_type == "in_channel":
        return {"message": to_wire(await saying.in_channel(db, standing.channel_id, via, said))}
    return {"ephemeral": await saying.to_person(db, standing.user_id, standing.channel_id, via, said)}


def _json(row: Record) -> Json:
    names = ("id", "workspace_id", "name", "url", "description", "usage", "created_by", "created_at")
    return {**plain_json(row, *names), "isBuiltIn": False}

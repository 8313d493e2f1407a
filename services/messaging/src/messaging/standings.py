"""Where somebody stands towards a workspace, channel or message: all that the rules look at, in one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from chassis.problems import not_found
from chassis.requests import id_of
from eventbus import Db

from messaging import shards
from messaging.rights.terms import OF_ROLE, TERMS, Rank, Right

NOTHING_SAID = "{}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the asker stands towards what they ask about; what does not apply is None."""

    user_id: UUID
    workspace_id: UUID | None = None
    role: str | None = None
    workspace_status: str | None = None
    allow_external_invites: bool = False
    channel_id: UUID | None = None
    channel_type: str | None = None
    channel_role: str | None = None
    is_archived: bool = False
    message_id: UUID | None = None
    author_id: UUID | None = None
    thread_id: UUID | None = None
    members_mention_everyone: bool = False
    # By a moderator, in the channel or the whole workspace, until a time that has not come.
    is_silenced: bool = False
    # Named as one who posts here.
    is_poster: bool = False
    # JSON: what workspace and channel say of rights, and what is said of this member alone.
    permissions: str = NOTHING_SAID
    own_permissions: str = NOTHING_SAID
    is_hidden: bool = False
    members_see_edits: bool = True

    @property
    def is_admin(self) -> bool:
        return self.role in ("owner", "admin")

    @property
    def in_channel(self) -> bool:
        return self.channel_role is not None

    @property
    def is_conversation(self) -> bool:
        return self.channel_type in ("direct", "group")

    @property
    def known_channel_id(self) -> UUID:
        """For who stands towards a channel, or something in one."""
        if self.channel_id is None:
            raise TypeError("this standing is towards no channel")
        return self.channel_id

    @property
    def sees_channel(self) -> bool:
        """Members see their channels; public ones are open to all but guests."""
        return self.in_channel or (self.channel_type == "public" and self.role in ("owner", "admin", "member"))

    @property
    def rank(self) -> Rank:
        rank = OF_ROLE[self.role or "guest"]
        return Rank.CHANNEL_ADMIN if rank is Rank.MEMBER and self.channel_role == "admin" else rank

    def needed(self, right: Right) -> Rank:
        """The least that has the right here; in conversations everybody has what members usually have."""
        said = NOTHING_SAID if self.is_conversation else self.permissions
        if said != NOTHING_SAID and (word := orjson.loads(said).get(right.value)):
            return Rank.named(word)
        if right is Right.MENTION_EVERYONE and self.channel_id and not self.members_mention_everyone:
            return Rank.CHANNEL_ADMIN
        return TERMS[right].usual

    def may(self, right: Right) -> bool:
        """Whether the asker has the right; what is said of a member alone (`{"pin": false}`) wins."""
        if self.own_permissions != NOTHING_SAID and not self.is_conversation:
            own = orjson.loads(self.own_permissions).get(right.value)
            if isinstance(own, bool):
                return own and self.rank >= TERMS[right].least
        return self.rank >= self.needed(right)


OF_WORKSPACE = """
    SELECT m.user_id, w.id AS workspace_id, m.role, w.status AS workspace_status, w.allow_external_invites,
        w.permissions, m.permissions AS own_permissions, coalesce(m.silenced_until > now(), FALSE) AS is_silenced
    FROM workspaces w JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = $2 AND m.status = 'active'
    WHERE w.id = $1
"""
OF_CHANNEL = """
    SELECT m.user_id, w.id AS workspace_id, m.role, w.status AS workspace_status, w.allow_external_invites,
        c.id AS channel_id, c.type AS channel_type, cm.role AS channel_role, c.is_archived,
        coalesce(c.members_mention_everyone, w.members_mention_everyone) AS members_mention_everyone,
        w.permissions || c.permissions AS permissions, m.permissions AS own_permissions,
        $2 = ANY(c.posters) AS is_poster,
        coalesce(greatest(m.silenced_until, cm.silenced_until) > now(), FALSE) AS is_silenced, w.members_see_edits
    FROM channels c
    JOIN workspaces w ON w.id = c.workspace_id
    JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = $2 AND m.status = 'active'
    LEFT JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = $2
    WHERE c.id = $1
"""
OF_MESSAGE = (
    OF_CHANNEL.replace("c.is_archived,\n", "c.is_archived, t.id AS message_id, t.user_id AS author_id, t.is_hidden,\n")
    .replace("FROM channels c\n", "FROM messages t JOIN channels c ON c.id = t.channel_id\n")
    .replace("WHERE c.id = $1", "WHERE t.id = $1 AND NOT t.is_deleted")
)
# A thread is named by any of its messages, and outlives its first one.
OF_THREAD = OF_MESSAGE.replace("t.id AS message_id", "coalesce(t.parent_message_id, t.id) AS thread_id").replace(
    " AND NOT t.is_deleted", ""
)


# Integrations are looked after where they are.
OF_HOOK = OF_CHANNEL.replace("WHERE c.id = $1", "WHERE c.id = (SELECT channel_id FROM incoming_hooks WHERE id = $1)")
OF_OUTGOING_HOOK = OF_HOOK.replace("incoming_hooks", "outgoing_hooks")
OF_COMMAND = OF_WORKSPACE.replace("WHERE w.id = $1", "WHERE w.id = (SELECT workspace_id FROM commands WHERE id = $1)")


# What a route's path can name, the narrowest first.
STANDINGS = {
    "hook_id": OF_HOOK,
    "outgoing_hook_id": OF_OUTGOING_HOOK,
    "command_id": OF_COMMAND,
    "thread_id": OF_THREAD,
    "message_id": OF_MESSAGE,
    "channel_id": OF_CHANNEL,
    "workspace_id": OF_WORKSPACE,
}


async def standing_of(db: Db, user_id: UUID, ids: Mapping[str, Any]) -> Standing:
    """The asker's standing towards the message, channel or workspace that is named; `Problem` 404 if none is seen, 503
    if it has gone to another database."""
    for name, query in STANDINGS.items():
        if name in ids:
            what = name.removesuffix("_id").replace("_", " ")
            row = await db.fetchrow(query, id_of(ids[name], what), user_id)
            standing = Standing(**dict(row)) if row else None
            if not standing:
                await shards.require_here(db, ids[name])
            if not standing or (standing.channel_id and not standing.sees_channel):
                raise not_found(what)
            return standing
    return Standing(user_id)

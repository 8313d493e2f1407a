"""Who may do what: every rule of messaging, in one table, asked by every route."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
from chassis.problems import Problem, not_found
from chassis.requests import CurrentUser
from chassis.tokens import Principal
from eventbus import Db
from fastapi import Depends, Request


class Action(StrEnum):
    """What somebody can ask to do."""

    WORKSPACE_LIST = "workspace.list"
    WORKSPACE_CREATE = "workspace.create"
    WORKSPACE_READ = "workspace.read"
    WORKSPACE_UPDATE = "workspace.update"
    MEMBER_LIST = "member.list"
    MEMBER_UPDATE = "member.update"
    MEMBER_REMOVE = "member.remove"
    INVITE = "invitation.issue"
    INVITATION_LIST = "invitation.list"
    INVITATION_ACCEPT = "invitation.accept"
    CHANNEL_LIST = "channel.list"
    CHANNEL_CREATE = "channel.create"
    CHANNEL_READ = "channel.read"
    CHANNEL_UPDATE = "channel.update"
    CHANNEL_JOIN = "channel.join"
    CHANNEL_LEAVE = "channel.leave"
    CHANNEL_ADD_MEMBER = "channel.add_member"
    CHANNEL_REMOVE_MEMBER = "channel.remove_member"
    CHANNEL_MARK_READ = "channel.mark_read"
    NOTIFICATIONS_CHOOSE = "notifications.choose"
    UNREAD_LIST = "unread.list"
    UNREAD_READ = "unread.read"
    RECEIPT_LIST = "receipt.list"
    MESSAGE_MARK_UNREAD = "message.mark_unread"
    DIRECT_OPEN = "direct.open"
    MESSAGE_POST = "message.post"
    MESSAGE_EDIT = "message.edit"
    MESSAGE_REMOVE_PREVIEWS = "message.remove_previews"
    MESSAGE_DELETE = "message.delete"
    MESSAGE_PIN = "message.pin"
    MESSAGE_REACT = "message.react"
    MENTION_EVERYONE = "mention.everyone"
    THREAD_READ = "thread.read"
    THREAD_FOLLOW = "thread.follow"
    THREAD_MARK_READ = "thread.mark_read"
    GROUP_LIST = "group.list"
    GROUP_MANAGE = "group.manage"
    EMOJI_LIST = "emoji.list"
    EMOJI_ADD = "emoji.add"
    EMOJI_REMOVE = "emoji.remove"
    MESSAGE_READ = "message.read"
    MESSAGE_FORWARD = "message.forward"
    MESSAGE_SAVE = "message.save"
    MESSAGE_SCHEDULE = "message.schedule"
    SCHEDULED_LIST = "scheduled.list"
    SCHEDULED_CHANGE = "scheduled.change"
    SAVED_LIST = "saved.list"
    SAVED_CHANGE = "saved.change"
    DRAFT_LIST = "draft.list"
    DRAFT_KEEP = "draft.keep"
    REMINDER_LIST = "reminder.list"
    REMINDER_SET = "reminder.set"
    BOOKMARK_LIST = "bookmark.list"
    BOOKMARK_CHANGE = "bookmark.change"
    DIGEST_READ = "digest.read"


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
    def sees_channel(self) -> bool:
        """Members see their channels; public ones are open to all but guests."""
        return self.in_channel or (self.channel_type == "public" and self.role in ("owner", "admin", "member"))


def _anybody(_: Standing) -> bool:
    return True


def _workspace(test: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    return lambda s: s.workspace_status == "active" and test(s)


def _channel(test: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    return _workspace(lambda s: not s.is_archived and test(s))


RULES: Mapping[Action, Callable[[Standing], bool]] = {
    Action.WORKSPACE_LIST: _anybody,
    Action.WORKSPACE_CREATE: _anybody,
    Action.WORKSPACE_READ: _anybody,
    Action.WORKSPACE_UPDATE: lambda s: s.is_admin,
    Action.MEMBER_LIST: _anybody,
    Action.MEMBER_UPDATE: _workspace(lambda s: s.is_admin),
    Action.MEMBER_REMOVE: _workspace(lambda s: s.is_admin),
    Action.INVITE: _workspace(lambda s: s.is_admin or (s.role == "member" and s.allow_external_invites)),
    Action.INVITATION_LIST: lambda s: s.is_admin,
    Action.INVITATION_ACCEPT: _anybody,
    Action.CHANNEL_LIST: _anybody,
    Action.CHANNEL_CREATE: _workspace(lambda s: s.role != "guest"),
    Action.CHANNEL_READ: _anybody,
    Action.CHANNEL_UPDATE: _workspace(lambda s: not s.is_conversation and (s.is_admin or s.channel_role == "admin")),
    Action.CHANNEL_JOIN: _channel(lambda s: s.channel_type == "public" and s.role != "guest"),
    Action.CHANNEL_LEAVE: lambda s: s.in_channel and s.channel_type != "direct",
    Action.CHANNEL_ADD_MEMBER: _channel(lambda s: not s.is_conversation and s.in_channel and s.role != "guest"),
    Action.CHANNEL_REMOVE_MEMBER: _channel(
        lambda s: not s.is_conversation and (s.is_admin or s.channel_role == "admin")
    ),
    # Reading goes on where writing has ended: in archived channels and suspended workspaces.
    Action.CHANNEL_MARK_READ: lambda s: s.in_channel,
    Action.NOTIFICATIONS_CHOOSE: lambda s: s.in_channel,
    Action.UNREAD_LIST: _anybody,
    Action.UNREAD_READ: lambda s: s.in_channel,
    Action.RECEIPT_LIST: lambda s: s.in_channel and s.is_conversation,
    Action.MESSAGE_MARK_UNREAD: lambda s: s.in_channel,
    Action.DIRECT_OPEN: _workspace(_anybody),
    Action.MESSAGE_POST: _channel(lambda s: s.in_channel),
    Action.MESSAGE_EDIT: _channel(lambda s: s.in_channel and s.author_id == s.user_id),
    Action.MESSAGE_REMOVE_PREVIEWS: _channel(lambda s: s.in_channel and s.author_id == s.user_id),
    Action.MESSAGE_DELETE: _channel(lambda s: (s.in_channel and s.author_id == s.user_id) or s.is_admin),
    Action.MESSAGE_PIN: _channel(lambda s: s.in_channel and s.role != "guest"),
    Action.MESSAGE_REACT: _channel(lambda s: s.in_channel),
    # Asked when a message says <!channel> or <!here> to more than a few.
    Action.MENTION_EVERYONE: _channel(
        lambda s: (
            (s.in_channel and s.role != "guest")
            and (s.is_admin or s.channel_role == "admin" or s.members_mention_everyone)
        )
    ),
    Action.THREAD_READ: _anybody,
    Action.THREAD_FOLLOW: _channel(lambda s: s.in_channel),
    Action.THREAD_MARK_READ: lambda s: s.in_channel,
    Action.GROUP_LIST: _anybody,
    Action.GROUP_MANAGE: _workspace(lambda s: s.is_admin),
    Action.EMOJI_LIST: _anybody,
    Action.EMOJI_ADD: _workspace(lambda s: s.role != "guest"),
    # Their own, or any if they are an admin: emoji.py.
    Action.EMOJI_REMOVE: _workspace(lambda s: s.role != "guest"),
    Action.MESSAGE_READ: _anybody,
    # And to post where it goes, to people who may all read it: forwarding.py.
    Action.MESSAGE_FORWARD: _anybody,
    Action.MESSAGE_SAVE: _anybody,
    Action.MESSAGE_SCHEDULE: _channel(lambda s: s.in_channel),
    # A person's own things are found by their id and that person's alone.
    Action.SCHEDULED_LIST: _anybody,
    Action.SCHEDULED_CHANGE: _anybody,
    Action.SAVED_LIST: _anybody,
    Action.SAVED_CHANGE: _anybody,
    Action.DRAFT_LIST: _anybody,
    Action.DRAFT_KEEP: lambda s: s.in_channel,
    Action.REMINDER_LIST: _anybody,
    Action.REMINDER_SET: _anybody,
    Action.BOOKMARK_LIST: _anybody,
    Action.BOOKMARK_CHANGE: _channel(lambda s: s.in_channel and s.role != "guest"),
    Action.DIGEST_READ: _anybody,
}

OF_WORKSPACE = """
    SELECT m.user_id, w.id AS workspace_id, m.role, w.status AS workspace_status, w.allow_external_invites
    FROM workspaces w JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = $2 AND m.status = 'active'
    WHERE w.id = $1
"""
OF_CHANNEL = """
    SELECT m.user_id, w.id AS workspace_id, m.role, w.status AS workspace_status, w.allow_external_invites,
        c.id AS channel_id, c.type AS channel_type, cm.role AS channel_role, c.is_archived,
        coalesce(c.members_mention_everyone, w.members_mention_everyone) AS members_mention_everyone
    FROM channels c
    JOIN workspaces w ON w.id = c.workspace_id
    JOIN workspace_members m ON m.workspace_id = w.id AND m.user_id = $2 AND m.status = 'active'
    LEFT JOIN channel_members cm ON cm.channel_id = c.id AND cm.user_id = $2
    WHERE c.id = $1
"""
OF_MESSAGE = (
    OF_CHANNEL.replace("c.is_archived,\n", "c.is_archived, t.id AS message_id, t.user_id AS author_id,\n")
    .replace("FROM channels c\n", "FROM messages t JOIN channels c ON c.id = t.channel_id\n")
    .replace("WHERE c.id = $1", "WHERE t.id = $1 AND NOT t.is_deleted")
)
# A thread is named by any of its messages, and outlives its first one.
OF_THREAD = OF_MESSAGE.replace("t.id AS message_id", "coalesce(t.parent_message_id, t.id) AS thread_id").replace(
    " AND NOT t.is_deleted", ""
)


# What a route's path can name, the narrowest first.
STANDINGS = {
    "thread_id": OF_THREAD,
    "message_id": OF_MESSAGE,
    "channel_id": OF_CHANNEL,
    "workspace_id": OF_WORKSPACE,
}


async def standing_of(db: Db, user_id: UUID, ids: Mapping[str, Any]) -> Standing:
    """The asker's standing towards the message, channel or workspace that is named; `Problem` 404 if none is seen."""
    for name, query in STANDINGS.items():
        if name in ids:
            what = name.removesuffix("_id")
            row = await db.fetchrow(query, _uuid(ids[name], what), user_id)
            standing = Standing(**dict(row)) if row else None
            if not standing or (standing.channel_id and not standing.sees_channel):
                raise not_found(what)
            return standing
    return Standing(user_id)


def check(action: Action, standing: Standing) -> None:
    """`Problem` 403 unless the rule of the action lets the asker pass."""
    if not RULES[action](standing):
        raise Problem(403, "forbidden", f"You may not do this here ({action.value}).")


def _uuid(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise not_found(what) from None


@dataclass(frozen=True, slots=True)
class Ask:
    """A signed-in person's request for one action: the only way for a route to reach the database."""

    action: Action
    user: Principal
    pool: asyncpg.Pool
    ids: Mapping[str, Any]

    @asynccontextmanager
    async def granted(self) -> AsyncIterator[tuple[Db, Standing]]:
        """A transaction for what was asked; `Problem` 404 or 403 if it may not be done."""
        async with self.pool.acquire(timeout=5) as db, db.transaction():
            standing = await standing_of(db, self.user.user_id, self.ids)
            check(self.action, standing)
            yield db, standing


class Rule:
    """The dependency by which a route names its rule."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request, user: CurrentUser) -> Ask:
        return Ask(self.action, user, request.app.state.pool, request.path_params)


def allowed(action: Action) -> Any:
    return Depends(Rule(action))

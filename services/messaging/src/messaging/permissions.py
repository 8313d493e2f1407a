"""Who may do what: every rule of messaging, in one table, asked by every route."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from chassis.problems import Problem
from chassis.requests import CurrentCaller, out_of_scope
from chassis.scopes import Scope
from chassis.tokens import Principal
from eventbus import Db
from fastapi import Depends, Request

from messaging.actions import Action
from messaging.rights.terms import Right
from messaging.standings import Standing, standing_of

__all__ = ["RULES", "Action", "Ask", "Rule", "Standing", "allowed", "check", "standing_of"]


def _anybody(_: Standing) -> bool:
    return True


def _workspace(test: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    return lambda s: s.workspace_status == "active" and test(s)


def _channel(test: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    return _workspace(lambda s: not s.is_archived and test(s))


def _speaking(test: Callable[[Standing], bool]) -> Callable[[Standing], bool]:
    """Of members who say something that others see."""
    return _channel(lambda s: s.in_channel and not s.is_silenced and test(s))


def _posts(s: Standing) -> bool:
    return s.is_poster or s.may(Right.POST)


def _manages(s: Standing) -> bool:
    """No conversation is anybody's to manage, and a channel is not a stranger's."""
    return not s.is_conversation and (s.is_admin or s.in_channel) and s.may(Right.MANAGE)


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
    Action.CHANNEL_CREATE: _workspace(lambda s: s.may(Right.CREATE_CHANNELS)),
    Action.CHANNEL_READ: _anybody,
    Action.HISTORY_READ: _anybody,
    Action.CHANNEL_UPDATE: _workspace(_manages),
    Action.CHANNEL_JOIN: _channel(lambda s: s.channel_type == "public" and s.role != "guest"),
    Action.CHANNEL_LEAVE: lambda s: s.in_channel and s.channel_type != "direct",
    Action.CHANNEL_ADD_MEMBER: _channel(
        lambda s: not s.is_conversation and s.in_channel and s.may(Right.INVITE_TO_CHANNEL)
    ),
    Action.CHANNEL_REMOVE_MEMBER: _channel(_manages),
    # Reading goes on where writing has ended: in archived channels and suspended workspaces.
    Action.CHANNEL_MARK_READ: lambda s: s.in_channel,
    Action.NOTIFICATIONS_CHOOSE: lambda s: s.in_channel,
    Action.UNREAD_LIST: _anybody,
    Action.UNREAD_READ: lambda s: s.in_channel,
    Action.RECEIPT_LIST: lambda s: s.in_channel and s.is_conversation,
    Action.MESSAGE_MARK_UNREAD: lambda s: s.in_channel,
    Action.DIRECT_OPEN: _workspace(_anybody),
    # Something, whichever of the two it then is: in the channel, or in a thread of it.
    Action.MESSAGE_SEND: _speaking(lambda s: _posts(s) or s.may(Right.REPLY)),
    Action.MESSAGE_POST: _speaking(_posts),
    Action.MESSAGE_REPLY: _speaking(lambda s: s.may(Right.REPLY)),
    Action.MESSAGE_EDIT: _speaking(lambda s: s.author_id == s.user_id and not s.is_hidden),
    Action.MESSAGE_REMOVE_PREVIEWS: _channel(lambda s: s.in_channel and s.author_id == s.user_id),
    Action.MESSAGE_DELETE: _channel(lambda s: (s.in_channel and s.author_id == s.user_id) or s.is_admin),
    Action.MESSAGE_PIN: _speaking(lambda s: s.may(Right.PIN)),
    Action.MESSAGE_REACT: _speaking(lambda s: s.may(Right.REACT)),
    # Asked when a message says <!channel> or <!here> to more than a few.
    Action.MENTION_EVERYONE: _speaking(lambda s: s.may(Right.MENTION_EVERYONE)),
    Action.THREAD_READ: _anybody,
    Action.THREAD_FOLLOW: _channel(lambda s: s.in_channel),
    Action.THREAD_MARK_READ: lambda s: s.in_channel,
    Action.GROUP_LIST: _anybody,
    Action.GROUP_MANAGE: _workspace(lambda s: s.is_admin),
    Action.EMOJI_LIST: _anybody,
    Action.EMOJI_ADD: _workspace(lambda s: s.role != "guest"),
    # Their own, or any if they are an admin: emoji.py.
    Action.EMOJI_REMOVE: _workspace(lambda s: s.role != "guest"),
    Action.GIF_LIST: _anybody,
    Action.MESSAGE_READ: _anybody,
    # And to post where it goes, to people who may all read it: forwarding.py.
    Action.MESSAGE_FORWARD: _anybody,
    Action.MESSAGE_SAVE: _anybody,
    Action.MESSAGE_SCHEDULE: _speaking(lambda s: _posts(s) or s.may(Right.REPLY)),
    # A person's own things are found by their id and that person's alone.
    Action.SCHEDULED_LIST: _anybody,
    Action.SCHEDULED_CHANGE: _anybody,
    Action.SAVED_LIST: _anybody,
    Action.SAVED_CHANGE: _anybody,
    Action.DRAFT_LIST: _anybody,
    Action.DRAFT_KEEP: lambda s: s.in_channel,
    Action.PREFERENCES_READ: _anybody,
    Action.PREFERENCES_CHANGE: _anybody,
    Action.REMINDER_LIST: _anybody,
    Action.REMINDER_SET: _anybody,
    Action.BOOKMARK_LIST: _anybody,
    Action.BOOKMARK_CHANGE: _speaking(lambda s: s.role != "guest"),
    Action.DIGEST_READ: _anybody,
    Action.RIGHTS_READ: _anybody,
    Action.RIGHTS_CHANGE: _workspace(lambda s: s.is_admin),
    Action.CHANNEL_RIGHTS_READ: _anybody,
    Action.CHANNEL_RIGHTS_CHANGE: _channel(_manages),
    Action.CHANNEL_MEMBER_UPDATE: _channel(_manages),
    Action.HOOK_LIST: _manages,
    Action.HOOK_MANAGE: _channel(_manages),
    Action.COMMAND_LIST: _anybody,
    Action.COMMAND_MANAGE: _workspace(lambda s: s.is_admin),
    Action.COMMAND_RUN: _speaking(lambda s: _posts(s) or s.may(Right.REPLY)),
    Action.ACTION_PRESS: _channel(lambda s: s.in_channel),
    Action.POLL_READ: _anybody,
    Action.POLL_VOTE: _channel(lambda s: s.in_channel),
    Action.POLL_CLOSE: _channel(lambda s: (s.in_channel and s.author_id == s.user_id) or s.is_admin),
    Action.AUDIT_READ: lambda s: s.is_admin,
    Action.EDITS_READ: lambda s: s.is_admin or (s.members_see_edits and not s.is_hidden),
    Action.RETENTION_READ: _anybody,
    Action.RETENTION_CHANGE: _workspace(lambda s: s.is_admin),
    Action.RETENTION_REPORTS: lambda s: s.is_admin,
    # Others are not even to know of a hold; one can be put on in any state of the workspace.
    Action.HOLD_LIST: lambda s: s.role == "owner",
    Action.HOLD_CHANGE: lambda s: s.role == "owner",
    Action.MESSAGE_REPORT: _workspace(lambda s: s.author_id != s.user_id),
    Action.MESSAGE_HIDE: _workspace(lambda s: s.is_admin),
    Action.REPORT_LIST: lambda s: s.is_admin,
    Action.REPORT_RESOLVE: _workspace(lambda s: s.is_admin),
    Action.MEMBER_SILENCE: _workspace(lambda s: s.is_admin),
    Action.CHANNEL_SILENCE: _channel(_manages),
    Action.IMPORT_READ: lambda s: s.is_admin,
    Action.IMPORT_CHANGE: _workspace(lambda s: s.is_admin),
    # Also of a workspace that is used no more.
    Action.EXPORT_READ: lambda s: s.role == "owner",
    Action.EXPORT_CHANGE: lambda s: s.role == "owner",
}


# What a bot's token must be good for; what is not here is for people alone.
SCOPES: Mapping[Action, Scope] = {
    Action.WORKSPACE_LIST: Scope.CHANNELS_READ,
    Action.WORKSPACE_READ: Scope.CHANNELS_READ,
    Action.CHANNEL_LIST: Scope.CHANNELS_READ,
    Action.CHANNEL_READ: Scope.CHANNELS_READ,
    Action.CHANNEL_JOIN: Scope.CHANNELS_JOIN,
    Action.CHANNEL_LEAVE: Scope.CHANNELS_JOIN,
    Action.MEMBER_LIST: Scope.MEMBERS_READ,
    Action.GROUP_LIST: Scope.MEMBERS_READ,
    Action.HISTORY_READ: Scope.MESSAGES_READ,
    Action.MESSAGE_READ: Scope.MESSAGES_READ,
    Action.THREAD_READ: Scope.MESSAGES_READ,
    Action.DIGEST_READ: Scope.MESSAGES_READ,
    Action.POLL_READ: Scope.MESSAGES_READ,
    Action.MESSAGE_SEND: Scope.MESSAGES_WRITE,
    Action.MESSAGE_EDIT: Scope.MESSAGES_WRITE,
    Action.MESSAGE_DELETE: Scope.MESSAGES_WRITE,
    Action.DIRECT_OPEN: Scope.MESSAGES_WRITE,
    Action.MESSAGE_REACT: Scope.REACTIONS_WRITE,
}


def check(action: Action, standing: Standing) -> None:
    """`Problem` 403 unless the rule of the action lets the asker pass."""
    if not RULES[action](standing):
        raise Problem(403, "forbidden", f"You may not do this here ({action.value}).")


@dataclass(frozen=True, slots=True)
class Ask:
    """A person's or bot's request for one action: the only way for a route to reach the database."""

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

    async def __call__(self, request: Request, user: CurrentCaller) -> Ask:
        scope = SCOPES.get(self.action)
        if user.scopes is not None and not (scope and user.has(scope)):
            raise out_of_scope(scope)
        return Ask(self.action, user, request.app.state.pool, request.path_params)


def allowed(action: Action) -> Any:
    return Depends(Rule(action))

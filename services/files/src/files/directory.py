"""Who is where: copies of what messaging tells. What is known here decides who sees what, from the next request on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventbus import Db

SHUT_OUT = "INSERT INTO shut_out (user_id) VALUES ($1) ON CONFLICT DO NOTHING"
LET_IN = "DELETE FROM shut_out WHERE user_id = $1"
SAVE_WORKSPACE_MEMBER = """
    INSERT INTO workspace_members (workspace_id, user_id, role, silenced_until, may_post, may_reply)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role, silenced_until = excluded.silenced_until,
        may_post = excluded.may_post, may_reply = excluded.may_reply
"""
REMOVE_WORKSPACE_MEMBER = "DELETE FROM workspace_members WHERE workspace_id = $1 AND user_id = $2"
SAVE_RIGHTS = """
    INSERT INTO workspace_rights (workspace_id, post, reply) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id) DO UPDATE SET post = excluded.post, reply = excluded.reply
"""
SAVE_CHANNEL = """
    INSERT INTO channels (id, workspace_id, type, is_archived, post, reply, poster_ids)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET type = excluded.type, is_archived = excluded.is_archived, post = excluded.post,
        reply = excluded.reply, poster_ids = excluded.poster_ids
"""
REMOVE_CHANNEL = "DELETE FROM channels WHERE id = $1"
SAVE_CHANNEL_MEMBER = """
    INSERT INTO channel_members (channel_id, user_id, is_admin, silenced_until) VALUES ($1, $2, $3, $4)
    ON CONFLICT (channel_id, user_id) DO UPDATE SET is_admin = excluded.is_admin,
        silenced_until = excluded.silenced_until
"""
REMOVE_CHANNEL_MEMBER = "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2"


@dataclass(frozen=True, slots=True)
class Rights:
    """The least that somebody must be to post and to reply; None: nothing is said of it."""

    post: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of one member alone."""

    silenced_until: datetime | None = None
    may_post: bool | None = None
    may_reply: bool | None = None


UNSAID, USUAL = Rights(), Terms()


async def save_user(db: Db, user_id: UUID, is_shut_out: bool) -> None:
    await db.execute(SHUT_OUT if is_shut_out else LET_IN, user_id)


async def save_workspace_member(db: Db, workspace_id: UUID, user_id: UUID, role: str, terms: Terms = USUAL) -> None:
    said = (terms.silenced_until, terms.may_post, terms.may_reply)
    await db.execute(SAVE_WORKSPACE_MEMBER, workspace_id, user_id, role, *said)


async def remove_workspace_member(db: Db, workspace_id: UUID, user_id: UUID) -> None:
    await db.execute(REMOVE_WORKSPACE_MEMBER, workspace_id, user_id)


async def save_rights(db: Db, workspace_id: UUID, rights: Rights) -> None:
    """What holds in channels that say nothing themselves."""
    await db.execute(SAVE_RIGHTS, workspace_id, rights.post, rights.reply)


async def save_channel(
    db: Db, channel_id: UUID, workspace_id: UUID, type_: str, is_archived: bool, rights: Rights = UNSAID,
    poster_ids: Sequence[UUID] = (),
) -> None:  # fmt: skip
    said = (rights.post, rights.reply, list(poster_ids))
    await db.execute(SAVE_CHANNEL, channel_id, workspace_id, type_, is_archived, *said)


async def remove_channel(db: Db, channel_id: UUID) -> None:
    await db.execute(REMOVE_CHANNEL, channel_id)


async def save_channel_member(
    db: Db, channel_id: UUID, user_id: UUID, is_admin: bool = False, silenced_until: datetime | None = None
) -> None:
    await db.execute(SAVE_CHANNEL_MEMBER, channel_id, user_id, is_admin, silenced_until)


async def remove_channel_member(db: Db, channel_id: UUID, user_id: UUID) -> None:
    await db.execute(REMOVE_CHANNEL_MEMBER, channel_id, user_id)

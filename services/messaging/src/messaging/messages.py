"""Changing messages: edits, tombstones, pins and reactions. Each change is the channel's next revision."""

from dataclasses import replace
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps
from chassis.problems import Problem, not_found
from eventbus import Db
from eventbus.wire import Json, to_wire
from nexus.messaging.v1.channel_event_pb2 import ReactionAdded, ReactionRemoved

from messaging import announcements, polls, revisions, threads, versions
from messaging.bodies import MessageChange
from messaging.formatting.forms import of_body, references_of
from messaging.integrations import outgoing
from messaging.links import quotes
from messaging.mentions import mentions
from messaging.mentions.mentions import Mentions
from messaging.mentions.references import References
from messaging.permissions import Standing
from messaging.previews import jobs as previews
from messaging.retention import holds, retained
from messaging.rows import MESSAGE, message_of

MOST_PINS = 100
MOST_EMOJIS = 50

# The channel's row first, as everyone does: its events keep one order.
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
BY_ID = f"SELECT {MESSAGE} FROM messages WHERE id = $1 AND NOT is_deleted"  # noqa: S608
EDIT = f"""
    UPDATE messages SET content = $2, attachments = coalesce($3, attachments), is_edited = TRUE, updated_at = now(),
        mentions = $4, mentions_channel = $5, mentions_here = $6, revision = $7, formatted_content = $8,
        plain_text = $9, previews = $10
    WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608
DELETE = f"""
    UPDATE messages SET content = '', formatted_content = NULL, plain_text = NULL, previews = NULL, attachments = '[]',
        reactions = '{{}}',
        mentions = NULL, mentions_channel = FALSE, mentions_here = FALSE, forwarded = NULL, actions = NULL, poll = NULL,
        revision = $2,
        is_deleted = TRUE, is_pinned = FALSE, deleted_at = now(), updated_at = now()
    WHERE id = $1 RETURNING {MESSAGE}
"""  # noqa: S608
UNCOUNT = "UPDATE channels SET message_count = message_count - 1 WHERE id = $1"
PIN = f"UPDATE messages SET is_pinned = $2, revision = $3, updated_at = now() WHERE id = $1 RETURNING {MESSAGE}"  # noqa: S608
PINNED = f"SELECT {MESSAGE} FROM messages WHERE channel_id = $1 AND is_pinned ORDER BY seq DESC"  # noqa: S608
REACT = "UPDATE messages SET reactions = $2, revision = $3 WHERE id = $1"


async def edit(db: Db, standing: Standing, message_id: UUID, change: MessageChange) -> Json:
    """The message as it reads now. Whom it mentions only since then hear of it, as they would of a new one."""
    channel_id = standing.known_channel_id
    before = await _locked(db, channel_id, message_id)
    if before["is_hidden"]:
        raise Problem(403, "forbidden", "A moderator has hidden this message.")
    if before["poll"]:
        raise Problem(403, "forbidden", "What a poll asks stays as it was voted on.")
    held = await mentions.of_message(db, message_id)
    forms = of_body(change.content, change.formatted_content, before["content_type"])
    mentioned = await _mentioned(db, standing, references_of(forms, before["content_type"]), before, held, change)
    attachments = None if change.attachments is None else dumps(change.attachments)
    row = await db.fetchrow(
        EDIT, message_id, forms.content, attachments, mentioned.named or None, mentioned.everyone, mentioned.here,
        await revisions.take(db, channel_id), forms.formatted_content, forms.plain_text,
        await previews.after_edit(db, before, forms),
    )  # fmt: skip
    message = message_of(_found(row))
    await versions.keep(db, before, _found(row))
    await _keep_mentions(db, before, held, mentioned)
    newly = [user_id for user_id in mentioned.kinds if user_id not in held.kinds]
    is_new = mentioned.everyone and not held.everyone
    await announcements.message_updated(db, message, standing.user_id, newly, is_new)
    return to_wire(message)


async def delete(db: Db, channel_id: UUID, message_id: UUID, actor_id: UUID) -> None:
    """Leave a tombstone: the number stays, what was said is gone, also where it was passed on."""
    await quotes.lock(db, channel_id, message_id)
    before = await _locked(db, channel_id, message_id)
    thread_id: UUID | None = before["parent_message_id"]
    is_held = await holds.before_deletion(db, channel_id, message_id, before["user_id"])
    revision = await revisions.take(db, channel_id, 2 if thread_id else 1)
    message = message_of(_found(await db.fetchrow(DELETE, message_id, revision)))
    await mentions.drop(db, message_id)
    await polls.forget(db, message_id)
    await outgoing.forget(db, channel_id, message_id)
    await db.execute(UNCOUNT, channel_id)
    await announcements.message_deleted(db, message, actor_id, is_held)
    await quotes.follow(db, message_id, quotes.silenced("isDeleted"), actor_id)
    if thread_id:
        shown = await threads.withdraw(db, thread_id, UUID(message.user_id), revision - 1)
        await announcements.threads_updated(db, [(channel_id, shown)])


async def pin(db: Db, channel_id: UUID, message_id: UUID, pinned: bool, actor_id: UUID) -> None:
    """Pin or unpin; doing so twice changes nothing. `Problem` 409 above 100 pins."""
    before = await _locked(db, channel_id, message_id)
    if before["is_pinned"] == pinned:
        return
    if pinned and len(await db.fetch(PINNED, channel_id)) >= MOST_PINS:
        raise Problem(409, "too_many_pins", f"A channel can have {MOST_PINS} pinned messages; unpin one first.")
    if not pinned:
        await retained.look_again_from(db, channel_id, before["seq"])
    row = await db.fetchrow(PIN, message_id, pinned, await revisions.take(db, channel_id))
    await announcements.message_updated(db, message_of(_found(row)), actor_id)


async def pinned(db: Db, channel_id: UUID) -> list[Json]:
    return [to_wire(message_of(row)) for row in await db.fetch(PINNED, channel_id)]


async def react(db: Db, channel_id: UUID, message_id: UUID, user_id: UUID, emoji: str, added: bool) -> None:
    """One reaction per user, message and emoji: adding or removing twice changes nothing."""
    reactions: dict[str, list[str]] = orjson.loads((await _locked(db, channel_id, message_id))["reactions"])
    people = reactions.get(emoji, [])
    if (str(user_id) in people) == added:
        return
    if added and not people and len(reactions) >= MOST_EMOJIS:
        raise Problem(409, "too_many_reactions", f"A message can carry {MOST_EMOJIS} different emoji.")
    reactions[emoji] = [*people, str(user_id)] if added else [person for person in people if person != str(user_id)]
    revision = await revisions.take(db, channel_id)
    await db.execute(REACT, message_id, dumps({name: who for name, who in reactions.items() if who}), revision)
    change = ReactionAdded if added else ReactionRemoved
    told = change(message_id=str(message_id), user_id=str(user_id), emoji=emoji, revision=revision)
    await announcements.reaction_changed(db, channel_id, told)


async def _mentioned(
    db: Db, standing: Standing, wanted: References, before: Record, held: Mentions, change: MessageChange
) -> Mentions:
    """Whom the new text mentions; `Problem` if it may not. What was permitted when it was sent is not asked again."""
    new = replace(
        wanted, everyone=wanted.everyone and not held.everyone, here=wanted.here and not before["mentions_here"]
    )
    (verdict,) = await mentions.resolve(db, [mentions.Asked(standing, new, change.confirm_mentions)])
    if isinstance(verdict, Problem):
        raise verdict
    kinds = dict(verdict.kinds)
    known = references_of(previews.forms_of(before), before["content_type"])
    if set(known.group_ids) == set(wanted.group_ids):  # whoever was in them then was meant then
        kinds = {who: kind for who, kind in kinds.items() if kind != "group" or who in held.kinds}
        kinds = {**_held_as("group", held), **kinds}
    if wanted.here:  # and whoever was here then
        kinds = {**_held_as("here", held), **kinds}
    return Mentions(kinds, wanted.everyone, wanted.here)


def _held_as(kind: str, held: Mentions) -> dict[UUID, str]:
    return {who: kind for who, each in held.kinds.items() if each == kind}


async def _keep_mentions(db: Db, message: Record, held: Mentions, mentioned: Mentions) -> None:
    if mentioned == held:
        return
    channel_id, thread_id = message["channel_id"], message["parent_message_id"]
    place = mentions.Place(channel_id, message["seq"], message["id"], message["user_id"], thread_id)
    await mentions.replace(db, place, mentioned)
    if thread_id or message["thread_reply_count"]:
        await threads.follow(db, [(thread_id or message["id"], channel_id, who) for who in mentioned.by_name])


async def _locked(db: Db, channel_id: UUID, message_id: UUID) -> Record:
    """The message, which nobody changes until the end of the transaction; `Problem` 404 if it is deleted."""
    await db.execute(LOCK, channel_id)
    return _found(await db.fetchrow(BY_ID, message_id))


def _found(row: Record | None) -> Record:
    if row is None:
        raise not_found("message")
    return row

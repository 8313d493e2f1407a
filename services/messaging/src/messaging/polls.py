"""Polls in messages: everybody in the channel has one vote, and may change it until the poll is closed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.database import dumps
from chassis.problems import Problem, not_found
from chassis.schema import Body, Moment, Text
from eventbus import Db
from eventbus.wire import Json, iso, to_wire
from nexus.messaging.v1.channel_event_pb2 import PollUpdated
from pydantic import Field, StringConstraints

from messaging import announcements, posting, revisions
from messaging.permissions import Standing

LATEST = timedelta(days=366)
# People who are named for an option at the most.
NAMED = 100
LOCK = "SELECT id FROM channels WHERE id = $1 FOR NO KEY UPDATE"
HELD = "SELECT id, channel_id, user_id, poll FROM messages WHERE id = $1 AND NOT is_deleted AND poll IS NOT NULL"
WITHDRAW = "DELETE FROM poll_votes WHERE message_id = $1 AND user_id = $2 AND NOT option_id = ANY($3) RETURNING true"
CAST = """
    INSERT INTO poll_votes (message_id, user_id, option_id)
    SELECT $1, $2, option_id FROM unnest($3::text[]) AS given(option_id)
    ON CONFLICT DO NOTHING RETURNING true
"""
COUNTS = "SELECT option_id, count(*) AS votes FROM poll_votes WHERE message_id = $1 GROUP BY option_id"
VOTERS = "SELECT count(DISTINCT user_id) FROM poll_votes WHERE message_id = $1"
MINE = "SELECT option_id FROM poll_votes WHERE message_id = $1 AND user_id = $2 ORDER BY option_id"
WHO = f"""
    SELECT option_id, (array_agg(user_id::text ORDER BY voted_at, user_id))[:{NAMED}] AS people
    FROM poll_votes WHERE message_id = $1 GROUP BY option_id
"""  # noqa: S608 - a constant
STORE = "UPDATE messages SET poll = $2, revision = $3 WHERE id = $1"

Option = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
OptionId = Annotated[str, StringConstraints(pattern="^[0-9]{1,2}$")]


class NewPoll(Body):
    question: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=10, strict=False)]
    is_multiple: bool = False
    is_anonymous: bool = False
    closes_at: Moment | None = None


class Vote(Body):
    """The options chosen; none takes the vote back."""

    options: Annotated[tuple[OptionId, ...], Field(max_length=10, strict=False)]


async def post(db: Db, standing: Standing, new: NewPoll) -> Json:
    """The message that the poll is in; `Problem` if the asker may not post."""
    if len({option.casefold() for option in new.options}) < len(new.options):
        raise Problem(422, "invalid_request", "options: each must be another")
    if new.closes_at is not None and not timedelta() < new.closes_at - datetime.now(UTC) <= LATEST:
        raise Problem(422, "invalid_request", f"closesAt: must be at most {LATEST.days} days ahead")
    poll = {
        "question": new.question,
        "options": [{"id": str(place), "text": text, "votes": 0} for place, text in enumerate(new.options, 1)],
        "isMultiple": new.is_multiple, "isAnonymous": new.is_anonymous,
        "closesAt": iso(new.closes_at) if new.closes_at else None, "closedAt": None, "voters": 0,
    }  # fmt: skip
    # The question is what those read who know of no polls, and what search finds.
    draft = posting.read_draft({"channelId": str(standing.channel_id), "content": new.question})
    if isinstance(draft, Problem):
        raise draft
    (outcome,) = await posting.post_within(db, [posting.Send(standing.user_id, draft, poll=dumps(poll))])
    if isinstance(outcome, Problem):
        raise outcome
    return to_wire(outcome)


async def get(db: Db, message_id: UUID, user_id: UUID) -> Json:
    """How it stands, the asker's own vote and, unless it is anonymous, the first hundred who chose each option."""
    row = _found(await db.fetchrow(HELD, message_id))
    poll = orjson.loads(row["poll"])
    mine = [vote["option_id"] for vote in await db.fetch(MINE, message_id, user_id)]
    told: Json = {"poll": poll, "mine": mine}
    if not poll["isAnonymous"]:
        told["people"] = {vote["option_id"]: vote["people"] for vote in await db.fetch(WHO, message_id)}
    return told


async def vote(db: Db, standing: Standing, message_id: UUID, chosen: Sequence[str]) -> Json:
    """The asker's vote is this one now; `Problem` 409 once the poll is closed."""
    row = await _locked(db, standing, message_id)
    poll, options = orjson.loads(row["poll"]), sorted(set(chosen))
    if poll["closedAt"] or (poll["closesAt"] and datetime.fromisoformat(poll["closesAt"]) <= datetime.now(UTC)):
        raise Problem(409, "poll_closed", "This poll is closed.")
    if not set(options) <= {option["id"] for option in poll["options"]}:
        raise Problem(422, "invalid_request", "options: the poll has no such option")
    if len(options) > 1 and not poll["isMultiple"]:
        raise Problem(422, "invalid_request", "options: choose one")
    withdrawn = await db.fetch(WITHDRAW, message_id, standing.user_id, options)
    cast = await db.fetch(CAST, message_id, standing.user_id, options)
    if withdrawn or cast:
        await _count(db, message_id, poll)
        # Who votes in an anonymous poll is nobody's business on the topic, either.
        await _store(db, row, poll, row["user_id"] if poll["isAnonymous"] else standing.user_id)
    return await get(db, message_id, standing.user_id)


async def close(db: Db, standing: Standing, message_id: UUID) -> Json:
    """No more votes; doing so twice changes nothing."""
    row = await _locked(db, standing, message_id)
    poll = orjson.loads(row["poll"])
    if not poll["closedAt"]:
        poll["closedAt"] = iso(datetime.now(UTC))
        await _store(db, row, poll, standing.user_id)
    return await get(db, message_id, standing.user_id)


async def forget(db: Db, message_id: UUID) -> None:
    """Keep nobody's vote in a poll that was deleted."""
    await db.execute("DELETE FROM poll_votes WHERE message_id = $1", message_id)


async def _count(db: Db, message_id: UUID, poll: dict[str, Any]) -> None:
    counts = {row["option_id"]: row["votes"] for row in await db.fetch(COUNTS, message_id)}
    for option in poll["options"]:
        option["votes"] = counts.get(option["id"], 0)
    poll["voters"] = await db.fetchval(VOTERS, message_id)


async def _store(db: Db, row: Record, poll: dict[str, Any], actor_id: UUID) -> None:
    revision = await revisions.take(db, row["channel_id"])
    await db.execute(STORE, row["id"], dumps(poll), revision)
    updated = PollUpdated(message_id=str(row["id"]), poll=dumps(poll), revision=revision)
    await announcements.poll_updated(db, row["channel_id"], updated, actor_id)


async def _locked(db: Db, standing: Standing, message_id: UUID) -> Record:
    """The channel's row first, as everyone does: votes are counted one after another."""
    await db.execute(LOCK, standing.channel_id)
    return _found(await db.fetchrow(HELD, message_id))


def _found(row: Record | None) -> Record:
    if row is None:
        raise not_found("poll")
    return row

"""Polls: one vote each, changed at will, counted exactly however many vote at once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio
from nexus.messaging.v1.channel_event_pb2 import ChannelEvent
from office import Asker, NewAsker, Office, invited

LUNCH = {"question": "Lunch?", "options": ["Noodles", "Rice", "Soup"]}
ADD = """
    WITH added AS (SELECT unnest($1::uuid[]) AS id),
        w AS (INSERT INTO workspace_members (id, workspace_id, user_id) SELECT gen_random_uuid(), $2, id FROM added)
    INSERT INTO channel_members (channel_id, user_id) SELECT $3, id FROM added
"""


@pytest_asyncio.fixture
async def poll(office: Office) -> Callable[..., Any]:
    async def post(**more: Any) -> Any:
        return await office.member.made(f"/api/channels/{office.channel_id}/polls", {**LUNCH, **more})

    return post


def votes(told: Any) -> list[int]:
    return [option["votes"] for option in told["poll"]["options"]]


async def vote(who: Asker, message: Any, *options: str) -> tuple[int, Any]:
    return await who.put(f"/api/messages/{message['id']}/vote", {"options": list(options)})


async def test_a_vote_counts_once_and_can_be_changed_and_taken_back(office: Office, poll: Callable[..., Any]) -> None:
    message = await poll()
    assert message["content"] == "Lunch?"
    assert message["userId"] == str(office.member.user_id)
    assert votes((await vote(office.owner, message, "1"))[1]) == [1, 0, 0]
    assert votes((await vote(office.owner, message, "1"))[1]) == [1, 0, 0]
    _, told = await vote(office.owner, message, "3")
    assert (votes(told), told["mine"], told["poll"]["voters"]) == ([0, 0, 1], ["3"], 1)
    assert told["people"] == {"3": [str(office.owner.user_id)]}
    _, told = await vote(office.owner, message)
    assert (votes(told), told["mine"], told["poll"]["voters"]) == ([0, 0, 0], [], 0)


async def test_a_hundred_vote_at_once_and_every_vote_counts(
    office: Office, poll: Callable[..., Any], person: NewAsker, pool: asyncpg.Pool
) -> None:
    message = await poll(isMultiple=True)
    people = [person("Voter") for _ in range(100)]
    await pool.execute(ADD, [who.user_id for who in people], UUID(office.workspace_id), UUID(office.channel_id))
    await asyncio.gather(
        *(vote(who, message, "1", *(["2"] if place % 2 else [])) for place, who in enumerate(people)),
        *(vote(who, message, "3") for who in people[:10]),
    )
    _, told = await office.owner.get(f"/api/messages/{message['id']}/poll")
    counted = await pool.fetch("SELECT option_id, count(*) FROM poll_votes GROUP BY 1 ORDER BY 1")
    assert votes(told) == [row["count"] for row in counted]
    assert told["poll"]["voters"] == 100
    (shown,) = (await office.history(office.owner))["messages"]
    assert shown["poll"] == told["poll"]


async def test_everybody_hears_of_each_change_in_its_order(
    office: Office, poll: Callable[..., Any], pool: asyncpg.Pool
) -> None:
    message = await poll()
    await pool.execute("DELETE FROM outbox")
    await vote(office.owner, message, "1")
    await vote(office.owner, message, "1")
    await vote(office.member, message, "2")
    events = [ChannelEvent.FromString(row["value"]) for row in await pool.fetch("SELECT value FROM outbox ORDER BY id")]
    assert [event.poll_updated.revision for event in events] == [1, 2]
    assert [event.meta.actor_id for event in events] == [str(office.owner.user_id), str(office.member.user_id)]


async def test_what_was_voted_on_is_not_asked_otherwise_afterwards(office: Office, poll: Callable[..., Any]) -> None:
    message = await poll()
    await vote(office.owner, message, "1")
    status, problem = await office.member.put(f"/api/messages/{message['id']}", {"content": "Dinner?"})
    assert (status, problem["type"]) == (403, "forbidden")
    _, told = await office.member.get(f"/api/messages/{message['id']}/poll")
    assert (told["poll"]["question"], votes(told)) == ("Lunch?", [1, 0, 0])


async def test_an_anonymous_poll_names_nobody(office: Office, poll: Callable[..., Any], pool: asyncpg.Pool) -> None:
    message = await poll(isAnonymous=True)
    await pool.execute("DELETE FROM outbox")
    _, told = await vote(office.owner, message, "1")
    assert "people" not in told
    _, told = await office.member.get(f"/api/messages/{message['id']}/poll")
    assert (votes(told), told["mine"]) == ([1, 0, 0], [])
    (row,) = await pool.fetch("SELECT value FROM outbox")
    assert str(office.owner.user_id).encode() not in row["value"]


async def test_a_closed_poll_takes_no_votes(
    office: Office, poll: Callable[..., Any], pool: asyncpg.Pool, person: NewAsker
) -> None:
    message, timed = await poll(), await poll(closesAt=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    other = person("Ola")
    await invited(office.owner, other, office.workspace_id, "member")
    await office.owner.made(f"/api/channels/{office.channel_id}/members", {"userIds": [str(other.user_id)]})
    path = f"/api/messages/{message['id']}/poll/close"
    assert (await other.post(path))[0] == 403
    for _ in range(2):
        assert (await office.member.post(path))[1]["poll"]["closedAt"]
    status, problem = await vote(office.owner, message, "1")
    assert (status, problem["type"]) == (409, "poll_closed")
    assert (await vote(office.owner, timed, "1"))[0] == 200
    await pool.execute("UPDATE messages SET poll = jsonb_set(poll, '{closesAt}', '\"2020-01-01T00:00:00Z\"')")
    assert (await vote(office.owner, timed, "2"))[1]["type"] == "poll_closed"


async def test_votes_that_are_not_as_documented_change_nothing(
    office: Office, poll: Callable[..., Any], pool: asyncpg.Pool
) -> None:
    message = await poll()
    for wrong in (("1", "2"), ("4",), ("x",), ("1; DROP",)):
        assert (await vote(office.owner, message, *wrong))[0] == 422
    assert (await vote(office.stranger, message, "1"))[0] == 404
    plain = await office.say(office.member, "no poll")
    assert (await vote(office.owner, plain, "1"))[0] == 404
    assert votes((await office.owner.get(f"/api/messages/{message['id']}/poll"))[1]) == [0, 0, 0]
    await vote(office.owner, message, "1")
    await office.member.delete(f"/api/messages/{message['id']}")
    assert (await vote(office.owner, message, "1"))[0] == 404
    assert await pool.fetchval("SELECT count(*) FROM poll_votes") == 0
    path = f"/api/channels/{office.channel_id}/polls"
    for wrong_poll in (
        {**LUNCH, "options": ["one"]},
        {**LUNCH, "options": ["same", "SAME"]},
        {**LUNCH, "options": [str(number) for number in range(11)]},
        {**LUNCH, "question": "x" * 301},
        {**LUNCH, "closesAt": "2020-01-01T00:00:00Z"},
        {**LUNCH, "votes": {"1": 100}},
    ):
        assert (await office.member.post(path, wrong_poll))[0] == 422

"""What identity tells becomes the names that messaging shows; what presence tells, who is here."""

import asyncpg
import pytest
from eventbus import InvalidEvent, Tombstone
from eventbus.inbox import deliver
from messaging.handlers import CONSUMES
from nexus.event.v1.meta_pb2 import Meta
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.presence.v1.status_event_pb2 import PersonArrived, StatusEvent
from uuid_utils.compat import uuid7


def _saved(user_id: str, name: str) -> UserEvent:
    saved = UserSaved(organization_id=str(uuid7()), email="ada@example.com", name=name)
    return UserEvent(meta=Meta(id=str(uuid7())), user_id=user_id, user_saved=saved)


async def test_a_users_name_is_the_latest_one_however_often_it_is_told(pool: asyncpg.Pool) -> None:
    user_id = str(uuid7())
    first, second = _saved(user_id, "Ada"), _saved(user_id, "Ada L.")
    for event in (first, second, first, second):
        await deliver(event, CONSUMES[UserEvent], pool, "messaging")
    assert [row["name"] for row in await pool.fetch("SELECT name FROM users")] == ["Ada L."]


async def test_who_is_here_is_what_was_told_last(pool: asyncpg.Pool) -> None:
    user_id = str(uuid7())
    came = [StatusEvent(meta=Meta(id=str(uuid7())), user_id=user_id, person_arrived=PersonArrived()) for _ in range(2)]
    went = Tombstone(user_id, str(uuid7()))
    for told, here in ((came[0], 1), (came[0], 1), (went, 0), (came[0], 0), (came[1], 1), (went, 1)):
        await deliver(told, CONSUMES[StatusEvent], pool, "messaging")
        assert await pool.fetchval("SELECT count(*) FROM people_here") == here


async def test_a_status_of_nobody_is_a_dead_letter(pool: asyncpg.Pool) -> None:
    for told in (StatusEvent(meta=Meta(id="1"), user_id="x", person_arrived=PersonArrived()), Tombstone("x", "2")):
        with pytest.raises(InvalidEvent):
            await deliver(told, CONSUMES[StatusEvent], pool, "messaging")

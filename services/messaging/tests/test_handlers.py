"""What identity tells becomes the names that messaging shows."""

import asyncpg
from eventbus.inbox import deliver
from messaging.handlers import CONSUMES
from nexus.event.v1.meta_pb2 import Meta
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
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

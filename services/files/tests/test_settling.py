"""Uploads to what was made a moment ago: they wait until it was heard of here, not long, and not many."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from desk import Asker, NewAsker, Premises
from files import settling
from files.bells import Bell
from files.settings import Settings
from files.settling import Settling
from nexus.messaging.v1.channel_directory_event_pb2 import ChannelDirectoryEvent, ChannelListed
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent, ChannelMemberListed
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent, WorkspaceMemberSaved
from parcels import sent
from test_speaking import answers, told
from testkit import eventually
from uuid_utils.compat import uuid7

Tell = Callable[[], Awaitable[None]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nothing here takes that long unless it is never told."""
    return settings.model_copy(update={"place_patience": 10.0})


def news(office: Premises, who: Asker, workspace_id: UUID, channel_id: UUID) -> list[Tell]:
    """What a new place is told of by, each fact on a topic of its own."""
    saved = WorkspaceMemberSaved(workspace_id=str(workspace_id), user_id=str(who.user_id), role="owner")
    listed = ChannelListed(workspace_id=str(workspace_id), type="private")
    member = ChannelMemberListed(channel_id=str(channel_id), user_id=str(who.user_id))
    events = (
        WorkspaceMemberEvent(member_key="a", workspace_member_saved=saved),
        ChannelDirectoryEvent(channel_id=str(channel_id), channel_listed=listed),
        ChannelMemberEvent(member_key="b", channel_member_listed=member),
    )
    return [lambda event=event: told(office.pool, event) for event in events]  # type: ignore[misc]


async def waiting(bell: Bell, number: int = 1) -> None:
    async def is_so() -> bool:
        return len(bell._watching) >= number

    await eventually(is_so, within=10)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("entity_type", ["channel", "draft"])
async def test_whoever_made_a_channel_uploads_to_it_before_it_is_heard_of(
    office: Premises, person: NewAsker, bell: Bell, order: tuple[int, ...], entity_type: str
) -> None:
    who, workspace_id, channel_id = person("Nina"), uuid7(), uuid7()
    tells = news(office, who, workspace_id, channel_id)
    sending = asyncio.ensure_future(sent(who, b"said", entityType=entity_type, entityId=channel_id))
    await waiting(bell)
    for each in order:
        assert not sending.done()
        await tells[each]()
    assert (await sending)[0] == 201
    assert bell._watching == set()


@pytest.mark.parametrize("entity_type", ["workspace", "user"])
async def test_whoever_made_a_workspace_does_too(
    office: Premises, person: NewAsker, bell: Bell, entity_type: str
) -> None:
    who, workspace_id = person("Nina"), uuid7()
    place: dict[str, Any] = {"entityType": entity_type, "entityId": workspace_id}
    if entity_type == "user":
        place = {"entityType": entity_type, "entityId": who.user_id, "workspaceId": workspace_id}
    sending = asyncio.ensure_future(sent(who, b"said", **place))
    await waiting(bell)
    await news(office, who, workspace_id, uuid7())[0]()
    assert (await sending)[0] == 201


async def test_whoever_is_there_and_may_not_is_told_at_once(office: Premises, bell: Bell) -> None:
    """As are those who ask for something else than an upload."""
    await office.pool.execute("UPDATE channels SET is_archived = TRUE")
    async with asyncio.timeout(8):
        assert await answers(office.member, "channel", office.channel_id) == {403}
        assert await answers(office.guest, "workspace", office.workspace_id) == {404}
        assert (await sent(office.member, b"said", entityType="user", entityId=office.member.user_id))[0] == 422
        place = {"entityType": "channel", "entityId": str(uuid7())}
        assert (await office.stranger.get("/api/files", **place))[0] == 404


class TestInVain:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"place_patience": 0.3})

    async def test_what_is_hidden_is_waited_for_like_what_there_is_not(self, office: Premises) -> None:
        for channel_id in (office.channel_id, uuid7()):
            began = asyncio.get_running_loop().time()
            assert (await sent(office.stranger, b"said", entityType="channel", entityId=channel_id))[0] == 404
            assert asyncio.get_running_loop().time() - began >= 0.3


async def test_few_wait_at_once_and_the_rest_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST", 3)
    bell, looks = Bell("places"), 0
    few = Settling(bell, 60.0)

    async def never() -> bool:
        nonlocal looks
        looks += 1
        return False

    people = [uuid7() for _ in range(4)]
    waits = [asyncio.ensure_future(few.wait(who, never)) for who in (people[0], *people[:2])]
    await waiting(bell, 3)
    async with asyncio.timeout(5):
        await few.wait(people[0], never)  # as many as one may have
        await few.wait(people[3], never)  # as many as there may be
    assert looks == 3
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    assert bell._watching == set()
    over = Settling(bell, 0.01)
    await over.wait(people[0], never)
    assert looks == 4

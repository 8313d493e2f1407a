"""A slot's channels are moved to another PostgreSQL server and back: what was said is there, and people go on."""

from uuid import UUID

import pytest
from chassis.slots import slot_of
from journeys.people import Town
from journeys.servers import SLOTS, WITHIN, Installation, administer
from journeys.slots import channel_at_home, everything, fill, say_where
from testkit import eventually

# With two PostgreSQL servers and six processes started before the first.
pytestmark = pytest.mark.timeout(600)


async def test_a_slot_goes_to_another_database_with_all_that_was_said(installation: Installation, town: Town) -> None:
    ada = await town.register("Ada")
    workspace_id = (await ada.post("/api/workspaces", {"name": "Moving"}))["id"]
    bo = await town.join(ada, workspace_id, "Bo")
    channel_id, slot = await channel_at_home(ada, workspace_id)
    await bo.post(f"/api/channels/{channel_id}/join")
    await fill(channel_id, ada, bo)
    before = await everything(channel_id, ada, bo)
    home, other = installation.home_database, installation.other_database

    await say_where(installation, f"{SLOTS};closed={slot}")
    assert (await ada.ask("GET", f"/api/channels/{channel_id}/messages")).refusal == (503, "unavailable")
    said = await administer("move-slot", str(slot), NEXUS_SOURCE_URL=home, NEXUS_TARGET_URL=other)
    assert "4 messages" in said
    await say_where(installation, f"{SLOTS},{slot}")
    assert await everything(channel_id, ada, bo) == before
    await installation.home.stop()  # only the other has it now
    assert await ada.history(channel_id) == before["history"]
    await installation.home.start(WITHIN)
    his = await bo.connect()
    after = await ada.post(f"/api/channels/{channel_id}/messages", {"content": "after"})
    assert (after["seq"], slot_of(UUID(after["id"]))) == (5, slot)
    await eventually(lambda: [each["seq"] for each in his.messages(channel_id)] == [5])

    await say_where(installation, f"{SLOTS};closed={slot}")
    await administer("move-slot", str(slot), NEXUS_SOURCE_URL=other, NEXUS_TARGET_URL=home)
    await say_where(installation, SLOTS)
    assert await ada.history(channel_id) == [*before["history"], after]
    assert (await everything(channel_id, ada, bo))["drafts"] == before["drafts"]

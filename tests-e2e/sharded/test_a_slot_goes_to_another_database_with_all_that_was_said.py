"""A slot's channels are moved to another PostgreSQL server and back: what was said is there, and people go on."""

from typing import Any
from uuid import UUID

import pytest
from chassis.slots import slot_of
from journeys.people import Person, Town
from journeys.servers import SLOTS, WITHIN, Installation, administer
from testkit import Process, eventually

# With two PostgreSQL servers and six processes started before the first.
pytestmark = pytest.mark.timeout(600)
LATER = "2027-01-01T10:00:00Z"


async def test_a_slot_goes_to_another_database_with_all_that_was_said(installation: Installation, town: Town) -> None:
    ada = await town.register("Ada")
    workspace_id = (await ada.post("/api/workspaces", {"name": "Moving"}))["id"]
    bo = await town.join(ada, workspace_id, "Bo")
    channel_id, slot = await channel_at_home(ada, workspace_id)
    await bo.post(f"/api/channels/{channel_id}/join")
    await fill(channel_id, ada, bo)
    before = await everything(channel_id, ada, bo)
    home, other = installation.home_database, installation.other_database

    await close(installation, slot)
    assert (await ada.ask("GET", f"/api/channels/{channel_id}/messages")).refusal == (503, "unavailable")
    said = await administer("move-slot", str(slot), NEXUS_SOURCE_URL=home, NEXUS_TARGET_URL=other)
    assert "4 messages" in said
    await open_again(installation, f"{SLOTS},{slot}")
    assert await everything(channel_id, ada, bo) == before
    await installation.home.stop()  # only the other has it now
    assert await ada.history(channel_id) == before["history"]
    await installation.home.start(WITHIN)
    his = await bo.connect()
    after = await ada.post(f"/api/channels/{channel_id}/messages", {"content": "after"})
    assert (after["seq"], slot_of(UUID(after["id"]))) == (5, slot)
    await eventually(lambda: [each["seq"] for each in his.messages(channel_id)] == [5])

    await close(installation, slot)
    await administer("move-slot", str(slot), NEXUS_SOURCE_URL=other, NEXUS_TARGET_URL=home)
    await open_again(installation, SLOTS)
    assert await ada.history(channel_id) == [*before["history"], after]
    assert (await everything(channel_id, ada, bo))["drafts"] == before["drafts"]


async def channel_at_home(person: Person, workspace_id: str) -> tuple[str, int]:
    """A channel made by name, not the general one; and its slot."""
    for number in range(100):
        made = await person.channel(workspace_id, f"moving {number}")
        slot = slot_of(UUID(made))
        if slot is not None and slot < 512:
            return made, slot
    raise AssertionError("every name is of the other database")


async def fill(channel_id: str, ada: Person, bo: Person) -> None:
    said = await ada.post(f"/api/channels/{channel_id}/messages", {"content": f"hello <@{bo.id}>"})
    await bo.do("PUT", f"/api/messages/{said['id']}/reactions/%F0%9F%91%8D")
    await bo.post(f"/api/channels/{channel_id}/messages", {"content": "yes", "parentMessageId": said["id"]})
    edited = await ada.post(f"/api/channels/{channel_id}/messages", {"content": "mistake"})
    await ada.do("PUT", f"/api/messages/{edited['id']}", {"content": "edited"})
    await ada.post(f"/api/channels/{channel_id}/polls", {"question": "Tea?", "options": ["yes", "no"]})
    await bo.do("PUT", f"/api/channels/{channel_id}/draft", {"content": "later"})
    await bo.do("PUT", f"/api/messages/{said['id']}/saved", {"note": "keep"})
    await bo.post("/api/reminders", {"messageId": said["id"], "remindAt": LATER})
    await bo.post(f"/api/channels/{channel_id}/scheduled", {"content": "new year", "sendAt": LATER})
    await ada.post(f"/api/channels/{channel_id}/bookmarks", {"title": "Here", "url": "https://example.com/"})
    hook = {"name": "Told", "url": "https://93.184.215.14/hook", "triggerWords": ["nobody-says-this"]}
    await ada.post(f"/api/channels/{channel_id}/outgoing-hooks", hook)


async def everything(channel_id: str, ada: Person, bo: Person) -> dict[str, Any]:
    """What is to be the same wherever it is."""
    history = await ada.history(channel_id)
    paths = {
        "thread": f"/api/messages/{history[0]['id']}/thread",
        "edits": f"/api/messages/{history[2]['id']}/history",
        "unread": f"/api/channels/{channel_id}/unread?explain=true",
        "drafts": "/api/drafts",
        "saved": "/api/saved",
        "reminders": "/api/reminders",
        "scheduled": "/api/scheduled",
        "bookmarks": f"/api/channels/{channel_id}/bookmarks",
    }
    told = {name: await bo.get(path) for name, path in paths.items()}
    hooks = await ada.get(f"/api/channels/{channel_id}/outgoing-hooks")
    return {**told, "history": history, "hooks": hooks}


async def close(installation: Installation, slot: int) -> None:
    await let(installation.gateway, installation, f"{SLOTS};closed={slot}")


async def open_again(installation: Installation, slots: str) -> None:
    for process in (installation.home, installation.other):
        await process.stop()
        await process.start(WITHIN)
    await let(installation.gateway, installation, slots)


async def let(gateway: Process, installation: Installation, slots: str) -> None:
    """The gateway is started anew with another map."""
    await gateway.stop()
    urls = f"{installation.home.url};{installation.other.url}={slots}"
    gateway.environment = {**gateway.environment, "NEXUS_MESSAGING_URL": urls}
    await gateway.start(WITHIN)

"""Edits, deletions, pins and reactions are seen live, and found again in history."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from journeys.people import Team, Town
from journeys.sockets import TRANSPORTS
from testkit import eventually


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_edit_is_shown_to_all_devices_and_kept(team: Team, transport: str) -> None:
    ada, bo = team
    here, there, of_bo = await ada.connect(transport), await ada.connect(), await bo.connect(transport)
    said = await here.say(team.channel_id, "helo")
    edited = (await here.do("message:update", {"messageId": said["id"], "content": "hello"}))["message"]
    now = {"updatedAt": edited["updatedAt"], "revision": edited["revision"]}
    assert edited == {**said, "content": "hello", "isEdited": True, **now}
    devices = (here, there, of_bo)
    await eventually(lambda: all({"message": edited} in client.told("message:update") for client in devices))
    assert (await bo.history(team.channel_id))[-1] == edited
    by_http = await ada.do("PUT", f"/api/messages/{said['id']}", {"content": "hello!"})
    await eventually(lambda: {"message": by_http} in of_bo.told("message:update"))


async def test_a_deleted_message_leaves_a_tombstone_with_its_number(team: Team) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    said = await of_ada.say(team.channel_id, "never mind", attachments=[{"name": "a.png"}])
    await of_bo.do("reaction:add", {"messageId": said["id"], "emoji": "👍"})
    before = (await ada.get(f"/api/channels/{team.channel_id}/info"))["statistics"]["totalMessages"]
    await of_ada.do("message:delete", {"messageId": said["id"]})
    await eventually(lambda: of_bo.told("message:delete"))
    told = of_bo.told("message:delete")[0]
    tombstone = told["message"]
    assert (told["messageId"], told["channelId"]) == (said["id"], team.channel_id)
    assert (tombstone["seq"], tombstone["content"], tombstone["isDeleted"]) == (said["seq"], "", True)
    assert (tombstone["attachments"], tombstone["reactions"]) == ([], {})
    assert tombstone["deletedAt"]
    assert (await bo.history(team.channel_id))[-1] == tombstone
    after = (await ada.get(f"/api/channels/{team.channel_id}/info"))["statistics"]["totalMessages"]
    assert after == before - 1
    for event, more in (
        ("message:update", {"content": "back"}),
        ("message:delete", {}),
        ("reaction:add", {"emoji": "x"}),
    ):
        answer = await of_ada.ask(event, {"messageId": said["id"], **more})
        assert answer["error"]["type"] == "not_found"


async def test_reactions_are_counted_once_for_each_person(team: Team) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect("polling")
    said = await of_ada.say(team.channel_id, "lunch?")
    reaction = {"messageId": said["id"], "emoji": "🍜"}
    for client in (of_bo, of_bo, of_ada):
        await client.do("reaction:add", reaction)
    await eventually(lambda: len(of_ada.told("reaction:add")) == len(of_bo.told("reaction:add")) == 2)
    first = of_ada.told("reaction:add")[0]["revision"]
    told = [
        {**reaction, "channelId": team.channel_id, "userId": person.id, "revision": first + number}
        for number, person in enumerate((bo, ada))
    ]
    assert of_ada.told("reaction:add") == of_bo.told("reaction:add") == told
    assert (await bo.history(team.channel_id))[-1]["reactions"] == {"🍜": [bo.id, ada.id]}
    await of_bo.do("reaction:remove", reaction)
    await of_bo.do("reaction:remove", reaction)
    await eventually(lambda: of_ada.told("reaction:remove") == [{**told[0], "revision": first + 2}])
    assert (await bo.history(team.channel_id))[-1]["reactions"] == {"🍜": [ada.id]}


async def test_a_pinned_message_is_shown_and_listed_until_it_is_unpinned(team: Team) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    said = await of_ada.say(team.channel_id, "the door code is 1234")
    info, pin = f"/api/channels/{team.channel_id}/info", f"/api/messages/{said['id']}/pin"
    await bo.post(pin)
    await bo.post(pin)
    await eventually(lambda: of_ada.told("message:update"))
    pinned = of_ada.told("message:update")[0]["message"]
    assert pinned == {**said, "isPinned": True, "updatedAt": pinned["updatedAt"], "revision": pinned["revision"]}
    assert (await ada.get(info))["pinnedMessages"] == [pinned]
    await bo.do("DELETE", pin)
    await eventually(lambda: [told["message"]["isPinned"] for told in of_bo.told("message:update")] == [True, False])
    assert (await ada.get(info))["pinnedMessages"] == []


async def test_a_reply_counts_at_its_parent(team: Team) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    parent = await of_ada.say(team.channel_id, "who is in?")
    reply = await of_bo.say(team.channel_id, "me", parentMessageId=parent["id"])
    assert reply["parentMessageId"] == parent["id"]
    await eventually(lambda: reply in of_ada.messages(team.channel_id))
    history = {message["id"]: message for message in await ada.history(team.channel_id)}
    assert history[parent["id"]]["threadReplyCount"] == 1


async def test_pages_go_back_to_the_first_message_and_a_search_finds_what_was_said(team: Team) -> None:
    ada, bo = team
    channel_id = await ada.channel(team.workspace_id, "pages", members=[bo.id])
    of_ada = await ada.connect()
    said = [await of_ada.say(channel_id, f"number {number}") for number in range(7)]
    path, found, before = f"/api/channels/{channel_id}/messages", list[dict[str, object]](), ""
    for more in (True, True, False):
        page = await bo.get(f"{path}?limit=3{before}")
        assert (page["hasMore"], page["total"]) == (more, 7)
        found = page["messages"] + found
        before = f"&before={found[0]['id']}"
    assert found == said
    after = await bo.get(f"{path}?limit=2&after={said[0]['id']}")
    assert (after["messages"], after["hasMore"]) == (said[1:3], True)
    assert (await bo.get(f"{path}?search=NUMBER%205"))["messages"] == [said[5]]
    assert (await bo.get(f"{path}?search=%25"))["messages"] == []

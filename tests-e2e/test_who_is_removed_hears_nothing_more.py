"""Leaving, being removed from a channel, and from the workspace: from then on not a word."""

from collections.abc import Awaitable, Callable

import pytest
from journeys.people import Team, Town
from testkit import eventually


async def _leave(team: Team) -> None:
    await team.people[1].post(f"/api/channels/{team.channel_id}/leave")


async def _be_removed(team: Team) -> None:
    ada, bo, _ = team
    await ada.do("DELETE", f"/api/channels/{team.channel_id}/members/{bo.id}")


async def _be_removed_from_the_workspace(team: Team) -> None:
    ada, bo, _ = team
    await ada.do("DELETE", f"/api/workspaces/{team.workspace_id}/members/{bo.id}")


# Who is there, and how far the topics are: what says nothing of any channel.
PASSING = ("presence:update", "offset")


# With the number of channels that are left: one that nobody made is everybody's.
@pytest.mark.parametrize(("go", "number"), [(_leave, 1), (_be_removed, 1), (_be_removed_from_the_workspace, 2)])
async def test_who_is_gone_hears_nothing_more_and_says_nothing_more(
    town: Town, go: Callable[[Team], Awaitable[None]], number: int
) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_ada, of_bo, of_cy = await ada.connect(), await bo.connect(), await cy.connect("polling")
    said = await of_ada.say(team.channel_id, "all of us")
    await eventually(lambda: of_bo.messages(team.channel_id) and of_cy.messages(team.channel_id))

    await go(team)
    await eventually(lambda: len(of_bo.told("channel:left")) == number)
    assert {"channelId": team.channel_id} in of_bo.told("channel:left")
    await eventually(lambda: {"channelId": team.channel_id, "userId": bo.id} in of_cy.told("member:left"))
    heard = len(of_bo.heard)
    last = await of_ada.say(team.channel_id, "without Bo")
    await of_ada.do("message:update", {"messageId": said["id"], "content": "not quite all of us"})
    await of_ada.do("reaction:add", {"messageId": said["id"], "emoji": "👋"})
    await of_ada.do("typing:start", {"channelId": team.channel_id})
    await eventually(lambda: of_cy.messages(team.channel_id)[-1] == last and of_cy.count("typing:start"))

    answer = await of_bo.ask("message:send", {"channelId": team.channel_id, "content": "let me in"})
    assert answer["error"]["type"] in ("forbidden", "not_found")
    told = (await of_bo.do("sync", {"channels": {team.channel_id: 1}}))["channels"]
    assert told[team.channel_id] == {"reset": True}
    new = [event for event, _ in of_bo.heard[heard:]]
    assert set(new) <= {"error", "message:send answered", "sync answered", "workspace:left", *PASSING}
    assert [message["content"] for message in await ada.history(team.channel_id)] == [
        "not quite all of us",
        "without Bo",
    ]


async def test_who_is_removed_from_the_workspace_sees_none_of_it(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    _, bo, _ = team
    await _be_removed_from_the_workspace(team)
    assert (await bo.get("/api/workspaces"))["workspaces"] == []
    for path in (f"/api/workspaces/{team.workspace_id}", f"/api/channels/{team.channel_id}/messages"):
        assert (await bo.ask("GET", path)).refusal == (404, "not_found")
    told = (await (await bo.connect()).do("sync", {"channels": {}}))["channels"]
    assert told == {}

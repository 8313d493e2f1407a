"""Direct messages and groups: made once for the same people, heard by them and by nobody else."""

import asyncio

from journeys.people import Town
from testkit import eventually


async def test_two_people_get_one_conversation_however_often_and_whoever_asks(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_ada, of_bo, of_cy = await ada.connect(), await bo.connect("polling"), await cy.connect()
    path = f"/api/workspaces/{team.workspace_id}/direct"
    made = await asyncio.gather(
        *(ada.post(path, {"userIds": [bo.id]}) for _ in range(5)),
        *(bo.post(path, {"userIds": [ada.id]}) for _ in range(5)),
    )
    (channel_id,) = {channel["id"] for channel in made}
    assert made[0]["type"] == "direct"
    assert sorted(made[0]["memberIds"]) == sorted([ada.id, bo.id])
    await eventually(lambda: of_ada.joined(channel_id) and of_bo.joined(channel_id))

    said = await of_ada.say(channel_id, "between us")
    await eventually(lambda: of_bo.messages(channel_id) == [said])
    public = await of_ada.say(team.channel_id, "for all")
    await eventually(lambda: of_cy.messages(team.channel_id) == [public])
    assert of_cy.messages(channel_id) == []
    assert of_cy.joined(channel_id) == []
    assert (await cy.ask("GET", f"/api/channels/{channel_id}/messages")).refusal == (404, "not_found")
    answer = await of_cy.ask("message:send", {"channelId": channel_id, "content": "me too"})
    assert answer["error"]["type"] == "not_found"


async def test_a_group_is_for_exactly_its_people(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_cy = await cy.connect()
    path = f"/api/workspaces/{team.workspace_id}/direct"
    group = await ada.post(path, {"userIds": [bo.id, cy.id]})
    assert group["type"] == "group"
    assert (await cy.post(path, {"userIds": [ada.id, bo.id]}))["id"] == group["id"]
    assert (await ada.post(path, {"userIds": [bo.id]}))["id"] != group["id"]
    await eventually(lambda: of_cy.joined(group["id"]))
    said = await (await bo.connect()).say(group["id"], "the three of us")
    await eventually(lambda: of_cy.messages(group["id"]) == [said])
    for answer in (
        await ada.ask("POST", f"/api/channels/{group['id']}/members", {"userIds": [cy.id]}),
        await ada.ask("PUT", f"/api/channels/{group['id']}", {"name": "us"}),
    ):
        assert answer.refusal == (403, "forbidden")

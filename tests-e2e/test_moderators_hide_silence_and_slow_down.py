"""What moderators decide holds at once for everybody: on sockets that are open, and for what comes next."""

from datetime import UTC, datetime, timedelta

from journeys.people import Town
from testkit import eventually


async def test_what_moderators_decide_holds_at_once(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_ada, of_bo, of_cy = await ada.connect(), await bo.connect(), await cy.connect("polling")
    insult = await of_bo.say(team.channel_id, "an insult")
    await eventually(lambda: of_cy.messages(team.channel_id))

    await cy.post(f"/api/messages/{insult['id']}/report", {"reason": "An insult."})
    (reported,) = await eventually(lambda: of_ada.told("message:reported"))
    assert (reported["messageId"], reported["reason"], reported["reportedBy"]) == (insult["id"], "An insult.", cy.id)
    assert of_bo.told("message:reported") == []

    reports = f"/api/workspaces/{team.workspace_id}/reports"
    resolution = {"resolution": "acted", "hideMessage": True}
    await ada.post(f"{reports}/{reported['reportId']}/resolve", resolution)
    hidden = (await eventually(lambda: of_cy.told("message:update")))[-1]["message"]
    assert (hidden["id"], hidden["content"], hidden["isHidden"]) == (insult["id"], "", True)
    assert (await cy.history(team.channel_id))[0] == hidden

    silence = f"/api/channels/{team.channel_id}/members/{bo.id}/silence"
    await ada.do("PUT", silence, {"until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()})
    answer = await of_bo.ask("message:send", {"channelId": team.channel_id, "content": "more"})
    assert answer["error"]["type"] == "forbidden"
    await ada.do("PUT", silence, {"until": None})

    await ada.do("PUT", f"/api/channels/{team.channel_id}", {"slowModeSeconds": 600})
    await eventually(lambda: of_bo.told("channel:update")[-1]["channel"]["slowModeSeconds"] == 600)
    await of_bo.say(team.channel_id, "slowly")
    answer = await of_bo.ask("message:send", {"channelId": team.channel_id, "content": "too fast"})
    assert (answer["error"]["type"], 0 < answer["error"]["retryAfter"] <= 600) == ("slow_mode", True)

    rights = {"rights": {"post": "admin"}, "posters": [cy.id]}
    await ada.do("PUT", f"/api/channels/{team.channel_id}/permissions", rights)
    await eventually(lambda: of_bo.told("channel:update")[-1]["channel"]["isAnnouncement"])
    answer = await of_bo.ask("message:send", {"channelId": team.channel_id, "content": "mine"})
    assert answer["error"]["type"] == "forbidden"
    await of_cy.say(team.channel_id, "as one who posts")
    assert [message["content"] for message in await ada.history(team.channel_id)] == ["", "slowly", "as one who posts"]

    audit = await ada.get(f"/api/workspaces/{team.workspace_id}/audit")
    actions = [entry["action"] for entry in reversed(audit["entries"])]
    assert actions == [
        "message.hidden", "report.resolved", "member.silenced", "member.unsilenced", "channel.changed",
        "rights.changed",
    ]  # fmt: skip
    assert (await ada.get(f"/api/workspaces/{team.workspace_id}/audit/verify"))["isWhole"]

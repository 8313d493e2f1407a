"""The first journey: from two strangers to one conversation."""

import pytest
from journeys.people import Town, address
from journeys.sockets import TRANSPORTS
from testkit import eventually


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_two_people_see_each_others_messages_live_in_one_order_and_after_reload(
    town: Town, transport: str
) -> None:
    ada = await town.register("Ada", organizationName="Engines")
    workspace = await ada.post("/api/workspaces", {"name": "Engines"})
    email = address("bo")
    token = await ada.invite(workspace["id"], email)
    bo = await town.register("Bo", email, invitationToken=token)
    accepted = await bo.post("/api/invitations/accept", {"token": token})
    assert accepted["workspace"]["id"] == workspace["id"]
    assert accepted["member"]["role"] == "member"
    assert bo.user["organizationId"] == ada.user["organizationId"]

    of_ada, of_bo = await ada.connect(transport), await bo.connect(transport)
    channel_id = await ada.channel(workspace["id"], "plans", members=[bo.id])
    await eventually(lambda: of_bo.joined(channel_id))

    for turn in range(10):
        await of_ada.say(channel_id, f"question {turn}")
        await of_bo.say(channel_id, f"answer {turn}")
    await eventually(lambda: len(of_ada.messages(channel_id)) == len(of_bo.messages(channel_id)) == 10)
    assert of_ada.contents(channel_id) == [f"answer {turn}" for turn in range(10)]
    assert of_bo.contents(channel_id) == [f"question {turn}" for turn in range(10)]

    seen = sorted(of_ada.messages(channel_id) + of_bo.messages(channel_id), key=lambda message: message["seq"])
    assert [message["seq"] for message in seen] == list(range(1, 21))
    assert await ada.history(channel_id) == await bo.history(channel_id) == seen

    await of_bo.close()
    returned = await bo.connect(transport)
    told = await returned.do("sync", {"channels": {channel_id: 0}})
    assert told["channels"][channel_id]["messages"] == seen

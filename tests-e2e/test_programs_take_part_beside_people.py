"""Bots, webhooks, commands, buttons and polls: what programs do is marked as theirs, signed, and ends when it is to."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from journeys.people import Json, Person, Team, Town
from journeys.product import Product
from journeys.programs import ALL, Program, a_bot, let_in, program
from testkit import eventually


@pytest_asyncio.fixture
async def answering(product: Product) -> AsyncIterator[Program]:
    async with program(product.asked_port) as running:
        yield running


async def _known(owner: Person, team: Team, bot: Json) -> Json:
    """The bot among the workspace's people, once messaging has heard of it."""

    async def found() -> Json:
        listed = await owner.get(f"/api/workspaces/{team.workspace_id}/members")
        (member,) = [member for member in listed["members"] if member["userId"] == bot["id"]]
        return dict(member)

    return await eventually(found)


async def test_a_bot_talks_within_its_scopes_until_its_token_is_revoked(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_bo = await bo.connect()

    async def made() -> tuple[Json, Json]:
        return await a_bot(ada, team, "Builder", ALL)

    assert (await bo.ask("POST", "/api/bots", {"workspaceId": team.workspace_id, "name": "Mine"})).status == 404
    bot, token = await eventually(made)
    assert (await _known(ada, team, bot))["isBot"]

    robot = await let_in(town, token["token"])
    await robot.post(f"/api/channels/{team.channel_id}/join")
    of_robot = await robot.connect()
    said = await of_robot.say(team.channel_id, "build 7 is green")
    await eventually(lambda: of_bo.messages(team.channel_id) == [said])
    await of_bo.say(team.channel_id, "thanks")
    await eventually(lambda: "thanks" in of_robot.contents(team.channel_id))
    assert (await robot.ask("POST", "/api/workspaces", {"name": "Mine"})).refusal == (403, "out_of_scope")
    assert (await robot.ask("GET", "/api/presence")).status in (403, 404, 405)

    reader = await ada.post(f"/api/bots/{bot['id']}/tokens", {"name": "reader", "scopes": ["messages:read"]})
    of_reader = await (await let_in(town, reader["token"])).connect()
    refused = await of_reader.ask("message:send", {"channelId": team.channel_id, "content": "x"})
    assert refused["error"]["type"] == "out_of_scope"

    assert (await ada.ask("DELETE", f"/api/bots/{bot['id']}/tokens/{token['id']}")).status == 204
    await eventually(lambda: not of_robot.is_connected)
    assert (await robot.ask("GET", f"/api/channels/{team.channel_id}/messages")).status == 401
    assert (await town.stranger.ask("POST", "/api/auth/bot-token", {"token": token["token"]})).status == 401
    assert of_reader.is_connected


async def test_a_webhook_posts_by_its_address_and_tells_of_buttons(town: Town, answering: Program) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_bo = await bo.connect()
    path = f"/api/channels/{team.channel_id}/hooks"
    assert (await bo.ask("POST", path, {"name": "Mine"})).refusal == (403, "forbidden")
    hook = await ada.post(path, {"name": "CI", "actionsUrl": answering.url})
    payload = {"text": "Deploy *7*?", "actions": [{"id": "go", "text": "Go", "value": "7"}]}
    assert (await town.http.post(hook["path"], json=payload)).status == 200
    assert (await town.http.post(hook["path"], json={"text": "x", "user_id": bo.id})).status == 422
    assert (await town.http.post(hook["path"][:-2] + "xx", json={"text": "x"})).status == 404
    await eventually(lambda: of_bo.contents(team.channel_id) == ["Deploy **7**?"])
    (message,) = of_bo.messages(team.channel_id)
    assert (message["via"]["kind"], message["via"]["name"]) == ("webhook", "CI")

    answering.answer = {"replace_original": True, "text": "Deployed by Bo"}
    await bo.post(f"/api/messages/{message['id']}/actions/go")
    assert answering.is_signed_with(hook["secret"])
    assert (answering.data()["value"], answering.data()["userId"]) == ("7", bo.id)
    await eventually(
        lambda: [told["message"]["content"] for told in of_bo.told("message:update")] == ["Deployed by Bo"]
    )


async def test_a_command_is_answered_to_the_asker_and_later_to_all(
    town: Town, answering: Program, product: Product
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    new = {"name": "deploy", "url": answering.url, "description": "Deploy", "usage": "[where]"}
    command = await ada.post(f"/api/workspaces/{team.workspace_id}/commands", new)
    listed = (await bo.get(f"/api/workspaces/{team.workspace_id}/commands"))["commands"]
    assert "deploy" in [known["name"] for known in listed]

    answering.answer = {"text": "on its way"}
    given = {"channelId": team.channel_id, "command": "/deploy", "text": "everywhere"}
    answer = await of_bo.do("command:run", given)
    assert answering.is_signed_with(command["secret"])
    assert "authorization" not in answering.asked[0][0]
    await eventually(lambda: of_bo.told("message:ephemeral") == [answer["ephemeral"]])
    later = answering.data()["responseUrl"]
    assert later.startswith(f"{product.url}/api/responses/")
    done = await town.http.post(later.removeprefix(product.url), json={"text": "done", "response_type": "in_channel"})
    assert done.status == 200
    await eventually(lambda: of_ada.contents(team.channel_id) == ["done"])
    assert of_ada.told("message:ephemeral") == []
    refused = await of_bo.ask("command:run", {**given, "command": "/unheard-of"})
    assert refused["error"]["type"] == "not_found"


async def test_a_program_is_told_of_what_people_say(town: Town, answering: Program) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    path = f"/api/channels/{team.channel_id}/outgoing-hooks"
    hook = await ada.post(path, {"name": "Listener", "url": answering.url, "triggerWords": ["!build"]})
    of_bo = await bo.connect()
    await of_bo.say(team.channel_id, "nothing")
    said = await of_bo.say(team.channel_id, "!build main")
    await eventually(lambda: len(answering.asked) == 1, within=30)
    assert answering.data()["message"] == said
    assert answering.is_signed_with(hook["secret"])

    async def is_logged() -> bool:
        (delivery,) = (await ada.get(f"/api/outgoing-hooks/{hook['id']}/deliveries"))["deliveries"]
        return (delivery["state"], delivery["status"]) == ("delivered", 200)

    await eventually(is_logged)


async def test_everybody_sees_the_votes_of_a_poll(town: Town) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_ada, of_cy = await ada.connect(), await cy.connect("polling")
    asked = {"channelId": team.channel_id, "command": "/poll", "text": '"Lunch?" "Noodles" "Rice"'}
    message = (await of_ada.do("command:run", asked))["message"]
    path = f"/api/messages/{message['id']}/vote"
    await asyncio.gather(
        ada.do("PUT", path, {"options": ["1"]}), bo.do("PUT", path, {"options": ["2"]}),
        cy.do("PUT", path, {"options": ["2"]}),
    )  # fmt: skip

    def heard() -> bool:
        last = of_cy.told("poll:update")[-1]
        votes = [option["votes"] for option in last["poll"]["options"]]
        return (last["channelId"], votes) == (team.channel_id, [1, 2])

    await eventually(heard)
    assert (await bo.ask("POST", f"/api/messages/{message['id']}/poll/close")).refusal == (403, "forbidden")
    await ada.post(f"/api/messages/{message['id']}/poll/close")
    assert (await bo.ask("PUT", path, {"options": ["1"]})).refusal == (409, "poll_closed")
    (shown,) = await cy.history(team.channel_id)
    assert (shown["poll"]["voters"], bool(shown["poll"]["closedAt"])) == (3, True)

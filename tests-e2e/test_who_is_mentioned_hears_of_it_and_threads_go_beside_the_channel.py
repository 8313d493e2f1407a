"""Mentions are resolved by the server, threads are followed, and what changes while one is away is brought later."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from journeys.people import Json, Person, Team, Town
from journeys.sockets import Client
from PIL import Image
from testkit import eventually


def square() -> bytes:
    written = io.BytesIO()
    Image.new("P", (16, 16), 7).save(written, "GIF")
    return written.getvalue()


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo", "Cy")


async def test_people_and_groups_are_mentioned_by_id_and_code_mentions_nobody(team: Team) -> None:
    ada, bo, cy = team
    group = await ada.post(f"/api/workspaces/{team.workspace_id}/groups", {"name": "crew", "members": [cy.id, ada.id]})
    of_ada, of_bo = await ada.connect(), await bo.connect("polling")
    said = await of_ada.say(team.channel_id, f"<@{bo.id}> and <!group:{group['id']}>, not `<@{ada.id}>`")
    assert (said["mentions"], said["mentionsChannel"], said["mentionsHere"]) == ([bo.id, cy.id], False, False)
    await eventually(lambda: said in of_bo.messages(team.channel_id))
    forged = await of_ada.ask("message:send", {"channelId": team.channel_id, "content": "hi", "mentions": [bo.id]})
    assert forged["error"]["type"] == "invalid_request"


async def mentions_of(person: Person, channel_id: str) -> int:
    unread = await person.get(f"/api/channels/{channel_id}/unread")
    return int(unread["mentions"])


async def test_here_is_whoever_is_not_away(team: Team) -> None:
    ada, bo, cy = team
    channel_id = await ada.channel(team.workspace_id, "here", members=[bo.id, cy.id])
    await cy.do("PUT", "/api/presence", {"status": "away"})
    of_ada, of_bo, of_cy = [await person.connect() for person in team]
    said: list[Json] = []

    async def bo_alone_is_mentioned() -> bool:
        # Presence is heard of a moment later.
        said.append(await of_ada.say(channel_id, "<!here>"))
        return await mentions_of(bo, channel_id) > 0

    await eventually(bo_alone_is_mentioned)
    assert said[-1]["mentionsHere"]
    assert await mentions_of(cy, channel_id) == 0
    await of_cy.do("presence:update", {"status": "online"})

    async def cy_is_mentioned() -> bool:
        await of_ada.say(channel_id, "<!here>")
        return await mentions_of(cy, channel_id) > 0

    await eventually(cy_is_mentioned)
    await eventually(lambda: of_bo.messages(channel_id))


async def test_a_thread_is_shown_at_its_first_message_and_followed(team: Team) -> None:
    ada, bo, cy = team
    of_ada, of_bo, of_cy = [await person.connect() for person in team]
    question = await of_ada.say(team.channel_id, "who is in?")
    await of_bo.say(team.channel_id, "me", parentMessageId=question["id"])
    last = await of_cy.say(team.channel_id, "me too", parentMessageId=question["id"], alsoToChannel=True)
    assert last["alsoToChannel"]
    await eventually(lambda: len(of_ada.told("thread:update")) == 2)
    shown = of_ada.told("thread:update")[-1]
    assert (shown["messageId"], shown["channelId"]) == (question["id"], team.channel_id)
    assert (shown["threadReplyCount"], shown["participants"]) == (2, [cy.id, bo.id])
    assert shown["lastReplyAt"] == last["createdAt"]
    thread = await ada.get(f"/api/messages/{question['id']}/thread")
    assert [reply["content"] for reply in thread["replies"]] == ["me", "me too"]
    assert (thread["followers"], thread["isFollowing"]) == (3, True)
    await ada.do("DELETE", f"/api/messages/{last['id']}/follow")
    assert (await ada.get(f"/api/messages/{question['id']}/thread"))["followers"] == 2


async def test_what_changes_while_somebody_is_away_is_brought_when_they_come_back(team: Team) -> None:
    ada, bo, _ = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    said = [await of_ada.say(team.channel_id, f"number {number}") for number in range(5)]
    await eventually(lambda: len(of_bo.messages(team.channel_id)) == 5)
    held = await sync(of_bo, team.channel_id, said[-1]["seq"], 0)
    await of_bo.disconnect()
    await of_ada.do("message:update", {"messageId": said[0]["id"], "content": "edited"})
    await of_ada.do("reaction:add", {"messageId": said[1]["id"], "emoji": "👍"})
    await ada.post(f"/api/messages/{said[2]['id']}/pin")
    reply = await of_ada.say(team.channel_id, "a reply", parentMessageId=said[3]["id"])
    await of_ada.do("message:delete", {"messageId": said[4]["id"]})
    await of_bo.connect()
    told = await sync(of_bo, team.channel_id, said[-1]["seq"], held["lastRevision"])
    now = {message["id"]: message for message in await bo.history(team.channel_id)}
    assert told["changed"] == [now[message["id"]] for message in said]
    assert told["messages"] == [reply]
    assert (await sync(of_bo, team.channel_id, reply["seq"], told["lastRevision"]))["changed"] == []


async def sync(client: Client, channel_id: str, seq: int, revision: int) -> Json:
    answer = await client.do("sync", {"channels": {channel_id: seq}, "revisions": {channel_id: revision}})
    told: Json = answer["channels"][channel_id]
    return told


async def test_a_workspace_reacts_with_emoji_of_its_own(team: Team) -> None:
    ada, bo, _ = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    emoji = await upload(bo, f"/api/workspaces/{team.workspace_id}/emoji/ship_it", square() + b"<script>")
    async with ada.http.get(emoji["url"], headers={"Authorization": f"Bearer {ada.token}"}) as answer:
        kept = await answer.read()
        assert (answer.headers["Content-Type"], kept[:6], kept[-1:]) == ("image/gif", square()[:6], b";")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    said = await of_ada.say(team.channel_id, "shipped")
    await of_bo.do("reaction:add", {"messageId": said["id"], "emoji": ":ship_it:"})
    await eventually(lambda: [told["emoji"] for told in of_ada.told("reaction:add")] == [":ship_it:"])
    unknown = await of_bo.ask("reaction:add", {"messageId": said["id"], "emoji": ":nothing:"})
    assert unknown["error"]["type"] == "not_found"


async def upload(person: Person, path: str, data: bytes) -> Any:
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/octet-stream"}
    async with person.http.put(path, data=data, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return await answer.json()

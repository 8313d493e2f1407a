"""Drafts, messages sent later, reminders and saved messages: each device of a person knows them, and nobody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from journeys.people import Json, Person, Team, Town
from journeys.product import Product
from testkit import eventually

# The soonest that anything can be set for is ten seconds ahead, when the server looks.
SOON, WITHIN = 15.0, 60.0


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo")


def ahead(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def test_a_draft_follows_its_writer_from_device_to_device(team: Team) -> None:
    ada, bo = team
    phone, laptop, of_bo = await ada.connect("polling"), await ada.connect(), await bo.connect()
    path = f"/api/channels/{team.channel_id}/draft"
    kept = (await ada.do("PUT", path, {"content": "I was about to sa"}))["draft"]
    await eventually(lambda: all(kept in device.told("draft:update") for device in (phone, laptop)))
    assert (await ada.get("/api/drafts"))["drafts"] == [kept]
    await laptop.say(team.channel_id, "I was about to say hello")
    await ada.do("DELETE", path)
    await eventually(lambda: len(phone.told("draft:update")) == 2)
    gone = phone.told("draft:update")[-1]
    assert (gone["channelId"], gone["content"]) == (team.channel_id, None)
    assert gone["version"] > kept["version"]
    await eventually(lambda: of_bo.messages(team.channel_id))
    assert of_bo.told("draft:update") == []
    assert (await bo.get("/api/drafts"))["drafts"] == []


async def test_a_scheduled_message_is_sent_once_though_its_service_is_killed_at_that_time(
    team: Team, product: Product
) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(reopen=True), await bo.connect(reopen=True)
    path = f"/api/channels/{team.channel_id}/scheduled"
    at = ahead(2 * SOON)
    made = [await ada.post(path, {"content": f"good morning {number}", "sendAt": at}) for number in range(20)]
    wanted = sorted(f"good morning {number}" for number in range(20))
    assert len((await ada.get("/api/scheduled"))["scheduled"]) == 20
    await eventually(lambda: _has_come(bo, team), WITHIN)  # the first of them: the others are under way
    product.kill("messaging")
    await eventually(lambda: _none_waits(ada), WITHIN)
    assert sorted(message["content"] for message in await _mornings(bo, team)) == wanted
    ids = {one["id"] for one in made}
    await eventually(lambda: {gone["id"] for gone in of_ada.told("scheduled:removed")} == ids, WITHIN)
    heard = [content for content in of_bo.contents(team.channel_id) if content.startswith("good morning")]
    assert len(heard) == len(set(heard))
    assert of_bo.told("scheduled:update") == []


async def test_what_may_not_be_sent_any_more_is_told_to_its_author(team: Team) -> None:
    ada, bo = team
    channel_id = await ada.channel(team.workspace_id, "short-lived")
    await bo.post(f"/api/channels/{channel_id}/join")
    of_bo = await bo.connect()
    made = await bo.post(f"/api/channels/{channel_id}/scheduled", {"content": "too late", "sendAt": ahead(SOON)})
    await ada.do("PUT", f"/api/channels/{channel_id}", {"isArchived": True})
    await eventually(lambda: of_bo.count("scheduled:failed"), WITHIN)
    (failed,) = of_bo.told("scheduled:failed")
    assert (failed["scheduled"]["id"], failed["scheduled"]["failure"]) == (made["id"], "archived")
    assert (await bo.get("/api/scheduled"))["scheduled"] == [failed["scheduled"]]
    assert await ada.history(channel_id) == []


async def test_a_reminder_is_heard_once_on_each_device_of_its_owner(team: Team) -> None:
    ada, bo = team
    phone, laptop, of_bo = await ada.connect(), await ada.connect(), await bo.connect()
    said = await of_bo.say(team.channel_id, "please answer by noon")
    made = await ada.post("/api/reminders", {"messageId": said["id"], "remindAt": ahead(SOON)})
    await eventually(lambda: phone.told("reminder:due") and laptop.told("reminder:due"), WITHIN)
    for device in (phone, laptop):
        assert [due["reminder"]["id"] for due in device.told("reminder:due")] == [made["id"]]
    assert of_bo.told("reminder:due") == of_bo.told("reminder:update") == []
    (due,) = (await ada.get("/api/reminders?state=due"))["reminders"]
    assert due["messageId"] == said["id"]
    done = await ada.post(f"/api/reminders/{made['id']}/done")
    assert done["state"] == "done"
    await eventually(lambda: phone.told("reminder:update")[-1]["reminder"] == done)


async def test_saved_messages_are_found_again_and_links_lead_to_them(team: Team, town: Town) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(), await bo.connect()
    said = await of_bo.say(team.channel_id, "the figures are in")
    await ada.do("PUT", f"/api/messages/{said['id']}/saved", {"note": "for the report"})
    await eventually(lambda: [kept["note"] for kept in of_ada.told("saved:update")] == ["for the report"])
    (saved,) = (await ada.get("/api/saved"))["saved"]
    assert (saved["message"], saved["state"]) == (said, "open")
    found = await ada.get(f"/api/messages/{said['id']}/context?around=2")
    assert said in found["messages"]
    stranger = await town.register("Sam")
    answer = await stranger.ask("GET", f"/api/messages/{said['id']}/context")
    assert answer.refusal == (404, "not_found")
    assert of_bo.told("saved:update") == []


async def test_a_message_is_passed_on_only_to_those_who_may_read_it(team: Team) -> None:
    ada, bo = team
    of_bo = await bo.connect()
    secret_id = await ada.channel(team.workspace_id, "secret", type="private")
    secret = await ada.post(f"/api/channels/{secret_id}/messages", {"content": "not for Bo"})
    answer = await ada.ask("POST", f"/api/messages/{secret['id']}/forward", {"channelId": team.channel_id})
    assert answer.refusal == (403, "forward_not_allowed")
    said = await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": "for everybody"})
    direct = await ada.post(f"/api/workspaces/{team.workspace_id}/direct", {"userIds": [bo.id]})
    await ada.post(f"/api/messages/{said['id']}/forward", {"channelId": direct["id"], "comment": "see this"})
    await eventually(lambda: of_bo.messages(direct["id"]))
    (message,) = of_bo.messages(direct["id"])
    assert (message["content"], message["forwarded"]["content"]) == ("see this", "for everybody")
    assert message["forwarded"]["messageId"] == said["id"]


async def test_bookmarks_of_a_channel_are_seen_by_its_members_at_once(team: Team) -> None:
    ada, bo = team
    of_bo = await bo.connect()
    new = {"title": "Roadmap", "url": "https://example.com/roadmap"}
    made = await ada.post(f"/api/channels/{team.channel_id}/bookmarks", new)
    await eventually(lambda: {"channelId": team.channel_id, **made} in of_bo.told("channel:bookmarks"))
    assert await bo.get(f"/api/channels/{team.channel_id}/bookmarks") == made


async def _mornings(person: Person, team: Team) -> list[Json]:
    history = await person.history(team.channel_id)
    return [message for message in history if message["content"].startswith("good morning")]


async def _has_come(person: Person, team: Team) -> bool:
    return bool(await _mornings(person, team))


async def _none_waits(person: Person) -> bool:
    return not (await person.get("/api/scheduled"))["scheduled"]

"""The picture for the README, when NEXUS_PICTURE names the file: the running page with a lively conversation."""

import os

import pytest
from journeys.pages import window
from journeys.people import PASSWORD, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect

FILE = os.environ.get("NEXUS_PICTURE")
CHANNELS = {"design": "How it looks and feels", "incidents": "What broke, and why", "random": "", "releases": ""}
SNIPPET = """There it is. The retry gave up before the broker was back:
```python
async def publish(self, records: Sequence[Record]) -> None:
    async with asyncio.timeout(PUBLISH_DEADLINE):
        await self._send_all(await self._connected(), records)
```
A fresh producer and the next try succeeds: 5.9 s from `kill -9` to the first message."""


@pytest.mark.skipif(not FILE, reason="NEXUS_PICTURE names no file")
async def test_the_page_has_its_picture_taken(browser: Browser, town: Town, product: Product) -> None:
    team = await town.team("Mina Park", "Jonas Weber", "Aisha Rahman", "Leo Martin", "Yuki Tanaka")
    mina = team.people[0]
    for name, description in CHANNELS.items():
        await mina.channel(
            team.workspace_id, name, description=description or None, members=[person.id for person in team.people[1:]]
        )  # fmt: skip
    async with window(browser, product.url, scale=1.5) as seen:
        await seen.sign_in(mina.user["email"], PASSWORD)
        await seen.open("plans")
        await _talk(team)
        await expect(seen.message("Shipping it").get_by_test_id("reaction").first).to_be_visible()
        await expect(seen.page.get_by_test_id("typing")).to_contain_text("Jonas")
        await seen.press("Conversation details")
        await expect(seen.page.get_by_test_id("channel-member")).to_have_count(len(team.people))
        await seen.page.screenshot(path=FILE)
        assert seen.faults == []


async def _talk(team: Team) -> None:
    mina, jonas, aisha, leo, yuki = team.people
    of_mina, of_jonas, of_aisha, of_leo = [await person.connect() for person in (mina, jonas, aisha, leo)]
    await of_leo.do("presence:update", {"status": "busy"})
    channel_id = team.channel_id
    question = await of_aisha.say(channel_id, "Morning! Did the fault run of last night pass?")
    await of_mina.say(channel_id, "All of it. Every service killed once, then Kafka, PostgreSQL and Redis.")
    told = await of_mina.say(channel_id, "2,043 messages acknowledged, 2,043 in everybody's history. None twice. 🎉")
    await of_leo.say(channel_id, "Kafka took its time in the first round though. I have a look at the relay.")
    code = await of_leo.say(channel_id, SNIPPET)
    await of_aisha.say(channel_id, "Nice find. Notes for the release are at https://example.com/releases/0-1")
    shipped = await of_jonas.say(channel_id, "Shipping it at 15:00 then. Objections go into #releases 🚀")
    for client, message, emoji in (
        *((one, told, "🎉") for one in (of_jonas, of_aisha, of_leo)), (of_aisha, told, "💯"), (of_mina, code, "👀"),
        (of_jonas, code, "🙏"), *((one, shipped, "🚀") for one in (of_mina, of_aisha)), (of_leo, shipped, "👍"),
        (of_mina, question, "☕"),
    ):  # fmt: skip
        await client.do("reaction:add", {"messageId": message["id"], "emoji": emoji})
    await mina.post(f"/api/messages/{told['id']}/pin")
    await _write_directly(team, [jonas, aisha], yuki)
    await of_jonas.do("typing:start", {"channelId": channel_id})


async def _write_directly(team: Team, people: list[Person], away: Person) -> None:
    mina = team.people[0]
    path = f"/api/workspaces/{team.workspace_id}/direct"
    for person in (*people, away):
        channel = await mina.post(path, {"userIds": [person.id]})
        of_person = await person.connect()
        await of_person.say(channel["id"], "Have you got a minute?")
        await of_person.close()
    listed = (await mina.get(f"/api/workspaces/{team.workspace_id}/channels"))["channels"]
    (incidents,) = [channel["id"] for channel in listed if channel["name"] == "incidents"]
    await people[0].post(f"/api/channels/{incidents}/messages", {"content": "All quiet."})

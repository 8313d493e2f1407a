"""The page itself when the gateway dies under it: it says so, keeps what is written, and catches up."""

from journeys.pages import window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually

# Until it runs again, and the page has tried again.
WITHIN_MS = 45_000


async def test_what_is_written_while_the_gateway_is_dead_arrives_once(
    browser: Browser, town: Town, product: Product
) -> None:
    team = await town.team("Ada", "Bo")
    async with window(browser, product.url) as ada, window(browser, product.url) as bo:
        for person, seen in zip(team, (ada, bo), strict=True):
            await seen.sign_in(person.user["email"], PASSWORD)
            await seen.open("plans")
        await ada.say("before")
        await expect(bo.contents).to_have_text(["before"])
        with product.dead("gateway"):
            await ada.say("in the dark")
            await bo.say("me too")
            for seen in (ada, bo):
                await expect(seen.page.get_by_text("Reconnecting")).to_be_visible()
        for seen in (ada, bo):
            await expect(seen.page.get_by_text("Reconnecting")).to_be_hidden(timeout=WITHIN_MS)
        contents = await eventually(lambda: _three(team), within=WITHIN_MS / 1_000)
        assert contents[0] == "before"
        assert sorted(contents[1:]) == ["in the dark", "me too"]
        for seen in (ada, bo):
            await expect(seen.contents).to_have_text(contents)
        assert ada.faults == bo.faults == []


async def _three(team: Team) -> list[str]:
    contents = [message["content"] for message in await team.people[0].history(team.channel_id)]
    assert len(contents) == 3, contents
    return contents

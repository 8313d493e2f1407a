"""What others save, and what the server answers late, leaves what somebody types meanwhile as it is."""

from collections.abc import AsyncIterator

import pytest_asyncio
from journeys.late import held_up
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    return await town.team("Ada Lind", "Bo Holm")


@pytest_asyncio.fixture
async def of_ada(browser: Browser, team: Team, product: Product) -> AsyncIterator[Window]:
    async with window(browser, product.url) as opened:
        await opened.sign_in(team.people[0].user["email"], PASSWORD)
        await opened.open("plans")
        yield opened
        assert opened.faults == []


async def test_settings_that_others_change_are_written_in(of_ada: Window, team: Team) -> None:
    page, ada = of_ada.page, team.people[0]
    await of_ada.press("Conversation details")
    await page.get_by_role("tab", name="Settings").click()
    settings = page.get_by_role("tabpanel", name="Settings")
    description = settings.get_by_label("Description", exact=True)
    await description.press_sequentially("What we ")
    await ada.do("PUT", f"/api/channels/{team.channel_id}", {"name": "intents"})
    await expect(page.get_by_role("heading", name="intents").first).to_be_visible()
    await expect(settings.get_by_label("Name", exact=True)).to_have_value("intents")
    await page.keyboard.type("want")
    await expect(description).to_have_value("What we want")
    await page.keyboard.press("Enter")

    async def saved() -> bool:
        channel = (await ada.get(f"/api/channels/{team.channel_id}/info"))["channel"]
        return (channel["name"], channel["description"]) == ("intents", "What we want")

    await eventually(saved)


async def test_what_is_sent_later_takes_nothing_along_that_was_written_since(of_ada: Window, team: Team) -> None:
    page = of_ada.page
    async with held_up(page, "**/scheduled", "POST") as let_go:
        await of_ada.write("For later")
        await of_ada.press("Send later")
        await page.get_by_role("menuitem", name="In an hour").click()
        await of_ada.write("For now")
        let_go.set()
        await expect(page.get_by_text("To be sent").first).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_have_value("For now")
    waiting = (await team.people[0].get("/api/scheduled"))["scheduled"]
    assert [each["message"]["content"] for each in waiting] == ["For later"]


async def test_what_was_kept_comes_before_what_is_typed_before_it(of_ada: Window, team: Team) -> None:
    page, ada = of_ada.page, team.people[0]
    await ada.do("PUT", f"/api/channels/{team.channel_id}/draft", {"content": "Dear all,"})
    await expect(page.get_by_test_id("composer")).to_have_value("Dear all,")
    async with held_up(page, "**/drafts?*") as let_go:
        await page.reload()
        await of_ada.write("I am")
        let_go.set()
        await expect(page.get_by_test_id("composer")).to_have_value("Dear all,\nI am")
        await page.keyboard.type(" late")
    await expect(page.get_by_test_id("composer")).to_have_value("Dear all,\nI am late")


async def test_what_was_chosen_can_be_undone(of_ada: Window) -> None:
    page, field = of_ada.page, of_ada.page.get_by_test_id("composer")
    await of_ada.write("Done ")
    await of_ada.press("Insert an emoji")
    await page.get_by_label("Search emoji").fill("rocket")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("Done 🚀")
    await expect(field).to_be_focused()
    await page.keyboard.press("Control+z")
    await expect(field).to_have_value("Done ")
    await page.keyboard.type("well")
    await expect(field).to_have_value("Done well")


async def test_a_file_that_came_while_one_looked_elsewhere_is_found_after_a_reload(of_ada: Window, team: Team) -> None:
    page, ada = of_ada.page, team.people[0]
    async with held_up(page, "**/api/files", "POST") as let_go:
        plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"First of all"}
        await page.get_by_test_id("file-input").set_input_files(plan)  # type: ignore[arg-type]
        await expect(page.get_by_test_id("upload")).to_be_visible()
        await of_ada.open("general")
        let_go.set()

        async def kept() -> bool:
            (draft,) = (await ada.get("/api/drafts"))["drafts"]
            return [each["name"] for each in draft["attachments"]] == ["plan.txt"]

        await eventually(kept)
    await page.reload()
    await of_ada.open("plans")
    await expect(page.get_by_test_id("draft-file")).to_contain_text("plan.txt")


async def test_more_is_asked_for_once_however_often_it_is_pressed(of_ada: Window, team: Team) -> None:
    page, bo = of_ada.page, team.people[1]
    path = f"/api/channels/{team.channel_id}/messages"
    said = [(await bo.post(path, {"content": f"number {place}."}))["id"] for place in range(1, 131)]
    await page.reload()
    await expect(page.get_by_text("number 130.")).to_be_visible()
    await page.evaluate(f"location.hash = '#/{team.workspace_id}/{team.channel_id}/{said[40]}'")
    await expect(page.get_by_test_id("excerpt").get_by_text("number 41.")).to_be_visible()
    async with held_up(page, "**/messages?*"):
        earlier = page.get_by_role("button", name="Earlier messages")
        await earlier.click()
        await earlier.click()
    await expect(page.get_by_text("number 1.", exact=True)).to_have_count(1)

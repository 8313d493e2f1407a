"""What comes up late, closes late or is answered late takes the keyboard from nobody who writes elsewhere by then."""

from collections.abc import AsyncIterator

import pytest_asyncio
from journeys.late import held_up
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect

# The next key comes before any timer, as on a slow machine.
CHOOSE_AND_TYPE = """async item => {
    item.click()
    for (let turn = 0; turn < 50; turn += 1) await null
    document.execCommand("insertText", false, "Sp")
}"""

GIVE_UP_COMPOSING = """field => {
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", isComposing: true, bubbles: true }))
}"""


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    made = await town.team("Ada Lind", "Bo Holm")
    await made.people[1].post(f"/api/channels/{made.channel_id}/messages", {"content": "Who comes?"})
    return made


@pytest_asyncio.fixture
async def of_ada(browser: Browser, team: Team, product: Product) -> AsyncIterator[Window]:
    async with window(browser, product.url) as opened:
        await opened.sign_in(team.people[0].user["email"], PASSWORD)
        await opened.open("plans")
        yield opened
        assert opened.faults == []


async def test_a_dialog_is_written_in_while_the_channel_comes(of_ada: Window) -> None:
    page = of_ada.page
    async with held_up(page, "**/channels?member=true") as let_go:
        await page.reload()
        await of_ada.press("Invite people")
        emails = page.get_by_label("E-mail addresses")
        await emails.press_sequentially("cy@example")
        let_go.set()
        await expect(page.get_by_test_id("composer")).to_have_count(1)
        await page.keyboard.type(".com")
    await expect(emails).to_have_value("cy@example.com")


async def test_the_channel_is_written_in_while_a_thread_comes(of_ada: Window) -> None:
    page = of_ada.page
    async with held_up(page, "**/thread?*") as let_go:
        await of_ada.message("Who comes?").hover()
        await of_ada.press("Reply in thread")
        await expect(page.get_by_test_id("thread")).to_be_visible()
        await of_ada.write("Hel")
        let_go.set()
        await expect(page.get_by_test_id("thread-composer")).to_be_visible()
        await page.keyboard.type("lo")
    await expect(page.get_by_test_id("composer")).to_have_value("Hello")


async def test_a_choice_is_left_for_another_field(of_ada: Window) -> None:
    page = of_ada.page
    await of_ada.message("Who comes?").hover()
    await of_ada.press("Reply in thread")
    reply = page.get_by_test_id("thread-composer")
    await expect(reply).to_be_focused()
    await page.locator(".conversation").get_by_role("button", name="Insert an emoji").click()
    await expect(page.get_by_label("Search emoji")).to_be_focused()
    await reply.click()
    await expect(page.get_by_label("Search emoji")).to_have_count(0)
    await page.keyboard.type("I do")
    await expect(reply).to_have_value("I do")


async def test_a_menu_opens_a_dialog_that_is_written_in_at_once(of_ada: Window) -> None:
    page = of_ada.page
    await of_ada.message("Who comes?").hover()
    await of_ada.message("Who comes?").get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Report message…").evaluate(CHOOSE_AND_TYPE)
    await page.keyboard.type("am")
    await expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value("Spam")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(of_ada.message("Who comes?").get_by_role("button", name="More actions")).to_be_focused()


async def test_what_a_closed_dialog_asked_for_closes_no_other(of_ada: Window) -> None:
    page = of_ada.page
    async with held_up(page, "**/channels", "POST") as let_go:
        await of_ada.press("Create a channel")
        await page.get_by_role("dialog").get_by_label("Name").fill("harvest")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await of_ada.press("Invite people")
        await page.get_by_label("E-mail addresses").press_sequentially("cy@example")
        let_go.set()
        await expect(page.get_by_test_id("channel-list").get_by_text("harvest")).to_have_count(1)
        await page.keyboard.type(".com")
    await expect(page.get_by_label("E-mail addresses")).to_have_value("cy@example.com")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="plans", exact=True)).to_be_visible()


async def test_what_is_composed_is_given_up_without_what_it_is_written_in(of_ada: Window) -> None:
    page = of_ada.page
    await of_ada.say("Mine")
    await of_ada.message("Mine").hover()
    await of_ada.message("Mine").get_by_role("button", name="Edit message").click()
    field = page.get_by_label("Edit your message")
    await field.press_sequentially(" and")
    await field.evaluate(GIVE_UP_COMPOSING)
    await page.keyboard.type(" yours")
    await expect(field).to_have_value("Mine and yours")


async def test_a_page_whose_lists_cannot_be_fetched_anew_stays(of_ada: Window, team: Team) -> None:
    page = of_ada.page
    await of_ada.press("Invite people")
    await page.get_by_label("E-mail addresses").press_sequentially("cy@example")
    await page.route("**/api/workspaces", lambda route: route.fulfill(status=400, body="{}"))
    async with page.expect_response("**/api/workspaces"):
        await team.people[0].post("/api/workspaces", {"name": "Another"})
    await page.unroute("**/api/workspaces")
    async with page.expect_response("**/api/workspaces"):
        await team.people[0].post("/api/workspaces", {"name": "A third"})
    await page.keyboard.type(".com")
    await expect(page.get_by_label("E-mail addresses")).to_have_value("cy@example.com")

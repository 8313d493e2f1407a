"""By hand: a window as low as one that is zoomed to twice its size, a narrow one, and keys alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect

# The longest there is, whatever the time.
LEFT_OF_WORDS = """time => {
    time.textContent = "12:42 AM";
    const all = new Range();
    all.selectNodeContents(time);
    return all.getBoundingClientRect().left;
}"""


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    return await town.team("Ada", "Bo")


@pytest_asyncio.fixture
async def here(browser: Browser, product: Product, team: Team, tmp_path: Path) -> AsyncIterator[Window]:
    """Ada's window, in a channel in which Bo has said two things."""
    for said in ("one", "two"):
        await team.people[1].post(f"/api/channels/{team.channel_id}/messages", {"content": said})
    async with window(browser, product.url) as opened:
        await opened.sign_in(team.people[0].user["email"], PASSWORD)
        await opened.open("plans")
        yield opened
        await opened.page.screenshot(path=tmp_path / "here.png")
        assert opened.faults == []


async def test_menus_and_choices_are_reached_whole_in_a_low_window(here: Window) -> None:
    await here.page.set_viewport_size({"width": 640, "height": 400})
    await here.message("two").hover()
    await here.message("two").get_by_role("button", name="More actions").click()
    last = here.page.get_by_role("menuitem", name="Hide message")
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport(ratio=1)
    await here.page.keyboard.press("Escape")
    for choice, search in (("Send a GIF", "Search GIFs"), ("Insert an emoji", "Search emoji")):
        await here.press(choice)
        await expect(here.page.get_by_label(search)).to_be_in_viewport(ratio=1)
        await here.page.keyboard.press("Escape")


async def test_the_time_beside_a_message_is_not_cut_off_in_a_narrow_window(here: Window) -> None:
    await here.page.set_viewport_size({"width": 390, "height": 844})
    time = here.message("two").locator(".message-side time")
    assert await time.evaluate(LEFT_OF_WORDS) >= 0


async def test_keys_come_from_details_back_to_where_they_were_opened(here: Window) -> None:
    button = here.page.get_by_role("button", name="Conversation details")
    await button.press("Enter")
    await expect(here.page.get_by_role("complementary", name="Conversation details")).to_be_focused()
    await here.page.keyboard.press("Tab")
    await expect(here.page.get_by_role("button", name="Close", exact=True)).to_be_focused()
    await here.page.keyboard.press("Enter")
    await expect(button).to_be_focused()

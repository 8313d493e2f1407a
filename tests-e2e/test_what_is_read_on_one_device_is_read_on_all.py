"""By hand: what is unread, on the page that the gateway serves, in two windows of the same person."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, Locator, expect


@dataclass(frozen=True, slots=True)
class Desk:
    """Two windows of Ada, who looks at another channel, while Bo writes."""

    here: Window
    there: Window
    ada: Person
    bo: Person
    team: Team

    @property
    def windows(self) -> tuple[Window, Window]:
        return self.here, self.there

    async def say_as_bo(self, *contents: str) -> None:
        for content in contents:
            await self.bo.post(f"/api/channels/{self.team.channel_id}/messages", {"content": content})


@pytest_asyncio.fixture
async def desk(browser: Browser, product: Product, town: Town, tmp_path: Path) -> AsyncIterator[Desk]:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    async with AsyncExitStack() as windows:
        here, there = [await windows.enter_async_context(window(browser, product.url)) for _ in range(2)]
        for each in (here, there):
            await each.sign_in(ada.user["email"], PASSWORD)
            await each.open("general")
        yield Desk(here, there, ada, bo, team)
        await here.page.screenshot(path=tmp_path / "here.png")
        await there.page.screenshot(path=tmp_path / "there.png")
        assert here.faults == there.faults == []


def link(where: Window) -> Locator:
    return where.page.get_by_test_id("channel-list").get_by_role("link", name="plans")


def badge(where: Window) -> Locator:
    return link(where).get_by_test_id("unread")


async def choose(where: Window, role: str, name: str) -> None:
    await where.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]


async def test_what_is_read_in_one_window_is_read_in_the_other(desk: Desk) -> None:
    await desk.say_as_bo("one", "two", f"three, <@{desk.ada.id}>")
    for each in desk.windows:
        await expect(badge(each)).to_have_text("1")
        await expect(badge(each)).to_have_attribute("data-urgent", "true")
        await expect(each.page).to_have_title(re.compile(r"^\(1\) "))
    await desk.here.open("plans")
    await expect(desk.here.page.get_by_role("separator", name="New")).to_be_visible()
    for each in desk.windows:
        await expect(badge(each)).to_have_count(0)
        await expect(link(each)).not_to_have_attribute("data-unread", "true")
    await desk.there.page.reload()
    await expect(badge(desk.there)).to_have_count(0)


async def test_what_is_marked_unread_stays_so_until_it_is_opened_again(desk: Desk) -> None:
    await desk.say_as_bo("one", "two", "three")
    await desk.here.open("plans")
    await expect(badge(desk.there)).to_have_count(0)
    await desk.here.message("two").hover()
    await desk.here.message("two").get_by_role("button", name="More actions").click()
    await choose(desk.here, "menuitem", "Mark unread")
    for each in desk.windows:
        await expect(badge(each)).to_have_text("2")
    await desk.say_as_bo("four")
    for each in desk.windows:
        await expect(badge(each)).to_have_text("3")
    await desk.here.open("general")
    await desk.here.open("plans")
    for each in desk.windows:
        await expect(badge(each)).to_have_count(0)


async def test_a_muted_channel_is_quiet_in_both_windows(desk: Desk) -> None:
    await desk.here.open("plans")
    await desk.here.press("Notifications")
    await choose(desk.here, "menuitem", "Mute for an hour")
    await desk.here.open("general")
    for each in desk.windows:
        await expect(link(each)).to_have_attribute("data-muted", "true")
    await desk.say_as_bo("one")
    for each in desk.windows:
        await expect(badge(each)).to_have_text("1")
        await expect(link(each)).not_to_have_attribute("data-unread", "true")
        await expect(each.page).not_to_have_title(re.compile(r"^[(•]"))
    await desk.here.open("plans")
    await desk.here.press("Notifications (muted)")
    await choose(desk.here, "menuitem", "Unmute")
    await expect(link(desk.there)).not_to_have_attribute("data-muted", "true")


async def test_in_a_conversation_of_two_one_sees_what_the_other_has_read(desk: Desk) -> None:
    direct = await desk.ada.post(f"/api/workspaces/{desk.team.workspace_id}/direct", {"userIds": [desk.bo.id]})
    path = f"/api/channels/{direct['id']}"
    for content in ("one", "two"):
        await desk.ada.post(f"{path}/messages", {"content": content})
    lists = desk.here.page.get_by_test_id("channel-list")
    await lists.locator(f"[data-channel-id='{direct['id']}']").click()
    await expect(desk.here.contents).to_have_text(["one", "two"])
    await expect(desk.here.page.get_by_test_id("seen")).to_have_count(0)
    await desk.bo.do("PUT", f"{path}/read", {"seq": 2})
    await expect(desk.here.page.get_by_test_id("seen")).to_have_text("Seen")
    for sends, seen in ((False, 0), (True, 1)):
        await desk.bo.do("PUT", "/api/preferences", {"sendsReadReceipts": sends})
        await expect(desk.here.page.get_by_test_id("seen")).to_have_count(seen)
    for seen in (0, 1):
        await desk.there.page.get_by_test_id("my-menu").click()
        await choose(desk.there, "menuitemcheckbox", "Send and see read receipts")
        await expect(desk.here.page.get_by_test_id("seen")).to_have_count(seen)

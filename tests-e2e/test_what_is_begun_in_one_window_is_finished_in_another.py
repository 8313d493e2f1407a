"""By hand: drafts, sending later, saving, links, forwarding and reminders, on the page that the gateway serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, Locator, expect
from testkit import eventually

# What dozens of messages, each shown as it comes, may take two windows of a busy machine.
DOZENS_MS = 120_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Two windows of Ada, and her team."""

    here: Window
    there: Window
    ada: Person
    bo: Person
    team: Team
    url: str

    async def say_as_bo(self, *contents: str) -> list[str]:
        """The ids of what Bo said, once Ada sees it and nothing moves any more."""
        path = f"/api/channels/{self.team.channel_id}/messages"
        ids = [str((await self.bo.post(path, {"content": content}))["id"]) for content in contents]
        await expect(self.here.contents.last).to_have_text(contents[-1], timeout=DOZENS_MS)
        return ids


@pytest_asyncio.fixture
async def desk(browser: Browser, product: Product, town: Town, tmp_path: Path) -> AsyncIterator[Desk]:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    async with AsyncExitStack() as windows:
        here, there = [await windows.enter_async_context(window(browser, product.url)) for _ in range(2)]
        for each in (here, there):
            await each.sign_in(ada.user["email"], PASSWORD)
            await each.open("plans")
        yield Desk(here, there, ada, bo, team, product.url)
        await here.page.screenshot(path=tmp_path / "here.png")
        await there.page.screenshot(path=tmp_path / "there.png")
        assert here.faults == there.faults == []


async def menu_of(where: Window, content: str) -> None:
    """Open the menu of a message."""
    await where.message(content).hover()
    await where.message(content).get_by_role("button", name="More actions").click()


async def choose(where: Window, name: str) -> None:
    await where.page.get_by_role("menuitem", name=name, exact=True).click()


async def kept(where: Window, tab: str) -> Locator:
    """The list of that name among what is kept."""
    await where.press("Drafts and later")
    await where.page.get_by_role("tab", name=tab).click()
    return where.page.get_by_role("tabpanel").get_by_role("listitem")


async def test_a_draft_is_there_in_the_other_window_after_a_reload_and_gone_once_it_is_sent(desk: Desk) -> None:
    here, there = desk.here.page.get_by_test_id("composer"), desk.there.page.get_by_test_id("composer")
    await desk.here.write("I was about to say")
    await expect(there).to_have_value("I was about to say")
    await desk.here.open("general")
    await expect(here).to_have_value("")
    await desk.here.page.reload()
    lines = await kept(desk.here, "Drafts")
    await expect(lines).to_contain_text(["I was about to say"])
    await lines.get_by_role("button", name="plans").click()
    await expect(here).to_have_value("I was about to say")
    await there.press("Enter")
    await expect(desk.here.contents).to_have_text(["I was about to say"])
    await expect(here).to_have_value("")


async def test_a_message_is_scheduled_listed_sent_now_and_another_cancelled(desk: Desk) -> None:
    for content in ("for tomorrow", "never mind"):
        await desk.here.write(content)
        await desk.here.press("Send later")
        await choose(desk.here, "Tomorrow at 9:00")
        await expect(desk.here.page.get_by_test_id("composer")).to_have_value("")
    lines = await kept(desk.there, "Scheduled")
    await expect(lines).to_have_count(2)
    await lines.filter(has_text="never mind").get_by_role("button", name="Do not send").click()
    await expect(lines).to_have_count(1)
    await expect(desk.here.contents).to_have_count(0)
    await lines.get_by_role("button", name="Send now").click()
    await expect(desk.here.contents).to_have_text(["for tomorrow"])
    await expect(lines).to_have_count(0)


async def test_a_reply_is_scheduled_from_its_thread_and_the_list_leads_there(desk: Desk) -> None:
    (root_id,) = await desk.say_as_bo("shall we?")
    thread = desk.here.page.get_by_test_id("thread")
    await desk.here.page.goto(f"{desk.url}/#/{desk.team.workspace_id}/{desk.team.channel_id}/t/{root_id}")
    for content, is_also in (("tomorrow, yes", True), ("or on Monday", False)):
        await desk.here.page.get_by_test_id("thread-composer").fill(content)
        await thread.get_by_role("checkbox").set_checked(is_also)
        await thread.get_by_role("button", name="Send later").click()
        await choose(desk.here, "Tomorrow at 9:00")
        await expect(desk.here.page.get_by_test_id("thread-composer")).to_have_value("")
        await expect(thread.get_by_role("checkbox")).not_to_be_checked()
    lines = await kept(desk.there, "Scheduled")
    await expect(lines.get_by_test_id("scheduled-reply")).to_have_text(
        ["Reply in a thread, also shown in the channel", "Reply in a thread"]
    )
    await lines.get_by_role("button", name="or on Monday").click()
    there = desk.there.page.get_by_test_id("thread")
    await expect(there.get_by_text("shall we?")).to_be_visible()
    lines = await kept(desk.there, "Scheduled")
    await lines.filter(has_text="tomorrow, yes").get_by_role("button", name="Send now").click()
    for where in (desk.here, desk.there):
        await expect(where.page.get_by_test_id("thread").get_by_text("tomorrow, yes")).to_be_visible()
        await expect(where.page.get_by_test_id("message-list").get_by_text("tomorrow, yes")).to_be_visible()
    await expect(lines).to_have_count(1)


async def test_what_is_put_off_to_another_time_is_not_sent_at_once(desk: Desk) -> None:
    await desk.here.write("for the evening")
    await desk.here.press("Send later")
    await choose(desk.here, "Another time…")
    await desk.here.page.get_by_role("dialog").get_by_role("button", name="Send later").click()
    await expect(desk.here.page.get_by_test_id("composer")).to_have_value("")
    await expect(await kept(desk.there, "Scheduled")).to_contain_text(["for the evening"])
    await desk.say_as_bo("what comes first")
    await expect(desk.here.contents).to_have_text(["what comes first"])


async def test_a_saved_message_and_a_reminder_lead_back_to_it(desk: Desk) -> None:
    await desk.say_as_bo("the figures are in", "and so is the sun")
    await menu_of(desk.here, "the figures are in")
    await choose(desk.here, "Save for later")
    await menu_of(desk.here, "the figures are in")
    await choose(desk.here, "In 20 minutes")
    await desk.there.open("general")
    lines = await kept(desk.there, "Saved")
    await expect(lines).to_contain_text(["the figures are in"])
    await lines.get_by_role("button", name="the figures are in").click()
    await expect(desk.there.message("the figures are in")).to_have_attribute("data-target", "true")
    reminders = await kept(desk.there, "Reminders")
    await expect(reminders).to_contain_text(["Bo: the figures are in"])
    await reminders.get_by_role("button", name="Mark as done").click()
    await expect(reminders).to_have_count(0)


async def test_what_is_due_is_seen_by_who_was_away(desk: Desk) -> None:
    await desk.here.page.goto("about:blank")
    at = datetime.now(UTC) + timedelta(seconds=15)
    await desk.ada.post("/api/reminders", {"text": "water the plants", "remindAt": at.isoformat()})

    async def is_due() -> bool:
        return [each["state"] for each in (await desk.ada.get("/api/reminders"))["reminders"]] == ["due"]

    await eventually(is_due, within=30)
    await desk.here.page.goto(desk.url)
    await expect(desk.here.page.get_by_test_id("waiting")).to_have_text("1")
    await desk.here.page.get_by_role("button", name="Drafts and later").click()
    await desk.here.page.get_by_role("tab", name="Reminders").click()
    await desk.here.press("Mark as done")
    await expect(desk.here.page.get_by_test_id("waiting")).to_have_count(0)


async def test_a_link_opens_the_channel_at_the_message_however_far_back(desk: Desk) -> None:
    first, *_ = await desk.say_as_bo("where it began", *(f"message {number}" for number in range(80)))
    await desk.here.page.goto(f"{desk.url}/c/{desk.team.channel_id}/m/{first}")
    target = desk.here.message("where it began")
    await expect(target).to_be_in_viewport()
    await expect(target).to_have_attribute("data-target", "true")
    await desk.here.press("Later messages")
    await expect(desk.here.message("message 70")).to_be_attached()
    await desk.here.press("Back to the newest messages")
    await expect(desk.here.message("message 79")).to_be_in_viewport()
    other = await desk.bo.channel(desk.team.workspace_id, "hidden", type="private")
    secret = await desk.bo.post(f"/api/channels/{other}/messages", {"content": "not for Ada"})
    await desk.here.page.goto(f"{desk.url}/c/{other}/m/{secret['id']}")
    await expect(desk.here.page.get_by_role("alert")).to_contain_text("no access to it")
    await desk.here.press("Go to my conversations")
    await expect(desk.here.page.get_by_test_id("channel-list")).to_be_visible()


async def test_a_message_is_forwarded_with_a_comment_and_its_link_can_be_copied(desk: Desk) -> None:
    await desk.here.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    (said,) = await desk.say_as_bo("the plan")
    await menu_of(desk.here, "the plan")
    await choose(desk.here, "Copy link")

    async def copied() -> bool:
        text = await desk.here.page.evaluate("navigator.clipboard.readText()")
        return bool(text == f"{desk.url}/c/{desk.team.channel_id}/m/{said}")

    await eventually(copied)
    await menu_of(desk.here, "the plan")
    await choose(desk.here, "Forward…")
    await desk.here.page.get_by_role("radio", name="general").check()
    await desk.here.fill("Comment (optional)", "see this")
    await desk.here.press("Forward")
    await desk.there.open("general")
    quote = desk.there.message("see this").get_by_test_id("forwarded")
    await expect(quote).to_contain_text("the plan")
    await expect(quote).to_contain_text("Bo")
    await quote.get_by_role("button", name="from plans").click()
    await expect(desk.there.message("the plan")).to_have_attribute("data-target", "true")


async def test_a_bookmark_appears_at_the_head_of_the_channel_for_everybody(desk: Desk) -> None:
    await desk.here.press("Add a bookmark")
    await desk.here.fill("Title", "Roadmap")
    await desk.here.fill("Address", "https://example.com/roadmap")
    await desk.here.press("Save")
    link = desk.there.page.get_by_role("navigation", name="Bookmarks").get_by_role("link", name="Roadmap")
    await expect(link).to_have_attribute("href", "https://example.com/roadmap")
    await desk.there.press("Change Roadmap")
    await desk.there.page.get_by_role("menuitem", name="Remove Roadmap from the bookmarks").click()
    await expect(desk.here.page.get_by_role("link", name="Roadmap")).to_have_count(0)

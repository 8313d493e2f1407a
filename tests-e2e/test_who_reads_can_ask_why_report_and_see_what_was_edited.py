"""Why a count is what it is, reports, edits, slow mode and being muted, as people meet them on the page."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from journeys.pages import window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


async def test_who_reads_can_ask_why_report_and_see_what_was_edited(
    browser: Browser, town: Town, product: Product, team: Team, tmp_path: Path
) -> None:
    ada, bo = team
    post = f"/api/channels/{team.channel_id}/messages"
    first = await ada.post(post, {"content": f"<@{bo.id}> look at this"})
    second = await ada.post(post, {"content": "An insult"})
    await ada.do("PUT", f"/api/messages/{second['id']}", {"content": "A milder insult"})
    async with window(browser, product.url) as of_bo:
        page = of_bo.page
        await of_bo.sign_in(bo.user["email"], PASSWORD)
        await of_bo.open("general")
        line = page.get_by_test_id("channel-list").locator("li").filter(has_text="plans")
        await expect(line.get_by_test_id("unread")).to_have_text("1")
        await line.hover()
        await line.get_by_role("button", name="Why this count?").click()
        await expect(page.get_by_test_id("behind-count")).to_have_text("2 messages, 1 of which mentions you")
        await expect(page.get_by_test_id("behind")).to_have_count(2)
        await expect(page.get_by_test_id("behind").first).to_contain_text("mentions you")
        await expect(page.get_by_test_id("behind").first).to_contain_text("@Bo Holm look at this")
        await page.screenshot(path=tmp_path / "behind.png")
        await page.get_by_test_id("behind").first.click()
        await expect(page.locator(f"[data-message-id='{first['id']}'][data-target]")).to_be_visible()

        edited = of_bo.message("A milder insult")
        await edited.get_by_test_id("edited").click()
        await expect(page.get_by_test_id("version")).to_have_count(2)
        await expect(page.get_by_test_id("version").first).to_contain_text("An insult")
        await page.screenshot(path=tmp_path / "edits.png")
        await page.keyboard.press("Escape")

        await edited.hover()
        await edited.get_by_role("button", name="More actions").click()
        await page.screenshot(path=tmp_path / "menu.png")
        await page.get_by_role("menuitem", name="Report message").click()
        await of_bo.fill("What is wrong with it?", "It is one.")
        await page.screenshot(path=tmp_path / "report.png")
        await of_bo.press("Send report")
        await expect(page.get_by_text("Reported. Thank you.").first).to_be_visible()
        (report,) = (await ada.get(f"/api/workspaces/{team.workspace_id}/reports"))["reports"]
        assert (report["messageId"], report["reason"]) == (second["id"], "It is one.")
        await ada.do("PUT", f"/api/messages/{second['id']}/hidden")
        await expect(page.get_by_text("A moderator has hidden this message.")).to_be_visible()

        await ada.do("PUT", f"/api/channels/{team.channel_id}", {"slowModeSeconds": 600})
        await expect(page.get_by_text("Slow mode: one message in 10 minutes")).to_be_visible()
        await of_bo.say("Once")
        await expect(page.get_by_test_id("hint")).to_contain_text("you can post again in")
        await of_bo.write("Twice")
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        await page.screenshot(path=tmp_path / "slow.png")
        await ada.do("PUT", f"/api/channels/{team.channel_id}", {"slowModeSeconds": 0})
        await expect(page.get_by_text("Slow mode: one message in 10 minutes")).to_have_count(0)
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()

        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        silence = f"/api/channels/{team.channel_id}/members/{bo.id}/silence"
        await ada.do("PUT", silence, {"until": until})
        await expect(page.get_by_test_id("closed")).to_contain_text("muted you here until")
        await page.screenshot(path=tmp_path / "muted.png")
        await ada.do("PUT", silence, {"until": None})
        await expect(page.get_by_test_id("composer")).to_be_visible()
        assert of_bo.faults == []

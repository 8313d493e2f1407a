"""By hand: saved messages, drafts and what is sent later, when what they are of changes, is deleted or is elsewhere."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Json, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, Locator, expect


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    return await town.team("Ada", "Bo")


@pytest_asyncio.fixture
async def here(browser: Browser, product: Product, team: Team, tmp_path: Path) -> AsyncIterator[Window]:
    """Ada's window, in the channel."""
    async with window(browser, product.url) as opened:
        await opened.sign_in(team.people[0].user["email"], PASSWORD)
        await opened.open("plans")
        yield opened
        await opened.page.screenshot(path=tmp_path / "here.png")
        assert opened.faults == []


async def say(team: Team, content: str, **more: object) -> Json:
    """As Bo."""
    return await team.people[1].post(f"/api/channels/{team.channel_id}/messages", {"content": content, **more})


async def save(team: Team, message: Json) -> None:
    await team.people[0].do("PUT", f"/api/messages/{message['id']}/saved", {})


async def look(where: Window, tab: str) -> Locator:
    """The lines of one of the lists of what is kept."""
    await where.page.get_by_role("button", name="Drafts and later").click()
    await where.page.get_by_role("tab", name=tab).click()
    return where.page.get_by_role("tabpanel").get_by_role("listitem")


async def test_lists_show_names_and_what_messages_say_now(here: Window, team: Team) -> None:
    ada, bo = team.people
    message = await say(team, f"ask <@{ada.id}> in <#{team.channel_id}>")
    await save(team, message)
    later = {"content": f"thanks <@{bo.id}>", "sendAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    await ada.post(f"/api/channels/{team.channel_id}/scheduled", later)
    lines = await look(here, "Scheduled")
    await expect(lines).to_contain_text("thanks @Bo")
    await here.page.get_by_role("tab", name="Saved").click()
    await expect(lines).to_contain_text("ask @Ada in #plans")
    await bo.do("PUT", f"/api/messages/{message['id']}", {"content": "never mind"})
    await expect(lines).to_contain_text("never mind")
    await bo.do("DELETE", f"/api/messages/{message['id']}")
    await expect(lines).to_contain_text("This message was deleted.")


async def test_what_is_kept_in_another_workspace_is_found_from_here(here: Window, team: Team) -> None:
    ada = team.people[0]
    await save(team, await say(team, "remember this"))
    await ada.do("PUT", f"/api/channels/{team.channel_id}/draft", {"content": "half a thought"})
    other = await ada.post("/api/workspaces", {"name": "Second"})
    await here.page.goto(f"{here.page.url.partition('#')[0]}#/{other['id']}")
    await here.page.reload()
    await expect(here.page.get_by_role("button", name="Second, workspace menu")).to_be_visible()
    lines = await look(here, "Drafts")
    await expect(lines).to_contain_text(["plans in Acme"])
    await here.page.get_by_role("tab", name="Saved").click()
    await lines.get_by_role("button", name="remember this").click()
    await expect(here.page.get_by_role("heading", name="plans", exact=True)).to_be_visible()
    await expect(here.message("remember this")).to_have_attribute("data-target", "true")


async def test_a_draft_in_a_thread_that_can_no_longer_be_answered_is_not_lost(here: Window, team: Team) -> None:
    root = await say(team, "shall we?")
    await say(team, "yes", parentMessageId=root["id"])
    await here.page.goto(f"{here.page.url.partition('#')[0]}#/{team.workspace_id}/{team.channel_id}/t/{root['id']}")
    await here.page.get_by_test_id("thread-composer").fill("I would rather")
    await team.people[1].do("DELETE", f"/api/messages/{root['id']}")
    closed = here.page.get_by_test_id("thread").get_by_test_id("closed")
    await expect(closed).to_contain_text("nobody can reply any more")
    await expect(closed).to_contain_text("I would rather")
    await closed.get_by_role("button", name="Discard").click()
    await expect(closed).not_to_contain_text("I would rather")


async def test_who_changes_nothing_undoes_no_edit_of_another_window(here: Window, team: Team) -> None:
    ada = team.people[0]
    message = await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": "first words"})
    await here.message("first words").hover()
    await here.message("first words").get_by_role("button", name="Edit message").click()
    await ada.do("PUT", f"/api/messages/{message['id']}", {"content": "better words"})
    await say(team, "heard after the edit")
    await expect(here.message("heard after the edit")).to_be_visible()
    await here.press("Save")
    await expect(here.contents.first).to_have_text("better words")


async def test_what_is_pinned_is_shown_whole_and_leads_back(here: Window, team: Team) -> None:
    ada, bo = team.people
    first, hidden = await say(team, "the first thing"), await say(team, "not for everybody")
    for _ in range(40):
        await say(team, "something else")
    passed_on = await bo.post(f"/api/messages/{first['id']}/forward", {"channelId": team.channel_id})
    for each in (first, hidden, passed_on):
        await ada.post(f"/api/messages/{each['id']}/pin")
    await ada.do("PUT", f"/api/messages/{hidden['id']}/hidden")
    await here.press("Conversation details")
    await here.page.get_by_role("tab", name="Pinned").click()
    pinned = here.page.get_by_test_id("pinned-message")
    await expect(pinned).to_have_count(3)
    await expect(pinned.nth(0).get_by_test_id("forwarded")).to_contain_text("the first thing")
    await expect(pinned.nth(1)).to_contain_text("A moderator has hidden this message.")
    await pinned.nth(2).get_by_role("button", name="Go to the message").click()
    target = here.page.get_by_test_id("message").and_(here.page.locator("[data-target]"))
    await expect(target).to_contain_text("the first thing")
    await expect(target).to_be_in_viewport()

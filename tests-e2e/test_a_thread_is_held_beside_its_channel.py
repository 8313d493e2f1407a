"""Two people in two windows: replies go beside the channel, are counted, followed and read there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, Locator, expect
from testkit import eventually


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


def thread(of: Window) -> Locator:
    return of.page.get_by_test_id("thread")


def threads_link(of: Window) -> Locator:
    return of.page.get_by_test_id("threads-link")


async def reply(of: Window, words: str) -> None:
    field = thread(of).get_by_test_id("thread-composer")
    await field.press_sequentially(words)
    await field.press("Enter")


async def test_a_thread_is_held_beside_its_channel(
    browser: Browser, town: Town, product: Product, team: Team, tmp_path: Path
) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        await of_ada.say("Where do we meet?")
        question = of_bo.message("Where do we meet?")
        await question.hover()
        await question.get_by_role("button", name="Reply in thread").click()
        await expect(thread(of_bo).get_by_test_id("message")).to_have_count(1)
        await reply(of_bo, "At the harbour")
        await expect(thread(of_bo).get_by_test_id("message")).to_have_count(2)

        # In the channel the reply is only counted, for both; who asked follows, and has something unread.
        for each in (of_ada, of_bo):
            await expect(each.page.get_by_test_id("message-list").get_by_text("At the harbour")).to_have_count(0)
            replies = each.message("Where do we meet?").get_by_test_id("replies").first
            await expect(replies).to_contain_text("1 reply")
            words = each.contents.filter(has_text="Where do we meet?").first
            await eventually(lambda replies=replies, words=words: _is_below(replies, words))
        await expect(threads_link(of_ada)).to_have_attribute("data-unread", "true")
        await expect(threads_link(of_ada)).to_contain_text("1")
        await threads_link(of_ada).click()
        followed = of_ada.page.get_by_test_id("followed")
        await expect(followed).to_contain_text("1 new")
        await of_ada.page.screenshot(path=tmp_path / "threads.png")
        await followed.get_by_role("link").click()
        await expect(thread(of_ada)).to_contain_text("At the harbour")
        await expect(threads_link(of_ada)).not_to_have_attribute("data-unread", "true")

        await _also_to_the_channel(of_ada, of_bo)
        await _drafts_and_following(of_ada, of_bo)
        await _missed_and_linked(of_ada, of_bo, team)
        await of_ada.page.screenshot(path=tmp_path / "thread.png")
        await of_bo.page.set_viewport_size({"width": 400, "height": 700})
        await of_bo.page.screenshot(path=tmp_path / "narrow.png")
        assert of_ada.faults == of_bo.faults == []


async def test_a_link_to_a_reply_reads_the_thread_that_it_shows_whole(
    browser: Browser, product: Product, team: Team
) -> None:
    ada, bo = team
    path = f"/api/channels/{team.channel_id}/messages"
    asked = await ada.post(path, {"content": "Who brings the tent?"})
    answer = await bo.post(path, {"content": "I do", "parentMessageId": asked["id"]})
    async with window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await expect(threads_link(of_ada)).to_have_attribute("data-unread", "true")
        await of_ada.page.goto(f"{product.url}/c/{team.channel_id}/m/{answer['id']}")
        await expect(thread(of_ada)).to_contain_text("I do")
        await expect(threads_link(of_ada)).not_to_have_attribute("data-unread", "true")
        assert of_ada.faults == []


async def _is_below(line: Locator, words: Locator) -> bool:
    lower, upper = await line.bounding_box(), await words.bounding_box()
    return lower is not None and upper is not None and lower["y"] >= upper["y"] + upper["height"]


async def _also_to_the_channel(of_ada: Window, of_bo: Window) -> None:
    await thread(of_ada).get_by_label("Also send to #plans").check()
    await reply(of_ada, "Harbour it is")
    shown = of_bo.page.get_by_test_id("message-list").get_by_test_id("message").filter(has_text="Harbour it is")
    await expect(shown).to_contain_text("Replied to a thread")
    await expect(thread(of_bo)).to_contain_text("Harbour it is")
    await expect(thread(of_ada).get_by_label("Also send to #plans")).not_to_be_checked()


async def _drafts_and_following(of_ada: Window, of_bo: Window) -> None:
    """What is begun in a thread waits there; who stops following has nothing unread."""
    await thread(of_bo).get_by_test_id("thread-composer").press_sequentially("I bring")
    await thread(of_bo).get_by_role("button", name="Close").click()
    await expect(thread(of_bo)).to_have_count(0)
    await of_bo.message("Where do we meet?").get_by_test_id("replies").first.click()
    await expect(thread(of_bo).get_by_test_id("thread-composer")).to_have_value("I bring")
    await thread(of_ada).get_by_role("button", name="Stop following").click()
    await expect(thread(of_ada).get_by_role("button", name="Follow thread")).to_be_visible()
    await thread(of_ada).get_by_role("button", name="Close").click()
    await reply(of_bo, " cake")
    await expect(of_ada.message("Where do we meet?").get_by_test_id("replies").first).to_contain_text("3 replies")
    await expect(threads_link(of_ada)).not_to_have_attribute("data-unread", "true")


async def _missed_and_linked(of_ada: Window, of_bo: Window, team: Team) -> None:
    """What was said while one was away is there after the reconnect; a link to a reply opens its thread."""
    await of_ada.message("Where do we meet?").get_by_test_id("replies").first.click()
    await expect(thread(of_ada)).to_contain_text("I bring cake")
    await of_ada.page.context.set_offline(True)
    await expect(of_ada.page.get_by_test_id("connection")).not_to_have_attribute("data-connection", "connected")
    await reply(of_bo, "And candles")
    await expect(thread(of_bo).get_by_test_id("message")).to_have_count(5)
    await of_ada.page.context.set_offline(False)
    await expect(thread(of_ada)).to_contain_text("And candles")

    _, bo = team
    root = next(each for each in await bo.history(team.channel_id) if each["threadReplyCount"])
    replies = (await bo.get(f"/api/messages/{root['id']}/thread"))["replies"]
    await of_ada.page.goto(f"{of_ada.page.url.split('#')[0]}c/{team.channel_id}/m/{replies[0]['id']}")
    target = thread(of_ada).locator(f"[data-message-id='{replies[0]['id']}']")
    await expect(target).to_have_attribute("data-target", "true")

"""The same by hand: two people in two browsers find each other and talk, on the page that the gateway serves."""

import re
from pathlib import Path

from journeys.pages import Window, window
from journeys.people import address
from journeys.product import Product
from playwright.async_api import Browser, expect


async def test_from_two_strangers_to_one_conversation(browser: Browser, product: Product, tmp_path: Path) -> None:
    async with window(browser, product.url) as ada:
        link = await _found_a_workspace_and_invite(ada, email := address("bo"))
        async with window(browser, link) as bo:
            await bo.register("Bo", email)
            await expect(bo.page.get_by_role("heading", name="general", exact=True)).to_be_visible()
            await _make_and_join_a_channel(ada, bo)
            await _see_each_other(ada, bo)
            await _talk(ada, bo)
            await _edit(ada, bo)
            await _reload(ada, bo)
            await ada.page.screenshot(path=tmp_path / "ada.png")
            await bo.page.screenshot(path=tmp_path / "bo.png")
            assert ada.faults == bo.faults == []


async def test_the_printed_accounts_sign_in_and_what_one_types_appears_at_the_other(
    browser: Browser, product: Product, tmp_path: Path
) -> None:
    (alice_email, password), (bob_email, _) = product.accounts.items()
    async with window(browser, product.url) as alice, window(browser, product.url) as bob:
        await alice.sign_in(alice_email, "not the password")
        await expect(alice.page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
        await alice.sign_in(alice_email, password)
        await bob.sign_in(bob_email, password)
        for person in (alice, bob):
            await person.open("general")
        await alice.say("Good morning, Bob!")
        await expect(bob.contents).to_have_text(["Good morning, Bob!"])
        await bob.say("Good morning, Alice!")
        await expect(alice.contents).to_have_text(["Good morning, Bob!", "Good morning, Alice!"])
        await bob.page.screenshot(path=tmp_path / "bob.png")
        await alice.page.get_by_test_id("my-menu").click()
        await alice.page.get_by_role("menuitem", name="Sign out").click()
        await alice.sign_in(alice_email, password)
        await expect(alice.contents).to_have_text(["Good morning, Bob!", "Good morning, Alice!"])
        assert alice.faults == bob.faults == []


async def _found_a_workspace_and_invite(ada: Window, email: str) -> str:
    """The link for whoever was invited."""
    await ada.press("Create an account")
    await ada.register("Ada", address("ada"))
    await ada.fill("Workspace name", "Engines")
    await ada.press("Create workspace")
    await expect(ada.page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await ada.press("Invite people")
    await ada.fill("E-mail addresses", email)
    await ada.press("Send invitations")
    link = await ada.page.get_by_label(f"Invitation link for {email}").input_value()
    await ada.press("Done")
    return link


async def _make_and_join_a_channel(ada: Window, bo: Window) -> None:
    await ada.press("Create a channel")
    await ada.fill("Channel name", "plans")
    await ada.press("Create channel")
    await expect(ada.page.get_by_role("heading", name="plans", exact=True)).to_be_visible()
    await bo.press("Browse channels")
    await bo.press("Join plans")
    await expect(bo.page.get_by_role("heading", name="plans", exact=True)).to_be_visible()


async def _see_each_other(ada: Window, bo: Window) -> None:
    bo_id = await bo.page.get_by_test_id("my-menu").get_by_test_id("presence-dot").get_attribute("data-user-id")
    assert bo_id
    await ada.press("Conversation details")
    await expect(ada.dot_of(bo_id)).to_have_attribute("data-status", "online")
    await bo.page.get_by_test_id("my-menu").click()
    await bo.page.get_by_role("menuitemradio", name="Busy").click()
    await expect(ada.dot_of(bo_id)).to_have_attribute("data-status", "busy")
    await ada.press("Conversation details")


async def _talk(ada: Window, bo: Window) -> None:
    await ada.write("Shall we start?")
    await expect(bo.page.get_by_test_id("typing")).to_have_text("Ada is typing…")
    await ada.page.get_by_test_id("composer").press("Enter")
    await expect(bo.page.get_by_test_id("typing")).to_be_empty()
    await expect(bo.contents).to_have_text(["Shall we start?"])
    await bo.say("Yes: `make run`")
    await ada.say("It runs.")
    for person in (ada, bo):
        await expect(person.contents).to_have_text(["Shall we start?", "Yes: make run", "It runs."])
    await expect(ada.contents.locator("code")).to_have_text("make run")


async def _edit(ada: Window, bo: Window) -> None:
    await ada.message("It runs.").hover()
    await ada.message("It runs.").get_by_role("button", name="Edit message").click()
    await ada.fill("Edit your message", "It runs well.")
    await ada.press("Save")
    await expect(bo.contents).to_have_text(["Shall we start?", "Yes: make run", "It runs well."])
    await expect(bo.message("It runs well.")).to_contain_text("(edited)")
    await bo.message("It runs well.").hover()
    await bo.message("It runs well.").get_by_role("button", name="Add a reaction").click()
    await bo.press("React with 🎉")
    await expect(ada.message("It runs well.").get_by_test_id("reaction")).to_have_text("🎉 1")


async def _reload(ada: Window, bo: Window) -> None:
    for person in (ada, bo):
        await person.page.reload()
        await expect(person.contents).to_have_text(["Shall we start?", "Yes: make run", "It runs well."])
        await expect(person.message("It runs well.").get_by_test_id("reaction")).to_have_text(re.compile("🎉"))
    await bo.say("And after a reload?")
    await expect(ada.contents.last).to_have_text("And after a reload?")

"""Emoji of a workspace, names of people and groups, and GIFs: chosen in one window, seen in another at once."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from journeys.gifs import NUMBER, PROVIDED, provider
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from PIL import Image
from playwright.async_api import Browser, expect


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


def square() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (32, 32), (30, 158, 99)).save(written, "PNG")
    return written.getvalue()


async def menu(of: Window, entry: str) -> None:
    await of.page.get_by_role("button", name="workspace menu").click()
    await of.page.get_by_role("menuitem", name=entry).click()


async def close(of: Window) -> None:
    """Close the dialog; Escape would close a notice that came after it first."""
    await of.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()


async def test_people_put_their_own_emoji_names_and_gifs_in_messages(
    browser: Browser, town: Town, product: Product, team: Team, tmp_path: Path
) -> None:
    ada, bo = team
    async with (
        provider(product.providing_port),
        window(browser, product.url) as of_ada,
        window(browser, product.url) as of_bo,
    ):
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        await _emoji(of_ada, of_bo, tmp_path)
        await _groups(of_ada, of_bo, tmp_path)
        await _gifs(of_ada, of_bo, tmp_path)
        await _more_gifs(of_ada, of_bo, tmp_path)
        assert of_ada.faults == of_bo.faults == []


async def _emoji(of_ada: Window, of_bo: Window, shots: Path) -> None:
    await of_ada.say("Shipped")
    await menu(of_ada, "Custom emoji")
    dialog = of_ada.page.get_by_role("dialog", name="Custom emoji")
    image = dialog.get_by_label("Image")
    await image.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"words"})
    await expect(dialog.get_by_role("alert")).to_contain_text("no PNG, GIF or WebP")
    await dialog.get_by_label("Name").fill("")
    await image.set_input_files({"name": "Ship It.png", "mimeType": "image/png", "buffer": square()})
    await expect(dialog.get_by_label("Name")).to_have_value("ship_it")
    await dialog.get_by_role("button", name="Add emoji").click()
    await expect(dialog.get_by_test_id("own-emoji").get_by_test_id("emoji")).to_be_visible()
    await of_ada.page.screenshot(path=shots / "emoji-dialog.png")
    await close(of_ada)

    # The other window was told that there is one more.
    said = of_bo.message("Shipped")
    await said.hover()
    await said.get_by_role("button", name="Add a reaction").click()
    await of_bo.page.get_by_label("Search emoji").fill("ship")
    await of_bo.page.screenshot(path=shots / "emoji-picker.png")
    await of_bo.press("React with :ship_it:")
    await expect(of_ada.message("Shipped").get_by_test_id("reaction").get_by_test_id("emoji")).to_be_visible()
    await of_bo.write("Hooray :shi")
    await expect(of_bo.page.get_by_test_id("suggestion").first).to_contain_text(":ship_it:")
    await of_bo.page.keyboard.press("Enter")
    await of_bo.page.keyboard.press("Enter")
    await expect(of_ada.message("Hooray").get_by_test_id("emoji")).to_be_visible()

    await menu(of_ada, "Custom emoji")
    await of_ada.press("Remove :ship_it:")
    await of_ada.press("Remove")
    await expect(of_bo.message("Hooray").get_by_test_id("emoji")).to_have_count(0)
    await expect(of_bo.message("Hooray")).to_contain_text(":ship_it:")
    await close(of_ada)


async def _groups(of_ada: Window, of_bo: Window, shots: Path) -> None:
    """Admins make groups; their names, and people's, are completed while one writes."""
    await menu(of_ada, "Groups")
    await of_ada.press("New group")
    dialog = of_ada.page.get_by_role("dialog", name="Groups")
    await dialog.get_by_label("Name").fill("crew")
    await dialog.get_by_label("Bo Holm").check()
    await of_ada.press("Save")
    await expect(dialog.get_by_test_id("group")).to_contain_text("Bo Holm")
    await close(of_ada)
    await of_ada.write("Ask @cre")
    await expect(of_ada.page.get_by_test_id("suggestion")).to_contain_text("@crew")
    await of_ada.page.screenshot(path=shots / "suggestions.png")
    await of_ada.page.keyboard.press("Tab")
    await of_ada.page.get_by_test_id("composer").press_sequentially("or @bo")
    await of_ada.page.keyboard.press("Enter")
    await expect(of_ada.page.get_by_test_id("composer")).to_have_value("Ask @crew or @Bo Holm ")
    await of_ada.page.keyboard.press("Enter")
    named = of_bo.message("Ask").get_by_test_id("mention")
    await expect(named).to_have_text(["@crew", "@Bo Holm"])
    await named.first.click()
    await expect(of_bo.page.get_by_role("dialog", name="crew")).to_contain_text("Bo Holm")
    await of_bo.page.screenshot(path=shots / "group.png")
    await of_bo.page.keyboard.press("Escape")
    asked = of_ada.message("Ask")
    await asked.hover()
    await asked.get_by_role("button", name="Edit message").click()
    await expect(of_ada.page.get_by_label("Edit your message")).to_have_value("Ask @crew or @Bo Holm")
    await of_ada.page.keyboard.press("Escape")


async def _gifs(of_ada: Window, of_bo: Window, shots: Path) -> None:
    await of_ada.press("Send a GIF")
    await of_ada.page.get_by_label("Search GIFs").fill("no such thing")
    await expect(of_ada.page.get_by_text("No GIF matches")).to_be_visible()
    await of_ada.page.get_by_label("Search GIFs").fill("confetti")
    await expect(of_ada.page.get_by_role("button", name="Send Party")).to_be_visible()
    await of_ada.page.get_by_label("Search GIFs").fill("")
    await expect(of_ada.page.get_by_role("button", name="Send Heart").get_by_test_id("gif")).to_have_attribute(
        "data-loaded", "true"
    )
    await of_ada.page.screenshot(path=shots / "gif-picker.png")
    await of_ada.press("Send Party")
    shown = of_bo.page.get_by_test_id("message-list").get_by_alt_text("Party")
    await expect(shown).to_have_attribute("data-loaded", "true")
    await expect(shown).to_have_js_property("naturalWidth", 160)
    await of_bo.page.screenshot(path=shots / "gif.png")


async def _more_gifs(of_ada: Window, of_bo: Window, shots: Path) -> None:
    """The folder's come first; the provider's are asked for as one scrolls, page by page."""
    await of_ada.press("Send a GIF")
    picker = of_ada.page.get_by_label("GIFs", exact=True)
    shown = picker.get_by_role("button", name="Send Provided")
    await expect(shown).to_have_count(30)
    await shown.last.scroll_into_view_if_needed()
    await expect(shown).to_have_count(NUMBER)
    await of_ada.page.screenshot(path=shots / "gif-picker-scrolled.png")
    assert await shown.evaluate_all("all => all.map(each => each.ariaLabel)") == [f"Send {each}" for each in PROVIDED]
    await of_ada.press(f"Send {PROVIDED[-1]}")
    sent = of_bo.page.get_by_test_id("message-list").get_by_alt_text(PROVIDED[-1], exact=True)
    await expect(sent).to_have_attribute("data-loaded", "true")

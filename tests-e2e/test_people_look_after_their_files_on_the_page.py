"""A file on the page: shared with strangers by a link until it is revoked; found, changed, converted and deleted."""

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from PIL import Image
from playwright.async_api import Browser, Download, Locator, expect

# Scanning and looking into a file take their time on a busy machine.
WITHIN_MS = 60_000
RUNS = re.compile(r"[1-9]\d?")
PLAN = b"What we do in spring.\n"


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


def picture(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(written, "PNG")
    return written.getvalue()


async def shot(of: Window, name: str) -> None:
    """For who wants to look at it: NEXUS_PICTURES names a folder."""
    if folder := os.environ.get("NEXUS_PICTURES"):
        await of.page.screenshot(path=f"{folder}/{name}.png")


async def sent(of: Window, name: str, data: bytes) -> Locator:
    """A file in a message of its own, once it can be opened."""
    await of.page.get_by_test_id("file-input").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    await expect(of.page.locator("[data-testid=upload][data-state=uploaded]")).to_have_count(1, timeout=WITHIN_MS)
    await of.say(f"Here is {name}")
    return clean(of, name)


def clean(of: Window, name: str) -> Locator:
    return of.message(f"Here is {name}").locator("[data-testid=file][data-state=clean]")


async def section(of: Window, name: str) -> None:
    await of.page.get_by_role("tab", name=name).click()


async def taken(of: Window, button: str) -> tuple[str, bytes]:
    """What is saved when the button is pressed, with its name."""
    async with of.page.expect_download(timeout=WITHIN_MS) as begun:
        await of.press(button)
    saved: Download = await begun.value
    return saved.suggested_filename, (await saved.path()).read_bytes()


async def test_a_link_is_made_opened_by_a_stranger_and_revoked(browser: Browser, product: Product, team: Team) -> None:
    (ada, _) = team
    async with window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        file = await sent(of_ada, "plan.txt", PLAN)
        await expect(file).to_be_visible(timeout=WITHIN_MS)
        await of_ada.press("plan.txt")
        await section(of_ada, "Share")
        await expect(of_ada.page.get_by_text("There is no link to this file yet.")).to_be_visible()
        token = await _made(of_ada)
        link = of_ada.page.get_by_test_id("link")
        await expect(link).to_contain_text("0 of 2 downloads")
        await expect(link).to_contain_text("with a password")
        async with window(browser, f"{product.url}/shared/{token}") as visitor:
            await visitor.fill("Password", "open sesame")
            await visitor.page.keyboard.press("Enter")
            await expect(visitor.page.get_by_text("plan.txt")).to_be_visible()
            assert await taken(visitor, "Download") == ("plan.txt", PLAN)
            await expect(link).to_contain_text("1 of 2 downloads", timeout=WITHIN_MS)
            await of_ada.press("Who opened it")
            await expect(of_ada.page.get_by_test_id("access").filter(has_text="Downloaded")).to_have_count(1)
            await shot(of_ada, "links")
            await of_ada.press("Revoke")
            await of_ada.page.get_by_role("dialog", name="Revoke this link?").get_by_role(
                "button", name="Revoke"
            ).click()  # fmt: skip
            await expect(link).to_have_attribute("data-state", "revoked")
            await expect(link.get_by_role("button", name="Revoke", exact=True)).to_have_count(0)
            await visitor.page.reload()
            await expect(visitor.page.get_by_role("heading", name="This link does not work")).to_be_visible()
            assert visitor.faults == []
        assert of_ada.faults == []


async def _made(of: Window) -> str:
    """A link's token, from the address that is shown."""
    await of.fill("Password (optional)", "open sesame")
    await of.fill("Download limit (optional)", "2")
    await of.page.get_by_label("Expires").select_option(label="After a day")
    await of.press("Create link")
    address = of.page.get_by_test_id("link-address")
    await expect(address).to_contain_text("/shared/")
    await shot(of, "link-made")
    return (await address.inner_text()).rpartition("/")[2]


async def test_a_file_is_changed_by_those_who_may(browser: Browser, product: Product, team: Team) -> None:
    ada, bo = team
    blue, green = picture((60, 74, 191)), picture((30, 158, 99))
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        await sent(of_ada, "sea.png", blue)
        for each in (of_ada, of_bo):
            await expect(clean(each, "sea.png")).to_be_visible(timeout=WITHIN_MS)
            await expect(each.page.get_by_role("button", name="Open sea.png")).to_be_visible(timeout=WITHIN_MS)
            await each.press("Open sea.png")
        await expect(of_bo.page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
        name, made = await taken(of_bo, "Download as WebP")
        assert Image.open(io.BytesIO(made)).format == "WEBP", name
        await shot(of_bo, "preview")
        await _versions(of_ada, blue, green)
        await section(of_bo, "Versions")
        await expect(of_bo.page.get_by_test_id("version")).to_have_count(3)
        await expect(of_bo.page.get_by_role("button", name="Restore version 1")).to_have_count(0)
        await of_ada.press("Rename")
        await of_ada.fill("File name", "harbour.png")
        await of_ada.page.keyboard.press("Enter")
        await expect(of_bo.page.get_by_role("heading", name="harbour.png")).to_be_visible()
        await of_ada.press("Delete")
        await of_ada.page.get_by_role("dialog", name="Delete harbour.png?").get_by_role(
            "button", name="Delete"
        ).click()  # fmt: skip
        for each in (of_ada, of_bo):
            await expect(each.page.get_by_role("dialog")).to_have_count(0)
            await expect(each.message("Here is sea.png")).to_contain_text("sea.png is not available")
            assert each.faults == []


async def _versions(of: Window, first: bytes, second: bytes) -> None:
    """The second becomes the current one once it is clean, and the first again when it is restored."""
    await section(of, "Versions")
    versions = of.page.get_by_test_id("version")
    await of.page.get_by_test_id("version-input").set_input_files(
        {"name": "other.png", "mimeType": "image/png", "buffer": second}
    )
    await expect(versions.filter(has_text="Version 2").filter(has_text="Current")).to_have_count(1, timeout=WITHIN_MS)
    assert (await taken(of, "Download version 1"))[1] == first
    assert (await taken(of, "Download version 2"))[1] == second
    await of.press("Restore version 1")
    newest = versions.filter(has_text="Version 3").filter(has_text="Current")
    await expect(newest).to_contain_text("restored from version 1")
    await shot(of, "versions")
    assert (await taken(of, "Download"))[1] == first


async def test_all_that_was_shared_in_a_channel_is_found_in_one_place(
    browser: Browser, product: Product, team: Team
) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        await of_bo.press("Conversation details")
        await section(of_bo, "Files")
        await expect(of_bo.page.get_by_text("Nothing has been shared here yet.")).to_be_visible()
        rows = of_bo.page.locator("[data-testid=channel-file][data-state=clean]")
        for number, (name, data) in enumerate({"plan.txt": PLAN, "sea.png": picture((60, 74, 191))}.items(), 1):
            await sent(of_ada, name, data)
            await expect(rows).to_have_count(number, timeout=WITHIN_MS)
        await expect(rows.first).to_contain_text("sea.png")
        await expect(rows.first).to_contain_text("Ada Lind")
        await expect(rows.first.locator("img")).to_be_visible(timeout=WITHIN_MS)
        await shot(of_bo, "channel-files")
        await rows.first.get_by_role("button", name="sea.png").first.click()
        await expect(of_bo.page.get_by_test_id("file-image")).to_be_visible(timeout=WITHIN_MS)
        await of_bo.page.keyboard.press("Escape")
        await of_ada.press("plan.txt")
        await of_ada.press("Delete")
        await of_ada.page.get_by_role("dialog", name="Delete plan.txt?").get_by_role("button", name="Delete").click()
        await expect(rows).to_have_count(1, timeout=WITHIN_MS)
        assert of_ada.faults == of_bo.faults == []


async def test_who_opens_a_film_sees_how_far_its_preview_is(
    browser: Browser, product: Product, team: Team, tmp_path: Path
) -> None:
    (ada, _) = team
    async with window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        of_socket = await ada.connect()
        await sent(of_ada, "film.avi", await film(tmp_path / "film.avi", seconds=60))
        opens = of_ada.page.get_by_role("button", name="Open film.avi")
        await expect(opens).to_be_visible(timeout=WITHIN_MS)
        await opens.click()
        making = of_ada.page.get_by_test_id("preview-making")
        await expect(making.get_by_role("progressbar")).to_have_attribute("value", RUNS, timeout=WITHIN_MS)
        await shot(of_ada, "preview-making")
        percents = [body["percent"] for body in of_socket.told("file:progress") if body["step"] == "preview"]
        assert percents == sorted(percents)
        assert percents
        await expect(of_ada.page.get_by_test_id("file-view").locator("video")).to_be_visible(timeout=5 * WITHIN_MS)
        await expect(making).to_have_count(0)
        assert of_ada.faults == []


async def film(path: Path, seconds: int) -> bytes:
    """Which browsers do not play as it is."""
    asked = ["-f", "lavfi", "-i", "testsrc=size=1280x720:rate=30", "-t", str(seconds), "-c:v", "mpeg4", "-q:v", "8"]
    made = await asyncio.create_subprocess_exec("ffmpeg", "-v", "error", *asked, str(path))
    assert await made.wait() == 0
    return await asyncio.to_thread(path.read_bytes)

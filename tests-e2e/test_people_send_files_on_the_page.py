"""Files from one window to another: chosen, dropped and pasted, with progress; shown once they are found clean."""

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from PIL import Image
from playwright.async_api import Browser, Route, expect
from testkit import eventually

# Scanning and looking into a file take their time on a busy machine.
WITHIN_MS = 60_000
# As in the tests of files: in two halves, so that no scanner takes this file for what it tests with.
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
DROP = """([name, type, encoded, kind]) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    if (kind === "paste") {
        document.querySelector("[data-testid=composer]").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
        return;
    }
    for (const each of ["dragenter", "dragover", "drop"])
        document.querySelector("main").dispatchEvent(
            new DragEvent(each, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


def picture(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (640, 400), colour).save(written, "PNG")
    return written.getvalue()


async def carry(of: Window, name: str, type_: str, data: bytes, kind: str) -> None:
    await of.page.evaluate(DROP, [name, type_, base64.b64encode(data).decode(), kind])


async def test_people_send_files_on_the_page(
    browser: Browser, town: Town, product: Product, team: Team, tmp_path: Path
) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        uploads = of_ada.page.get_by_test_id("upload")
        await of_ada.page.get_by_test_id("file-input").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"What we said at the harbour."}
        )
        await carry(of_ada, "blue.png", "image/png", picture((60, 74, 191)), "drop")
        await carry(of_ada, "green.png", "image/png", picture((30, 158, 99)), "paste")
        await expect(uploads).to_have_count(3)
        await expect(of_ada.page.locator("[data-testid=upload][data-state=uploaded]")).to_have_count(
            3, timeout=WITHIN_MS
        )
        await of_ada.page.screenshot(path=tmp_path / "uploads.png")
        await of_ada.say("Pictures")
        await expect(uploads).to_have_count(0)
        shown = of_bo.message("Pictures").locator("[data-testid=file][data-state=clean]")
        await expect(shown).to_have_count(3, timeout=WITHIN_MS)
        image = of_bo.message("Pictures").get_by_alt_text("blue.png")
        await expect(image).to_be_visible(timeout=WITHIN_MS)
        await _loaded(of_bo, "blue.png")
        await of_bo.page.screenshot(path=tmp_path / "files.png")
        await of_bo.press("Open blue.png")
        await expect(of_bo.page.get_by_test_id("file-image")).to_be_visible()
        await of_bo.page.screenshot(path=tmp_path / "large.png")
        async with of_bo.page.expect_download() as downloading:
            await of_bo.press("Download")
        taken = await (await downloading.value).path()
        assert await asyncio.to_thread(taken.read_bytes) == picture((60, 74, 191))
        await of_bo.page.keyboard.press("Escape")
        await expect(of_bo.page.get_by_role("button", name="Open blue.png")).to_be_focused()
        await _cancelled_and_failed(of_ada)
        await _refused(product, of_ada, of_bo, tmp_path)
        await _heard(of_ada, of_bo)
        assert of_ada.faults == of_bo.faults == []


async def _loaded(of: Window, name: str) -> None:
    seen = of.page.get_by_alt_text(name).first

    async def is_there() -> bool:
        return bool(await seen.evaluate("image => image.complete && image.naturalWidth > 0"))

    await eventually(is_there, within=WITHIN_MS / 1_000)


async def _cancelled_and_failed(of_ada: Window) -> None:
    """An upload that is cut off is tried again by itself; one that is refused can be tried again, or thrown away. It
    holds up the message meanwhile."""
    page = of_ada.page

    async def cut_off(route: Route) -> None:
        await route.abort()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=413, content_type="application/problem+json", body='{"type":"too_large"}')

    await page.route("**/api/files", cut_off)
    await carry(of_ada, "late.txt", "text/plain", b"late", "drop")
    await expect(page.locator("[data-testid=upload][data-state=stalled]")).to_contain_text("Trying again…")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.route("**/api/files", refuse)  # the last route is the one that is taken
    await page.unroute("**/api/files", cut_off)
    await expect(page.locator("[data-testid=upload][data-state=failed]")).to_contain_text("That is too large.")
    await page.unroute("**/api/files", refuse)
    await of_ada.press("Upload late.txt again")
    await expect(page.locator("[data-testid=upload][data-state=uploaded]")).to_have_count(1, timeout=WITHIN_MS)
    await of_ada.press("Remove late.txt")
    await expect(page.get_by_test_id("upload")).to_have_count(0)
    await carry(of_ada, "empty.txt", "text/plain", b"", "drop")
    await expect(page.get_by_text("empty.txt is empty or a folder.").first).to_be_visible()


async def _refused(product: Product, of_ada: Window, of_bo: Window, shots: Path) -> None:
    """Malware is shown to nobody; who sent it, before that was known, is told."""
    with product.frozen("clamd"):
        await carry(of_ada, "invoice.com", "application/octet-stream", EICAR.encode(), "drop")
        uploaded = of_ada.page.locator("[data-testid=upload][data-state=uploaded]")
        await expect(uploaded).to_have_count(1, timeout=WITHIN_MS)
        await of_ada.say("The invoice")
        await expect(of_ada.message("The invoice")).to_be_visible()
    told = of_ada.message("The invoice")
    await expect(told).to_contain_text("refused: it holds malware", timeout=WITHIN_MS)
    await of_ada.page.screenshot(path=shots / "refused.png")
    await expect(of_bo.message("The invoice")).to_contain_text("invoice.com is not available")


async def _heard(of_ada: Window, of_bo: Window) -> None:
    """A sound is played beneath its shape."""
    written = io.BytesIO()
    with wave.open(written, "wb") as tone:
        tone.setparams((1, 2, 8_000, 0, "NONE", ""))
        tone.writeframes(b"\x00\x40\x00\xc0" * 4_000)
    await carry(of_ada, "tone.wav", "audio/wav", written.getvalue(), "drop")
    await expect(of_ada.page.locator("[data-testid=upload][data-state=uploaded]")).to_have_count(1, timeout=WITHIN_MS)
    await of_ada.say("Listen")
    await of_bo.message("Listen").get_by_role("button", name="tone.wav", exact=True).click(timeout=WITHIN_MS)
    await expect(of_bo.page.get_by_test_id("waveform")).to_be_visible(timeout=WITHIN_MS)
    await expect(of_bo.page.locator("audio")).to_be_visible()
    await of_bo.page.keyboard.press("Escape")

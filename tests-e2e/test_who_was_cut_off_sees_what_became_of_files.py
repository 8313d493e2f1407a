"""What happened to files while a page was cut off is told by nobody later: the page asks anew, and shows it."""

import io

import aiohttp
import pytest
import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Json, Person, Team, Town
from journeys.product import Product
from PIL import Image
from playwright.async_api import Browser, Locator, expect
from testkit import eventually

pytestmark = pytest.mark.timeout(600)
# Scanning and looking into a file take their time on a busy machine.
WITHIN, WITHIN_MS = 90.0, 90_000
FIRST, SECOND = b"What we do in spring.\n", b"What we do in summer, and in autumn as well.\n"


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    return await town.team("Ada Lind", "Bo Holm")


def picture(colour: tuple[int, int, int]) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (320, 200), colour).save(written, "PNG")
    return written.getvalue()


async def sent(team: Team, name: str, data: bytes) -> str:
    """The id of a file that goes with a message."""
    ada, _ = team
    file = await put(ada, "/api/files", name, data, entityType="draft", entityId=team.channel_id)
    attachment = {"type": "file", "fileId": file["id"], "name": name}
    await ada.post(
        f"/api/channels/{team.channel_id}/messages", {"content": f"Here is {name}", "attachments": [attachment]}
    )
    return str(file["id"])


async def put(ada: Person, path: str, name: str, data: bytes, **fields: str) -> Json:
    form = aiohttp.FormData(fields)
    form.add_field("file", io.BytesIO(data), filename=name)
    answer = await ada.ask("POST", path, data=form)
    assert answer.status == 201, answer
    return answer.body


async def is_made(who: Person, file_id: str, version: int = 1, **wanted: object) -> bool:
    answer = await who.ask("GET", f"/api/files/{file_id}")
    if answer.status != 200 or answer.body["version"] != version or answer.body["status"] != "clean":
        return False
    return all(answer.body[name] == value for name, value in wanted.items())


def clean(of: Window, name: str) -> Locator:
    return of.message(f"Here is {name}").locator("[data-testid=file][data-state=clean]")


async def cut_off(*windows: Window, is_off: bool = True) -> None:
    for of in windows:
        await of.page.context.set_offline(is_off)
    for of in windows:
        connection = of.page.get_by_test_id("connection")
        if is_off:
            await expect(connection).not_to_have_attribute("data-connection", "connected")


async def test_the_page_shows_what_it_was_not_told(browser: Browser, product: Product, team: Team) -> None:
    if not product.runs("clamd"):
        pytest.skip("the scanner is not the product's own to hold up")
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        both = (of_ada, of_bo)
        for each, person in zip(both, (ada, bo), strict=True):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        removed, changed = await sent(team, "plan.txt", FIRST), await sent(team, "notes.txt", FIRST)
        for each in both:
            for name in ("plan.txt", "notes.txt"):
                await expect(clean(each, name)).to_contain_text("22 bytes", timeout=WITHIN_MS)
        with product.frozen("clamd"):
            scanned = await sent(team, "sea.png", picture((60, 74, 191)))
            await expect(of_ada.message("Here is sea.png")).to_contain_text("Being checked")
            await expect(of_bo.message("Here is sea.png")).to_contain_text("not available")
            await cut_off(*both)
        await eventually(lambda: is_made(bo, scanned, thumbnail=True), WITHIN)
        await ada.do("DELETE", f"/api/files/{removed}")
        await put(ada, f"/api/files/{changed}/versions", "notes.txt", SECOND)
        await eventually(lambda: is_made(bo, changed, 2), WITHIN)
        await cut_off(*both, is_off=False)
        for each in both:
            await expect(each.page.get_by_role("button", name="Open sea.png")).to_be_visible(timeout=WITHIN_MS)
            await expect(each.page.get_by_alt_text("sea.png")).to_have_js_property("complete", True)
            await expect(each.message("Here is plan.txt")).to_contain_text("plan.txt is not available")
            await expect(clean(each, "notes.txt")).to_contain_text("45 bytes")
        await _converted(of_bo, bo, scanned)
        assert of_ada.faults == of_bo.faults == []


async def _converted(of_bo: Window, bo: Person, file_id: str) -> None:
    """What was asked for is saved as soon as the page learns that it was made meanwhile."""
    await of_bo.press("Open sea.png")
    async with of_bo.page.expect_response(lambda answer: answer.url.endswith("/conversions")):
        await of_bo.press("Download as WebP")
    await cut_off(of_bo)

    async def is_there() -> bool:
        made = (await bo.get(f"/api/files/{file_id}/previews"))["previews"]
        return any(each["variant"] == "converted-webp" for each in made)

    await eventually(is_there, WITHIN)
    async with of_bo.page.expect_download(timeout=WITHIN_MS):
        await cut_off(of_bo, is_off=False)

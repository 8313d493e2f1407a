"""Names and emoji are put where one writes, and the next key goes behind them, however fast it comes."""

from journeys.pages import Window, window
from journeys.people import PASSWORD, Town
from journeys.product import Product
from playwright.async_api import Browser, expect

CARET = "(field, place) => field.setSelectionRange(place, place)"
# Faster than any hand: the second key comes before the browser draws what the first did.
CHOOSE_AND_TYPE = """field => {
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true }))
    document.execCommand("insertText", false, "and ")
}"""


async def test_what_is_typed_on_goes_where_the_caret_is(browser: Browser, town: Town, product: Product) -> None:
    ada, _ = await town.team("Ada Lind", "Bo Holm")
    async with window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        await _a_name(of_ada)
        await _an_emoji(of_ada)
        await _a_command_that_failed(of_ada)
        assert of_ada.faults == []


async def _a_name(of_ada: Window) -> None:
    field = of_ada.page.get_by_test_id("composer")
    await of_ada.write("Ask  Cy")
    await field.evaluate(CARET, len("Ask "))
    await of_ada.write("@bo")
    await expect(of_ada.page.get_by_test_id("suggestion")).to_contain_text("Bo Holm")
    await field.evaluate(CHOOSE_AND_TYPE)
    await expect(field).to_have_value("Ask @Bo Holm and  Cy")
    await field.fill("")


async def _an_emoji(of_ada: Window) -> None:
    page = of_ada.page
    field = page.get_by_test_id("composer")
    await of_ada.write("Done now")
    await field.evaluate(CARET, len("Done "))
    await of_ada.press("Insert an emoji")
    await page.get_by_label("Search emoji").fill("rocket")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Search emoji")).to_have_count(0)
    await expect(field).to_be_focused()
    await page.keyboard.type(" or ")
    await expect(field).to_have_value("Done 🚀 or now")
    await field.fill("")


async def _a_command_that_failed(of_ada: Window) -> None:
    """It comes back, and what was written meanwhile stays."""
    field = of_ada.page.get_by_test_id("composer")
    await of_ada.write("/nothing of ours")
    await field.evaluate("""async field => {
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }))
        await null
        document.execCommand("insertText", false, "Hello")
    }""")
    await expect(field).to_have_value("/nothing of ours\nHello")

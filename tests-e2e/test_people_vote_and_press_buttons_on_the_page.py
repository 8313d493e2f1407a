"""Polls, buttons, cards and commands by hand: in the page, beside what programs say, which is marked as theirs."""

from pathlib import Path

from journeys.pages import window
from journeys.people import PASSWORD, Town
from journeys.product import Product
from journeys.programs import program
from playwright.async_api import Browser, expect

# Nothing of an element is cut off; its words may be wider by a part of a pixel, which cuts them off, too.
WHOLE = """each => {
    const words = document.createRange();
    words.selectNodeContents(each);
    return words.getBoundingClientRect().width <= each.getBoundingClientRect().width + 0.01;
}"""


async def test_people_vote_and_answer_programs_on_the_page(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    async with (
        program(product.asked_port) as answering,
        window(browser, product.url) as of_ada,
        window(browser, product.url) as of_bo,
    ):
        for person, shown in ((ada, of_ada), (bo, of_bo)):
            await shown.sign_in(person.user["email"], PASSWORD)
            await shown.open("plans")

        await of_ada.write("/")
        offered = of_ada.page.get_by_test_id("suggestion")
        await expect(offered).to_contain_text(["Say what you do", "Ask everybody here", "Be reminded", "Add a shrug"])
        before = of_ada.page.viewport_size
        assert before
        await of_ada.page.set_viewport_size({"width": 400, "height": 700})
        about = offered.filter(has_text="/poll").get_by_text("Ask everybody here")
        assert await about.evaluate(WHOLE)
        await of_ada.page.screenshot(path=tmp_path / "commands.png")
        await of_ada.page.set_viewport_size(before)
        await of_ada.write("po")
        await expect(offered).to_have_count(1)
        await of_ada.page.get_by_test_id("composer").press("Tab")
        await of_ada.say(f'"Lunch?" "Noodles" "Rice{"e" * 190}"')
        for shown in (of_ada, of_bo):
            await expect(shown.page.get_by_test_id("poll-option")).to_have_count(2)
            # A word without end is broken.
            assert await shown.page.get_by_test_id("poll-option").last.evaluate("each => each.offsetWidth") <= 460
        await of_ada.page.get_by_test_id("poll-option").filter(has_text="Rice").click()
        await of_bo.page.get_by_test_id("poll-option").filter(has_text="Rice").click()
        for shown in (of_ada, of_bo):
            await expect(shown.page.get_by_test_id("poll-votes")).to_have_text(["0", "2"])
        await of_ada.press("Close poll")
        await expect(of_bo.page.get_by_test_id("poll-option").first).to_be_disabled()

        hook = await ada.post(f"/api/channels/{team.channel_id}/hooks", {"name": "CI", "actionsUrl": answering.url})
        payload = {
            "text": "Deploy *7*?", "attachments": [{"title": "Build 7", "text": "green", "color": "good"}],
            "actions": [{"id": "go", "text": "Go", "style": "primary"}],
        }  # fmt: skip
        assert (await town.http.post(hook["path"], json=payload)).status == 200
        said = of_bo.message("Deploy 7?")
        await expect(said.get_by_test_id("message-author")).to_have_text("CI")
        await expect(said.get_by_test_id("bot-badge")).to_be_visible()
        await expect(said.get_by_test_id("card")).to_contain_text("Build 7")
        answering.answer = {"replace_original": True, "text": "Deployed by Bo"}
        await said.get_by_test_id("action").click()
        await expect(of_ada.message("Deployed by Bo")).to_be_visible()
        await expect(of_ada.page.get_by_test_id("action")).to_have_count(0)

        new = {"name": "status", "url": answering.url}
        await ada.post(f"/api/workspaces/{team.workspace_id}/commands", new)
        answering.answer = {"text": "all is well"}
        await of_bo.say("/status")
        await expect(of_bo.page.get_by_test_id("ephemeral")).to_contain_text("all is well")
        await expect(of_ada.page.get_by_test_id("ephemeral")).to_have_count(0)
        await of_bo.press("Dismiss")
        await expect(of_bo.page.get_by_test_id("ephemeral")).to_have_count(0)
        await of_ada.press("Conversation details")
        await of_ada.page.get_by_role("tab", name="Apps").click()
        await of_ada.fill("Name of the webhook", "Weather")
        await of_ada.press("Add webhook")
        address = await of_ada.page.get_by_test_id("hook-address").inner_text()
        assert address.startswith(product.url)
        assert (await town.http.post(address.removeprefix(product.url), json={"text": "Rain"})).status == 200
        await expect(of_bo.message("Rain").get_by_test_id("message-author")).to_have_text("Weather")
        await of_ada.page.screenshot(path=tmp_path / "ada.png")
        await of_ada.press("Remove Weather")
        await expect(of_ada.page.get_by_test_id("hook")).to_have_count(1)
        assert (await town.http.post(address.removeprefix(product.url), json={"text": "Rain"})).status == 404
        await of_bo.page.screenshot(path=tmp_path / "bo.png")
        assert of_ada.faults == of_bo.faults == []

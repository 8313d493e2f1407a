"""Bots, commands, rights, retention, holds and the audit log by hand: in the workspace's settings, for admins alone."""

from pathlib import Path

from journeys.pages import Window, window
from journeys.people import PASSWORD, Api, Town
from journeys.product import Product
from journeys.programs import let_in, program
from playwright.async_api import Browser, Locator, expect
from testkit import eventually


async def settings(shown: Window, section: str) -> Locator:
    """A section of the workspace's settings."""
    if await shown.page.get_by_role("dialog").count() == 0:
        await shown.page.get_by_label("workspace menu").click()
        await shown.page.get_by_role("menuitem", name="Workspace settings").click()
    await shown.page.get_by_role("tab", name=section, exact=True).click()
    return shown.page.get_by_role("tabpanel", name=section, exact=True)


async def test_a_bot_is_made_let_in_and_deactivated_by_hand(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, _ = team
    async with program(product.asked_port) as answering, window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        bots = await settings(of_ada, "Bots")
        await expect(bots).to_contain_text("No bots yet.")
        await bots.get_by_label("Name of the bot").fill("Builder")
        # Messaging hears of the bot after identity made it; as late as this on a bad day.
        not_yet = {"type": "not_found", "title": "Not Found", "status": 404, "detail": "There is no such bot."}
        await of_ada.page.route("**/presses", lambda route: route.fulfill(status=404, json=not_yet), times=1)
        # Identity lets make bots whoever it knows as an admin, and hears of that after messaging.
        await eventually(lambda: _made(bots), within=60)
        await bots.get_by_label("Name of the token").fill("laptop")
        await bots.get_by_role("button", name="Make token").click()
        token = await bots.get_by_test_id("bot-token").inner_text()
        await of_ada.page.screenshot(path=tmp_path / "bots.png")
        robot = await let_in(town, token)
        await eventually(lambda: _joined(robot, team.channel_id))
        await bots.get_by_label("Address that is told").fill(answering.url)
        await bots.get_by_role("button", name="Save address").click()
        await expect(bots.get_by_test_id("presses-secret")).to_be_visible()
        buttons = [{"id": "go", "text": "Go", "value": "7"}]
        await robot.post(f"/api/channels/{team.channel_id}/messages", {"content": "Deploy 7?", "actions": buttons})

        commands = await settings(of_ada, "Commands")
        await expect(commands).to_contain_text("/poll")
        await commands.get_by_label("Command", exact=True).fill("status")
        await commands.get_by_label("Address", exact=True).fill(answering.url)
        await commands.get_by_label("What it does").fill("Says how it goes")
        await commands.get_by_role("button", name="Add command").click()
        await expect(commands.get_by_test_id("command-secret")).to_be_visible()
        await of_ada.page.screenshot(path=tmp_path / "commands.png")
        await of_ada.page.get_by_role("dialog").get_by_role("button", name="Close").click()

        answering.answer = {"replace_original": True, "text": "Deployed by Ada"}
        await of_ada.message("Deploy 7?").get_by_test_id("action").click()
        await expect(of_ada.message("Deployed by Ada")).to_be_visible()
        assert answering.data()["value"] == "7"
        answering.answer = {"text": "all is well"}
        await of_ada.say("/status")
        await expect(of_ada.page.get_by_test_id("ephemeral")).to_contain_text("all is well")

        bots = await settings(of_ada, "Bots")
        await bots.get_by_role("button", name="Deactivate Builder").click()
        await of_ada.page.get_by_role("button", name="Deactivate", exact=True).click()
        await expect(bots.get_by_test_id("bot")).to_have_count(0)
        asked = f"/api/channels/{team.channel_id}/messages"

        async def is_out() -> bool:
            return (await robot.ask("POST", asked, {"content": "x"})).status in (401, 404)

        await eventually(is_out)
        assert of_ada.faults == []


async def _joined(robot: Api, channel_id: str) -> bool:
    return (await robot.ask("POST", f"/api/channels/{channel_id}/join")).status == 204


async def _made(bots: Locator) -> bool:
    await bots.get_by_role("button", name="Make bot").click()
    made = bots.get_by_test_id("bot")
    await expect(made.or_(bots.get_by_role("alert"))).to_be_visible()
    return await made.count() == 1


async def test_what_an_outgoing_webhook_was_told_is_seen_and_told_again(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, _ = team
    async with program(product.asked_port) as answering, window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        await of_ada.press("Conversation details")
        await of_ada.page.get_by_role("tab", name="Apps", exact=True).click()
        hooks = of_ada.page.get_by_role("region", name="Outgoing webhooks")
        await hooks.get_by_label("Name", exact=True).fill("Listener")
        await hooks.get_by_label("Address that is told").fill(answering.url)
        await hooks.get_by_label("Only messages that begin with (optional)").fill("!build")
        await hooks.get_by_role("button", name="Add outgoing webhook").click()
        await expect(hooks.get_by_test_id("outgoing-secret")).to_be_visible()
        await of_ada.say("!build main")
        await eventually(lambda: answering.asked, within=30)
        await hooks.get_by_role("button", name="What Listener was told").click()
        await expect(hooks.get_by_test_id("delivery")).to_contain_text("Delivered · 200")
        await hooks.get_by_role("button", name="Tell again").click()
        await eventually(lambda: len(answering.asked) == 2, within=30)
        await of_ada.page.screenshot(path=tmp_path / "deliveries.png")
        await hooks.get_by_role("button", name="Switch off").click()
        await expect(hooks).to_contain_text("Off: switched off by hand")
        assert of_ada.faults == []


async def test_rights_retention_and_holds_are_decided_and_noted(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for person, shown in ((ada, of_ada), (bo, of_bo)):
            await shown.sign_in(person.user["email"], PASSWORD)
            await shown.open("plans")
        await of_bo.page.get_by_label("workspace menu").click()
        await expect(of_bo.page.get_by_role("menuitem", name="Workspace settings")).to_have_count(0)
        await of_bo.page.keyboard.press("Escape")

        rights = await settings(of_ada, "Rights")
        await rights.get_by_label("Pin messages").select_option("Workspace admins")
        await of_ada.page.screenshot(path=tmp_path / "rights.png")

        async def bo_pins() -> bool:
            return "pin" in (await bo.get(f"/api/channels/{team.channel_id}/permissions"))["mine"]

        async def bo_pins_not() -> bool:
            return not await bo_pins()

        await eventually(bo_pins_not)
        await rights.get_by_role("button", name="Reset all").click()
        await eventually(bo_pins)

        retention = await settings(of_ada, "Retention")
        await retention.get_by_label("Keep messages for").fill("30")
        await retention.get_by_role("button", name="Save").click()
        await of_ada.page.get_by_role("button", name="Keep them shorter").click()

        async def keeps_thirty() -> bool:
            return bool((await ada.get(f"/api/workspaces/{team.workspace_id}"))["retentionDays"] == 30)

        await eventually(keeps_thirty)
        await expect(retention).to_contain_text("Nothing has been removed yet.")

        holds = await settings(of_ada, "Legal holds")
        await holds.get_by_label("What for").fill("Case 14")
        await holds.get_by_label("Person", exact=True).select_option("Bo")
        await holds.get_by_role("button", name="Put on hold").click()
        await expect(holds.get_by_test_id("hold")).to_contain_text("Case 14")
        await of_ada.page.screenshot(path=tmp_path / "holds.png")
        await holds.get_by_role("button", name="Release Case 14").click()
        await of_ada.page.get_by_role("button", name="Release", exact=True).click()
        await expect(holds.get_by_test_id("hold")).to_contain_text("released")

        audit = await settings(of_ada, "Audit log")
        await expect(audit.get_by_test_id("audit-entry")).to_have_count(5)
        await audit.get_by_role("button", name="Check the log").click()
        await expect(audit.get_by_test_id("audit-verdict")).to_have_text("The log is whole: 5 entries.")
        await of_ada.page.screenshot(path=tmp_path / "audit.png")
        await audit.get_by_label("What", exact=True).select_option("Legal hold released")
        await expect(audit.get_by_test_id("audit-entry")).to_have_count(1)
        assert of_ada.faults == of_bo.faults == []

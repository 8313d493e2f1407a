"""What is reported comes to the admins' page, who hide it, silence people and slow channels down; all of it by hand."""

from pathlib import Path

from journeys.pages import Window, window
from journeys.people import PASSWORD, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually


async def manage(shown: Window, name: str, what: str) -> None:
    """Press an entry of a member's menu in the channel's details."""
    await shown.press(f"Manage {name}")
    await shown.page.get_by_role("menuitem", name=what, exact=True).click()


async def test_a_report_is_resolved_and_people_are_silenced_by_hand(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo", "Cy")
    ada, bo, cy = team
    of_cy_there = await cy.connect()
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for person, shown in ((ada, of_ada), (bo, of_bo)):
            await shown.sign_in(person.user["email"], PASSWORD)
            await shown.open("plans")
        insult = await of_cy_there.say(team.channel_id, "an insult")
        await expect(of_bo.message("an insult")).to_be_visible()
        await bo.post(f"/api/messages/{insult['id']}/report", {"reason": "Nobody should say this."})

        await expect(of_ada.page.get_by_text("A message was reported.").first).to_be_visible()
        await of_ada.page.get_by_label("workspace menu").click()
        await of_ada.page.get_by_role("menuitem", name="Workspace settings").click()
        await of_ada.page.get_by_role("tab", name="Moderation", exact=True).click()
        report = of_ada.page.get_by_test_id("report")
        await expect(report).to_contain_text("an insult")
        await expect(report).to_contain_text("Nobody should say this.")
        await of_ada.page.screenshot(path=tmp_path / "report.png")
        await report.get_by_role("button", name="Hide message").click()
        await expect(report).to_have_count(0)
        await expect(of_bo.message("an insult")).to_have_count(0)
        await expect(of_bo.page.get_by_text("A moderator has hidden this message.")).to_be_visible()
        await of_ada.page.get_by_role("tab", name="Resolved").click()
        await expect(of_ada.page.get_by_test_id("report")).to_contain_text("Acted on by Ada")

        await of_ada.press("Silence somebody")
        dialog = of_ada.page.get_by_role("dialog").last
        await dialog.get_by_label("Who").select_option("Cy")
        await dialog.get_by_label("For how long").select_option("A day")
        await dialog.get_by_role("button", name="Silence somebody").click()
        await expect(of_ada.page.get_by_test_id("silenced")).to_contain_text("Cy")
        await of_ada.page.screenshot(path=tmp_path / "silenced.png")
        await eventually(lambda: of_cy_there.told("member:silenced"))
        typed = await of_cy_there.ask("typing:start", {"channelId": team.channel_id})
        assert typed["error"]["type"] == "forbidden"
        await of_ada.press("Let Cy speak again")
        await expect(of_ada.page.get_by_test_id("silenced")).to_have_count(0)
        await eventually(lambda: len(of_cy_there.told("member:silenced")) == 2)
        assert (await of_cy_there.ask("typing:start", {"channelId": team.channel_id}))["ok"]
        await of_ada.page.get_by_role("dialog").get_by_role("button", name="Close").click()

        await of_ada.press("Conversation details")
        await manage(of_ada, "Cy", "Silence Cy")
        await of_ada.page.get_by_role("dialog").get_by_role("button", name="Silence somebody").click()
        await eventually(lambda: of_cy_there.told("member:silenced")[-1]["channelId"] == team.channel_id)
        await of_ada.press("Manage Bo")
        await of_ada.page.get_by_role("menuitemradio", name="Channel admin").click()
        await expect(of_ada.page.get_by_test_id("channel-member").filter(has_text="Bo")).to_contain_text(
            "Channel admin"
        )
        await of_ada.page.get_by_role("tab", name="Settings", exact=True).click()
        await of_ada.page.get_by_label("Slow mode").select_option("5 minutes")
        await eventually(lambda: of_cy_there.told("channel:update")[-1]["channel"]["slowModeSeconds"] == 300)
        await of_ada.page.get_by_label("Announcement channel").click()
        await eventually(lambda: of_cy_there.told("channel:update")[-1]["channel"]["isAnnouncement"])
        await of_ada.page.screenshot(path=tmp_path / "channel.png")
        await of_ada.press("Reset to the workspace's")
        await eventually(lambda: not of_cy_there.told("channel:update")[-1]["channel"]["isAnnouncement"])

        # Bo looks after the channel now, though not after the workspace.
        await of_bo.page.reload()
        await of_bo.press("Conversation details")
        await of_bo.page.get_by_role("tab", name="Settings", exact=True).click()
        await of_bo.page.get_by_label("Slow mode").select_option("Off")
        await eventually(lambda: of_cy_there.told("channel:update")[-1]["channel"]["slowModeSeconds"] == 0)
        await expect(of_bo.page.get_by_label("Keep this channel's messages")).to_have_count(0)
        assert of_ada.faults == of_bo.faults == []


async def test_who_was_about_to_change_what_is_hidden_goes_on_where_they_can(
    browser: Browser, product: Product, town: Town
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    said = await bo.post(f"/api/channels/{team.channel_id}/messages", {"content": "an insult"})
    async with window(browser, product.url) as of_bo:
        await of_bo.sign_in(bo.user["email"], PASSWORD)
        await of_bo.open("plans")
        row = of_bo.page.locator(f"[data-message-id='{said['id']}']")
        await row.hover()
        await row.get_by_role("button", name="Edit message").click()
        await ada.do("PUT", f"/api/messages/{said['id']}/hidden")
        await expect(row).to_contain_text("A moderator has hidden this message.")
        # What can be done with it is there, without what would be refused.
        await expect(row.get_by_role("button", name="Delete message")).to_be_visible()
        await expect(row.get_by_role("button", name="Edit message")).to_have_count(0)
        await ada.do("DELETE", f"/api/messages/{said['id']}/hidden")
        await expect(row.get_by_label("Edit your message")).to_have_value("an insult")
        assert of_bo.faults == []


async def test_what_was_passed_on_is_hidden_and_shown_with_its_message_before_everybodys_eyes(
    browser: Browser, product: Product, town: Town
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    said = await bo.post(f"/api/channels/{team.channel_id}/messages", {"content": "an insult"})
    copy = await bo.post(f"/api/messages/{said['id']}/forward", {"channelId": team.channel_id, "comment": "look"})
    async with window(browser, product.url) as of_bo:
        await of_bo.sign_in(bo.user["email"], PASSWORD)
        await of_bo.open("plans")
        quote = of_bo.page.locator(f"[data-message-id='{copy['id']}']").get_by_test_id("forwarded")
        await expect(quote).to_contain_text("an insult")
        await ada.do("PUT", f"/api/messages/{said['id']}/hidden")
        await expect(quote).to_contain_text("A moderator has hidden this message.")
        await expect(of_bo.page.get_by_text("an insult")).to_have_count(0)
        await ada.do("DELETE", f"/api/messages/{said['id']}/hidden")
        await expect(quote).to_contain_text("an insult")
        await bo.do("DELETE", f"/api/messages/{said['id']}")
        await expect(quote).to_contain_text("This message was deleted.")
        await expect(of_bo.page.get_by_text("look", exact=True)).to_be_visible()
        assert of_bo.faults == []

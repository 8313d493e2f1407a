"""A guest is invited by hand into one channel, joins it, and sees nothing of the rest of the workspace."""

from pathlib import Path

from journeys.pages import window
from journeys.people import PASSWORD, Town
from journeys.product import Product
from playwright.async_api import Browser, expect


async def test_a_guest_joins_the_channels_of_the_invitation_alone(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    closed = await ada.channel(team.workspace_id, "customers", type="private")
    gina = await town.register("Gina")
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_gina:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("customers")
        await of_ada.page.get_by_role("button", name="Invite people").first.click()
        await of_ada.fill("E-mail addresses", gina.user["email"])
        await of_ada.page.get_by_label("Invite as").select_option("Guest")
        await expect(of_ada.page.get_by_role("button", name="Send invitations")).to_be_disabled()
        await of_ada.page.get_by_role("checkbox", name="customers").check()
        await of_ada.page.screenshot(path=tmp_path / "invite.png")
        await of_ada.press("Send invitations")
        link = await of_ada.page.get_by_label(f"Invitation link for {gina.user['email']}").input_value()

        await of_gina.sign_in(gina.user["email"], PASSWORD)
        await expect(of_gina.page.get_by_role("heading", name="Welcome, Gina")).to_be_visible()
        await of_gina.page.goto(link)
        await of_gina.press("Accept invitation")
        await of_gina.open("customers")
        await expect(of_gina.page.get_by_test_id("channel-list").locator("[data-channel-id]")).to_have_count(1)
        for name in ("Invite people", "Create a channel"):
            await expect(of_gina.page.get_by_role("button", name=name)).to_have_count(0)
        await of_gina.say("Hello from outside")
        await expect(of_ada.message("Hello from outside")).to_be_visible()
        said = of_gina.message("Hello from outside")
        await said.hover()
        await expect(said.get_by_role("button", name="Edit message")).to_be_visible()
        await expect(said.get_by_role("button", name="Pin message")).to_have_count(0)
        await of_gina.press("Conversation details")
        await expect(of_gina.page.get_by_test_id("channel-member")).to_have_count(2)
        await expect(of_gina.page.get_by_role("button", name="Add people")).to_have_count(0)
        await of_gina.page.screenshot(path=tmp_path / "guest.png")
        assert of_ada.faults == of_gina.faults == []

    assert [message["content"] for message in await gina.history(closed)] == ["Hello from outside"]
    assert (await gina.ask("GET", f"/api/channels/{team.channel_id}/messages")).status == 404
    listed = await gina.get(f"/api/workspaces/{team.workspace_id}/members")
    assert {member["userId"] for member in listed["members"]} == {ada.id, gina.id}
    assert (await gina.ask("GET", f"/api/workspaces/{team.workspace_id}/permissions")).status == 200
    assert (await gina.ask("POST", f"/api/workspaces/{team.workspace_id}/direct", {"userIds": [bo.id]})).status == 404

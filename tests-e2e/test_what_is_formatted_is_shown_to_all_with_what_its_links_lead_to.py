"""Formatted messages are the same for everyone, in either form, and previews of their links follow them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from journeys.pages import window
from journeys.people import PASSWORD, Team, Town
from journeys.product import Product
from journeys.sockets import TRANSPORTS
from playwright.async_api import Browser, expect
from testkit import eventually

PAGE = """<!doctype html><html><head><title>not this</title>
<meta property="og:title" content="A shop &lt;img src=x onerror=alert(1)&gt;">
<meta property="og:site_name" content="Shop">
<meta name="description" content="Everything for everyone"></head><body></body></html>"""

HEBREW = "<!doctype html><title>\u05e9\u05dc\u05d5\u05dd, Nexus.</title>"


@pytest_asyncio.fixture(scope="module")
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada", "Bo")


@pytest_asyncio.fixture(scope="module")
async def shop(product: Product) -> AsyncIterator[str]:
    """A page of somebody else's."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=HEBREW if request.path == "/hebrew" else PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{tail:.*}", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", product.linked_port).start()
    yield f"http://127.0.0.1:{product.linked_port}"
    await runner.cleanup()


def document(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": list(inline)}]}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_both_forms_reach_everyone_and_say_the_same(team: Team, transport: str) -> None:
    ada, bo = team
    of_ada, of_bo = await ada.connect(transport), await bo.connect(transport)
    bold = {"type": "text", "text": "done", "marks": [{"type": "bold"}]}
    mention = {"type": "userMention", "attrs": {"id": bo.id}}
    by_markdown = await of_ada.say(team.channel_id, f"**done** <@{bo.id}>")
    asked = {"channelId": team.channel_id, "formattedContent": document(bold, {"type": "text", "text": " "}, mention)}
    by_document = (await of_ada.do("message:send", asked))["message"]
    for said in (by_markdown, by_document):
        assert said["content"] == f"**done** <@{bo.id}>"
        assert said["formattedContent"] == document(bold, {"type": "text", "text": " "}, mention)
        assert (said["plainText"], said["mentions"]) == (f"done <@{bo.id}>", [bo.id])
        await eventually(lambda said=said: said in of_bo.messages(team.channel_id))
    assert (await bo.history(team.channel_id))[-2:] == [by_markdown, by_document]
    change = {"messageId": by_document["id"], "formattedContent": document({**bold, "text": "undone"})}
    edited = (await of_ada.do("message:update", change))["message"]
    assert (edited["content"], edited["mentions"]) == ("**undone**", [])
    await eventually(lambda: {"message": edited} in of_bo.told("message:update"))


async def test_a_document_that_is_not_known_is_refused_at_every_door(team: Team) -> None:
    ada, _ = team
    of_ada = await ada.connect()
    for wrong in (
        {"type": "doc", "content": [{"type": "script", "content": [{"type": "text", "text": "alert(1)"}]}]},
        document({"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}]}),
    ):
        answer = await of_ada.ask("message:send", {"channelId": team.channel_id, "formattedContent": wrong})
        assert answer["error"]["type"] == "invalid_request"
        path = f"/api/channels/{team.channel_id}/messages"
        assert (await ada.ask("POST", path, {"formattedContent": wrong})).refusal == (422, "invalid_request")


async def test_a_preview_follows_its_message_until_its_author_removes_it(team: Team, shop: str) -> None:
    ada, bo = team
    of_bo = await bo.connect()
    said = await (await ada.connect()).say(team.channel_id, f"look: {shop}/things")
    assert said["previews"] == []
    await eventually(lambda: of_bo.told("message:update"), within=30)
    shown = of_bo.told("message:update")[0]["message"]
    (preview,) = shown["previews"]
    assert (preview["url"], preview["siteName"]) == (f"{shop}/things", "Shop")
    assert (preview["title"], preview["description"]) == (
        "A shop <img src=x onerror=alert(1)>", "Everything for everyone",
    )  # fmt: skip
    assert (await ada.history(team.channel_id))[-1] == shown
    path = f"/api/messages/{said['id']}/previews"
    assert (await bo.ask("DELETE", path)).refusal == (403, "forbidden")
    await ada.do("DELETE", path)
    await eventually(lambda: [len(told["message"]["previews"]) for told in of_bo.told("message:update")] == [1, 0])


async def test_the_page_shows_formatting_and_previews_as_what_they_are(
    browser: Browser, product: Product, team: Team, shop: str
) -> None:
    ada, bo = team
    written = f"# Plan\n- **bold** _and_ `code`\n\n```python\nprint('<b>')\n```\n<@{bo.id}> {shop}/on-the-page"
    async with window(browser, product.url) as page:
        await page.sign_in(ada.user["email"], PASSWORD)
        await page.open("general")
        await page.page.get_by_test_id("composer").fill(written)
        await page.page.get_by_test_id("composer").press("Enter")
        message = page.message("Plan").last
        await expect(message.locator("strong", has_text="bold")).to_be_visible()
        await expect(message.locator("pre[data-language=python]")).to_have_text("print('<b>')")
        await expect(message.get_by_test_id("mention")).to_have_text("@Bo")
        await expect(message.get_by_role("link", name=f"{shop}/on-the-page")).to_have_attribute(
            "rel", "noopener noreferrer nofollow"
        )
        card = message.get_by_test_id("preview")
        await expect(card).to_contain_text("A shop <img src=x onerror=alert(1)>", timeout=30_000)
        await expect(card.locator("img")).to_have_count(0)
        await message.hover()
        await message.get_by_role("button", name="Remove previews").click()
        await expect(card).to_have_count(0)
        assert page.faults == []


async def test_what_is_written_from_right_to_left_is_shown_so(
    browser: Browser, product: Product, team: Team, shop: str
) -> None:
    ada, _ = team
    written = f"- \u05e9\u05dc\u05d5\u05dd\n\n> \u05e9\u05dc\u05d5\u05dd {shop}/hebrew"
    await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": written})
    async with window(browser, product.url) as page:
        await page.sign_in(ada.user["email"], PASSWORD)
        await page.open("plans")
        message = page.message("/hebrew")
        await expect(message.locator("ul")).to_have_css("padding-right", "24px")
        await expect(message.locator("blockquote")).to_have_css("border-right-width", "3px")
        await expect(message.get_by_test_id("preview").locator("strong")).to_have_css("direction", "rtl")
        assert page.faults == []


async def test_a_channel_is_named_in_a_message_once_one_is_let_in(
    browser: Browser, product: Product, team: Team
) -> None:
    ada, bo = team
    vault = await ada.channel(team.workspace_id, "vault", type="private")
    async with window(browser, product.url) as page:
        await page.sign_in(bo.user["email"], PASSWORD)
        await page.open("plans")
        await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": f"all of it is in <#{vault}>"})
        message = page.message("all of it is in")
        await expect(message.get_by_test_id("message-content")).to_have_text("all of it is in #channel")
        await ada.post(f"/api/channels/{vault}/members", {"userIds": [bo.id]})
        await message.get_by_role("link", name="#vault").click()
        await expect(page.page.get_by_role("heading", name="vault", exact=True)).to_be_visible()

        # One that anybody may join is known even if it was made a moment ago.
        square = await ada.channel(team.workspace_id, "square")
        await ada.post(f"/api/channels/{vault}/messages", {"content": f"see <#{square}>"})
        await expect(page.message("see").get_by_role("link", name="#square")).to_be_visible()
        assert page.faults == []

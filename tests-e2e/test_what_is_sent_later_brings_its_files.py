"""Files go with a message that is sent later: nobody sees them before, and who may say nothing shares none."""

import io
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest_asyncio
from journeys.pages import window
from journeys.people import PASSWORD, Answer, Json, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually

FILES = "/api/files"
# The soonest that anything can be set for is ten seconds ahead, when the server looks.
SOON = 15.0
WITHIN_MS = 60_000


@pytest_asyncio.fixture
async def team(town: Town) -> Team:
    return await town.team("Ada Lind", "Bo Holm")


def ahead(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


async def sent(who: Person, entity_type: str, channel_id: str, name: str = "plan.txt") -> Answer:
    form = aiohttp.FormData({"entityType": entity_type, "entityId": channel_id})
    form.add_field("file", io.BytesIO(f"the plan {name}".encode()), filename=name, content_type="text/plain")
    return await who.ask("POST", FILES, data=form)


async def answers(who: Person, entity_type: str, channel_id: str, status: int) -> Json:
    """Until what messaging tells has come to files."""

    async def is_so() -> Json | None:
        answer = await sent(who, entity_type, channel_id)
        return answer.body if answer.status == status else None

    return await eventually(is_so, within=60)


async def names_at(who: Person, channel_id: str) -> list[str]:
    listed = await who.get(f"{FILES}?entityType=channel&entityId={channel_id}")
    return [file["filename"] for file in listed["files"]]


async def clean(who: Person, file_id: str) -> bool:
    return bool((await who.get(f"{FILES}/{file_id}"))["status"] == "clean")


def carrying(file: Json, content: str) -> Json:
    attachments = [{"type": "file", "fileId": file["id"], "name": file["filename"]}]
    return {"content": content, "attachments": attachments, "sendAt": ahead(SOON)}


async def test_a_scheduled_message_brings_its_file_once_and_nobody_sees_it_before(team: Team, product: Product) -> None:
    ada, bo = team
    of_bo = await bo.connect(reopen=True)
    file = await answers(ada, "draft", team.channel_id, 201)
    await eventually(lambda: clean(ada, file["id"]), within=60)
    path = f"/api/channels/{team.channel_id}/scheduled"
    made = await ada.post(path, carrying(file, "here it is"))
    assert made["message"]["attachments"][0]["fileId"] == file["id"]
    assert await names_at(bo, team.channel_id) == []
    assert (await bo.ask("GET", f"{FILES}/{file['id']}")).status == 404
    assert not of_bo.told("file:ready")
    product.kill("messaging")
    await eventually(lambda: of_bo.messages(team.channel_id), within=90)

    async def is_shown() -> bool:
        return await names_at(bo, team.channel_id) == ["plan.txt"]

    await eventually(is_shown, within=60)
    assert (await bo.get(f"{FILES}/{file['id']}"))["entityType"] == "channel"
    assert [message["content"] for message in await bo.history(team.channel_id)] == ["here it is"]
    assert (await ada.get("/api/scheduled"))["scheduled"] == []


async def test_a_file_that_is_gone_when_its_message_is_to_be_sent_fails_it_and_its_author_hears_why(team: Team) -> None:
    ada, _ = team
    of_ada = await ada.connect()
    file = await answers(ada, "draft", team.channel_id, 201)
    path = f"/api/channels/{team.channel_id}/scheduled"
    made = await ada.post(path, carrying(file, "not without it"))
    await ada.do("DELETE", f"{FILES}/{file['id']}")
    await eventually(lambda: of_ada.count("scheduled:failed"), within=60)
    (failed,) = of_ada.told("scheduled:failed")
    assert (failed["scheduled"]["id"], failed["scheduled"]["failure"]) == (made["id"], "file_gone")
    assert await ada.history(team.channel_id) == []
    refused = await ada.ask("POST", path, carrying(file, "nor this"))
    assert (refused.status, refused.body["type"]) == (404, "file_gone")


async def test_who_may_say_nothing_shares_no_file(team: Team) -> None:
    ada, bo = team
    channel, workspace = f"/api/channels/{team.channel_id}", f"/api/workspaces/{team.workspace_id}"
    await answers(bo, "channel", team.channel_id, 201)
    for where in (channel, workspace):
        await ada.do("PUT", f"{where}/members/{bo.id}/silence", {"until": ahead(3_600)})
        await answers(bo, "channel", team.channel_id, 403)
        await answers(bo, "draft", team.channel_id, 403)
        await ada.do("PUT", f"{where}/members/{bo.id}/silence", {"until": None})
        await answers(bo, "channel", team.channel_id, 201)
    for where in (channel, workspace):
        await ada.do("PUT", f"{where}/permissions", {"rights": {"post": "admin"}})
        await answers(bo, "channel", team.channel_id, 403)
        await answers(bo, "draft", team.channel_id, 201)  # for a thread
        await answers(ada, "channel", team.channel_id, 201)
        await ada.do("PUT", f"{where}/permissions", {"rights": {"post": None}})
        await answers(bo, "channel", team.channel_id, 201)
    await ada.do("PUT", channel, {"slowModeSeconds": 600})
    await bo.post(f"{channel}/messages", {"content": "now slowly"})
    assert (await bo.ask("POST", f"{channel}/messages", {"content": "too soon"})).status == 429
    assert (await sent(bo, "channel", team.channel_id)).status == 201


async def test_files_are_scheduled_on_the_page_listed_and_sent(browser: Browser, product: Product, team: Team) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for each, person in ((of_ada, ada), (of_bo, bo)):
            await each.sign_in(person.user["email"], PASSWORD)
            await each.open("plans")
        uploads = of_ada.page.get_by_test_id("upload")
        await of_ada.page.get_by_test_id("file-input").set_input_files(
            {"name": "harbour.txt", "mimeType": "text/plain", "buffer": b"What we said at the harbour."}
        )
        await expect(of_ada.page.locator("[data-testid=upload][data-state=uploaded]")).to_have_count(
            1, timeout=WITHIN_MS
        )
        await of_ada.press("Send later")
        await of_ada.page.get_by_role("menuitem", name="Tomorrow at 9:00").click()
        await expect(uploads).to_have_count(0)
        assert await names_at(bo, team.channel_id) == []
        await of_ada.press("Drafts and later")
        await of_ada.page.get_by_role("tab", name="Scheduled").click()
        lines = of_ada.page.get_by_test_id("scheduled")
        await expect(lines.get_by_test_id("scheduled-files")).to_contain_text("harbour.txt")
        await lines.get_by_role("button", name="Send now").click()
        await expect(lines).to_have_count(0)
        shown = of_bo.page.locator("[data-testid=message] [data-testid=file][data-state=clean]")
        await expect(shown).to_contain_text("harbour.txt", timeout=WITHIN_MS)
        assert of_ada.faults == of_bo.faults == []


async def test_the_files_of_a_draft_are_there_on_every_device_and_after_a_reload(
    browser: Browser, product: Product, team: Team
) -> None:
    ada, bo = team
    async with window(browser, product.url) as here, window(browser, product.url) as there:
        for each in (here, there):
            await each.sign_in(ada.user["email"], PASSWORD)
            await each.open("plans")
        for name in ("harbour.txt", "mistake.txt"):
            await here.page.get_by_test_id("file-input").set_input_files(
                {"name": name, "mimeType": "text/plain", "buffer": f"What {name} says.".encode()}
            )
        files = there.page.get_by_test_id("draft-file")
        await expect(files).to_have_count(2, timeout=WITHIN_MS)
        await here.press("Remove mistake.txt")
        await expect(files).to_have_count(1)
        await expect(files).to_contain_text("harbour.txt")
        await here.page.reload()
        await expect(here.page.get_by_test_id("draft-file")).to_contain_text("harbour.txt")
        assert await names_at(bo, team.channel_id) == []
        await there.say("from the other device")
        await expect(there.message("from the other device").get_by_test_id("file")).to_contain_text(
            "harbour.txt", timeout=WITHIN_MS
        )
        for each in (here, there):
            await expect(each.page.get_by_test_id("draft-file")).to_have_count(0)
        assert (await ada.get("/api/drafts"))["drafts"] == []
        assert here.faults == there.faults == []

"""By hand, on the page: Slack's export becomes conversations here, and the workspace a file that makes another."""

import asyncio
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from journeys.pages import Window, window
from journeys.people import PASSWORD, Person, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually

LONG_MS = 60_000


def slack_export(bo: Person) -> bytes:
    """Bo wrote there, too; Uli only there."""
    users = [
        {"id": "U1", "team_id": "T1", "profile": {"real_name": "Bo", "email": bo.user["email"]}},
        {"id": "U2", "team_id": "T1", "profile": {"real_name": "Uli of old", "email": "uli@elsewhere.example"}},
    ]
    channels = [
        {"id": "C1", "name": "ideas", "created": 1_600_000_000, "creator": "U1", "members": ["U1", "U2"]},
        {"id": "C2", "name": "plans", "created": 1_600_000_000, "creator": "U1", "members": ["U1", "U2"]},
    ]
    said = [
        {"type": "message", "user": "U2", "text": "An *idea* for <@U1> :tada:", "ts": "1600000001.000100"},
        {"type": "message", "user": "U1", "text": "", "ts": "1600000002.000100",
         "files": [{"id": "F1", "name": "sketch.pdf", "size": 12_000, "url_private": "https://files.example/F1"}]},
    ]  # fmt: skip
    files: dict[str, Any] = {
        "users.json": users, "channels.json": channels, "ideas/2020-09-13.json": said,
        "plans/2020-09-13.json": [{"type": "message", "user": "U2", "text": "plans of old", "ts": "1600000003.000100"}],
    }  # fmt: skip
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, told in files.items():
            made.writestr(name, json.dumps(told))
    return out.getvalue()


async def open_transfers(shown: Window, workspace: str) -> None:
    await shown.press(f"{workspace}, workspace menu")
    await shown.page.get_by_role("menuitem", name="Import and export").click()


async def test_slacks_export_is_looked_at_imported_and_read(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    name = (await ada.get(f"/api/workspaces/{team.workspace_id}"))["name"]
    file = {"name": "slack.zip", "mimeType": "application/zip", "buffer": slack_export(bo)}
    async with window(browser, product.url) as of_ada, window(browser, product.url) as of_bo:
        for person, shown in ((ada, of_ada), (bo, of_bo)):
            await shown.sign_in(person.user["email"], PASSWORD)
            await shown.open("plans")
        await open_transfers(of_ada, name)
        await of_ada.page.get_by_label("Zip file").set_input_files(file)  # type: ignore[arg-type]
        await of_ada.press("Upload and look at it")
        preview = of_ada.page.get_by_test_id("import-preview")
        await expect(preview).to_be_visible(timeout=LONG_MS)
        await expect(preview).to_contain_text("3 messages")
        await expect(preview).to_contain_text("older than that and would be removed")
        await expect(of_ada.page.get_by_label("Keep messages for ever in this workspace")).to_be_checked()
        await expect(of_ada.page.get_by_label("New name of plans")).to_have_value("plans-2")
        await expect(of_ada.page.get_by_label("Who Bo is here")).to_have_value(bo.id)
        await of_ada.page.screenshot(path=tmp_path / "preview.png")
        await of_ada.page.get_by_label("What to do with plans").select_option(label="Add to plans")
        await of_ada.press("Import")
        report = of_ada.page.get_by_test_id("import-report")
        await expect(report).to_contain_text("slack.zip has been imported", timeout=LONG_MS)
        await expect(report).to_contain_text("3 messages imported")
        await of_ada.page.screenshot(path=tmp_path / "report.png")

        # Bo was in it there, and so is here; nothing of it is unread or was told.
        await expect(of_bo.message("plans of old")).to_be_visible()
        await of_bo.open("ideas")
        idea = of_bo.message("An idea for")
        await expect(idea).to_contain_text("Uli of old")
        await expect(idea).to_contain_text("🎉")
        await expect(of_bo.page.get_by_test_id("file-link")).to_contain_text("sketch.pdf")
        await of_bo.page.screenshot(path=tmp_path / "ideas.png")
        unread = await bo.get("/api/unread")
        assert unread["totals"] == {"unread": 0, "mentions": 0}
        assert of_ada.faults == of_bo.faults == []


async def test_an_archive_of_a_workspace_makes_another(
    browser: Browser, product: Product, town: Town, tmp_path: Path
) -> None:
    team = await town.team("Ada", "Bo")
    ada, _ = team
    name = (await ada.get(f"/api/workspaces/{team.workspace_id}"))["name"]
    await ada.post(f"/api/channels/{team.channel_id}/messages", {"content": "to be **kept**"})
    async with window(browser, product.url) as shown:
        await shown.sign_in(ada.user["email"], PASSWORD)
        await shown.open("plans")
        await open_transfers(shown, name)
        await shown.page.get_by_role("tab", name="Export").click()
        await shown.press("Export")
        row = shown.page.get_by_test_id("export")
        await expect(row).to_contain_text("kept until", timeout=LONG_MS)
        await shown.page.screenshot(path=tmp_path / "export.png")
        async with shown.page.expect_download() as downloading:
            await row.get_by_role("button", name="Download").click()
        await (await downloading.value).save_as(tmp_path / "workspace.zip")
        assert shown.faults == []
    await _comes_back(ada, await asyncio.to_thread((tmp_path / "workspace.zip").read_bytes))


async def _comes_back(ada: Person, archive: bytes) -> None:
    """Over HTTP: into an empty workspace."""
    made = await ada.post("/api/workspaces", {"name": "Elsewhere"})
    base = f"/api/workspaces/{made['id']}/imports"
    begun = await ada.post(base, {"name": "workspace.zip", "size": len(archive)})
    path = f"{base}/{begun['id']}"
    sent = await ada.ask("PUT", f"{path}/content?offset=0", data=archive)
    assert sent.status == 200, sent

    async def is_in(state: str) -> bool:
        told = await ada.get(path)
        assert told["state"] != "failed", told
        return bool(told["state"] == state)

    await eventually(lambda: is_in("waiting"), within=60)
    await ada.post(f"{path}/confirm", {"takeSettings": True})
    await eventually(lambda: is_in("done"), within=60)
    channels = (await ada.get(f"/api/workspaces/{made['id']}/channels"))["channels"]
    (plans,) = [channel for channel in channels if channel["name"] == "plans"]
    (message,) = await ada.history(plans["id"])
    assert (message["content"], message["isImported"]) == ("to be **kept**", True)

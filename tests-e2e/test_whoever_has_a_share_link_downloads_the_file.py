"""A share link on the page: for somebody without an account, with a password, and when it works no more."""

import io
import os
from pathlib import Path

import aiohttp
from journeys.pages import Window, window
from journeys.people import Json, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, expect
from testkit import eventually

BODY = b"what was planned\n" * 1_000


async def shared(who: Person, team: Team, name: str) -> str:
    """A clean file's id."""

    async def taken() -> Json | None:
        form = aiohttp.FormData()
        form.add_field("entityType", "channel")
        form.add_field("entityId", team.channel_id)
        form.add_field("file", io.BytesIO(BODY), filename=name, content_type="text/plain")
        answer = await who.ask("POST", "/api/files", data=form)
        return answer.body if answer.status == 201 else None

    file_id = str((await eventually(taken, within=30))["id"])

    async def clean() -> bool:
        return bool((await who.get(f"/api/files/{file_id}"))["status"] == "clean")

    await eventually(clean, within=60)
    return file_id


async def downloaded(visitor: Window, folder: Path) -> bytes:
    async with visitor.page.expect_download() as begun:
        await visitor.press("Download")
    path = folder / "download"
    await (await begun.value).save_as(path)
    return path.read_bytes()


async def picture(visitor: Window, name: str) -> None:
    """For who wants to look at it: NEXUS_PICTURES names a folder."""
    if folder := os.environ.get("NEXUS_PICTURES"):
        await visitor.page.screenshot(path=f"{folder}/{name}.png")


async def test_whoever_has_a_share_link_downloads_the_file(
    browser: Browser, town: Town, product: Product, tmp_path: Path
) -> None:
    team = await town.team("Ada Lind")
    (ada,) = team
    file_id = await shared(ada, team, "plan.txt")
    link = await ada.post(f"/api/files/{file_id}/links", {"password": "open sesame", "downloadLimit": 2})
    address = f"{product.url}/shared/{link['token']}"
    async with window(browser, address) as visitor:
        await expect(visitor.page.get_by_role("heading", name="A file was shared with you")).to_be_visible()
        await expect(visitor.page.get_by_text("plan.txt")).to_have_count(0)
        await visitor.fill("Password", "open says me")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.get_by_role("alert")).to_have_text("The password is wrong.")
        await picture(visitor, "locked")
        await visitor.fill("Password", "open sesame")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.get_by_text("plan.txt")).to_be_visible()
        await expect(visitor.page.get_by_text("17 kB")).to_be_visible()
        await expect(visitor.page.get_by_text("Can be downloaded 2 more times")).to_be_visible()
        await picture(visitor, "file")
        assert await downloaded(visitor, tmp_path) == BODY
        await expect(visitor.page.get_by_text("Your download has started.")).to_be_visible()
        await ada.do("DELETE", f"/api/files/links/{link['id']}")
        await visitor.press("Download")
        await expect(visitor.page.get_by_role("heading", name="This link does not work")).to_be_visible()
        await picture(visitor, "gone")
        assert not visitor.faults
    outcomes = (await ada.get(f"/api/files/links/{link['id']}/accesses"))["accesses"]
    assert {"shown", "wrong_password", "opened", "downloaded", "revoked"} == {entry["outcome"] for entry in outcomes}
    async with window(browser, f"{product.url}/shared/nothing") as visitor:
        await expect(visitor.page.get_by_role("heading", name="This link does not work")).to_be_visible()

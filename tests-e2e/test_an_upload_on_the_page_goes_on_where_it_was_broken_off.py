"""A large file on the page: the gateway dies, the network goes, the page is loaded anew, and what has arrived stays."""

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from journeys.pages import Window, window
from journeys.people import PASSWORD, Json, Person, Team, Town
from journeys.product import Product
from playwright.async_api import Browser, CDPSession, Locator, Request, expect
from testkit import buckets, eventually

# Scanning takes its time on a busy machine.
WITHIN_MS = 90_000
MEBIBYTE = 1024 * 1024
SIZE = 20 * MEBIBYTE + 12_345
# Bytes a second of an uplink as people have it, so that there is a middle to break. The end comes as fast as it can.
SLOW, FAST = MEBIBYTE, -1
DROP = """() => {
    const carried = new DataTransfer();
    carried.items.add(document.querySelector("#carried").files[0]);
    for (const each of ["dragenter", "dragover", "drop"])
        document.querySelector("main").dispatchEvent(
            new DragEvent(each, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
HAND = """() => document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "carried" }))"""


@pytest_asyncio.fixture
async def team(town: Town) -> AsyncIterator[Team]:
    yield await town.team("Ada Lind", "Bo Holm")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


@dataclass
class Uplink:
    """A window's slow way to the server, and what it asked of uploads."""

    wire: CDPSession
    asked: list[Request] = field(default_factory=list)

    async def be(self, speed: int, offline: bool = False) -> None:
        limits = {"offline": offline, "latency": 0, "downloadThroughput": FAST, "uploadThroughput": speed}
        await self.wire.send("Network.emulateNetworkConditions", limits)

    def hear(self, request: Request) -> None:
        if "/api/files/tus" in request.url:
            self.asked.append(request)

    @property
    def methods(self) -> Counter[str]:
        return Counter(request.method for request in self.asked)


async def entered(of: Window, person: Person) -> Uplink:
    """At the channel."""
    await of.sign_in(person.user["email"], PASSWORD)
    await of.open("plans")
    uplink = Uplink(await of.page.context.new_cdp_session(of.page))
    await uplink.wire.send("Network.enable")
    await uplink.be(SLOW)
    of.page.on("request", uplink.hear)
    return uplink


async def dropped(of: Window, path: Path) -> None:
    await of.page.evaluate(HAND)
    await of.page.locator("#carried").set_input_files(path)
    await of.page.evaluate(DROP)
    await of.page.locator("#carried").evaluate("input => input.remove()")


def upload(of: Window, state: str | None = None) -> Locator:
    return of.page.locator("[data-testid=upload]" + (f"[data-state={state}]" if state else ""))


async def midway(of: Window, percent: int) -> None:
    """So much was sent, and not all."""

    async def is_there() -> bool:
        return int(await upload(of).get_attribute("data-percent") or 0) >= percent

    await eventually(is_there, within=WITHIN_MS / 1_000)
    await expect(upload(of, "uploading")).to_have_count(1)


async def test_a_killed_gateway_costs_an_upload_nothing(
    browser: Browser, product: Product, team: Team, film: Path
) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada:
        uplink = await entered(of_ada, ada)
        await dropped(of_ada, film)
        await midway(of_ada, 15)
        with product.dead("gateway"):
            await expect(upload(of_ada, "stalled")).to_have_count(1)
            await expect(upload(of_ada)).to_contain_text("Waiting for the connection…")
            await uplink.be(FAST)
        await expect(upload(of_ada, "uploaded")).to_have_count(1, timeout=WITHIN_MS)
        assert uplink.methods["POST"] == 1
        assert uplink.methods["HEAD"] >= 1
        await of_ada.say("The film")
        await _same_for(bo, team.channel_id, film)
        assert of_ada.faults == []


async def test_a_paused_upload_goes_on_also_after_a_reload(
    browser: Browser, product: Product, team: Team, film: Path
) -> None:
    ada, bo = team
    async with window(browser, product.url) as of_ada:
        uplink = await entered(of_ada, ada)
        await of_ada.page.get_by_test_id("file-input").set_input_files(film)
        await midway(of_ada, 15)
        await of_ada.press("Pause film.bin")
        await expect(upload(of_ada, "paused")).to_have_count(1)
        await of_ada.press("Resume film.bin")
        await midway(of_ada, 25)
        await uplink.be(SLOW, offline=True)
        await expect(upload(of_ada)).to_contain_text("Waiting for the connection…")
        await uplink.be(SLOW)
        await midway(of_ada, 35)
        await of_ada.page.reload()
        await uplink.be(FAST)
        await expect(upload(of_ada, "interrupted")).to_contain_text("Choose the file again to go on.")
        await of_ada.page.get_by_test_id("file-input").set_input_files(film)
        await expect(upload(of_ada, "interrupted")).to_have_count(0)
        await expect(upload(of_ada, "uploaded")).to_have_count(1, timeout=WITHIN_MS)
        assert uplink.methods["POST"] == 1
        await of_ada.say("The film")
        await _same_for(bo, team.channel_id, film)
        assert of_ada.faults == []


async def test_a_cancelled_upload_leaves_nothing(browser: Browser, product: Product, team: Team, film: Path) -> None:
    (ada, _) = team
    async with window(browser, product.url) as of_ada:
        uplink = await entered(of_ada, ada)
        await dropped(of_ada, film)
        await midway(of_ada, 50)
        address = urlsplit(next(request.url for request in uplink.asked if request.method == "PATCH")).path
        assert await _kept(product, address)
        await of_ada.press("Cancel film.bin")
        await expect(upload(of_ada)).to_have_count(0)

        async def gone() -> bool:
            answer = await ada.ask("HEAD", address, headers={"Tus-Resumable": "1.0.0"})
            return answer.status == 410 and not await _kept(product, address)

        await eventually(gone, within=WITHIN_MS / 1_000)
        assert await _listed(ada, team.channel_id) == []
        await of_ada.page.wait_for_function("!Object.keys(localStorage).some(key => key.includes('upload'))")
        await of_ada.page.reload()
        await of_ada.open("plans")
        await expect(upload(of_ada)).to_have_count(0)
        assert of_ada.faults == []


async def test_what_was_checked_while_the_gateway_was_gone_is_seen(
    browser: Browser, product: Product, team: Team
) -> None:
    """What sockets are told of files is not told again."""
    ada, bo = team
    async with window(browser, product.url) as of_ada:
        await of_ada.sign_in(ada.user["email"], PASSWORD)
        await of_ada.open("plans")
        with product.frozen("clamd"):
            await of_ada.page.get_by_test_id("file-input").set_input_files(
                {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"What we said at the harbour."}
            )
            await expect(upload(of_ada, "uploaded")).to_have_count(1, timeout=WITHIN_MS)
            await of_ada.say("Notes")
            file = of_ada.message("Notes").get_by_test_id("file")
            await expect(file).to_have_attribute("data-state", "scanning")
            await of_ada.page.route("**/socket.io/**", lambda route: route.abort())
            with product.dead("gateway"):
                await expect(of_ada.page.get_by_text("Reconnecting")).to_be_visible()
        await _clean(bo, team.channel_id)
        await of_ada.page.unroute("**/socket.io/**")
        await expect(file).to_have_attribute("data-state", "clean", timeout=WITHIN_MS)
        assert of_ada.faults == []


async def _same_for(reader: Person, channel_id: str, path: Path) -> None:
    """Once it is clean, somebody else gets the very bytes."""
    file = await _clean(reader, channel_id)
    body = await asyncio.to_thread(path.read_bytes)
    assert (file["filename"], file["size"]) == (path.name, len(body))
    assert file["sha256"] == hashlib.sha256(body).hexdigest()
    address = (await reader.get(f"/api/files/{file['id']}/url"))["url"]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert hashlib.sha256(await answer.read()).hexdigest() == file["sha256"]


async def _clean(reader: Person, channel_id: str) -> Json:
    """The one file of the channel, once others than its uploader see it."""

    async def seen() -> list[Json]:
        files = await _listed(reader, channel_id)
        assert len(files) <= 1, files
        return [file for file in files if file["status"] == "clean"]

    return (await eventually(seen, within=WITHIN_MS / 1_000))[0]


async def _listed(reader: Person, channel_id: str) -> list[Json]:
    answer = await reader.ask("GET", f"/api/files?entityType=channel&entityId={channel_id}")
    files: list[Json] = answer.body.get("files", [])
    return files


async def _kept(product: Product, address: str) -> int:
    """Objects and begun ones that the store has of an upload."""
    url, prefix = product.settings_of("files")["NEXUS_S3_URL"], f"incoming/{address.rpartition('/')[2]}"
    async with buckets.client(url) as s3:
        begun = await s3.list_multipart_uploads(Bucket=buckets.name_of(url), Prefix=prefix)
    return len(begun.get("Uploads", ())) + sum(key.startswith(prefix) for key in await buckets.keys(url))

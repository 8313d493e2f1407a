"""What people share is shown in small and in full beside its bytes, by an origin of its own, and never as a program."""

import io
import zipfile
from dataclasses import dataclass

import aiohttp
from journeys.people import Json, Person, Town
from PIL import Image
from testkit import eventually

FILES = "/api/files"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser gets."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_download(self) -> bool:
        return self.headers["Content-Disposition"].startswith("attachment")


def photograph() -> bytes:
    held = io.BytesIO()
    Image.effect_noise((2_000, 1_500), 60).convert("RGB").save(held, "JPEG")
    return held.getvalue()


def minutes() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            f'PartName="/word/document.xml" ContentType="{DOCUMENT}.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>We met</w:t></w:r></w:p></w:body></w:document>',
        )
    return held.getvalue()


async def shared(who: Person, channel_id: str, body: bytes, name: str, media_type: str) -> Json:
    """A file whose bytes are there; the channel may take a moment to be known where files are kept."""

    async def taken() -> Json | None:
        form = aiohttp.FormData({"entityType": "channel", "entityId": channel_id})
        form.add_field("file", io.BytesIO(body), filename=name, content_type=media_type)
        answer = await who.ask("POST", FILES, data=form)
        return answer.body if answer.status == 201 else None

    return await eventually(taken, within=60)


async def previews(who: Person, file: Json, *variants: str) -> Json:
    """The file once it can be shown in these ways."""

    async def there() -> Json | None:
        answer = await who.ask("GET", f"{FILES}/{file['id']}")
        if answer.status != 200:
            return None
        return answer.body if {each["variant"] for each in answer.body["previews"]} >= set(variants) else None

    return await eventually(there, within=240)


async def seen(who: Person, file: Json, variant: str = "") -> Shown:
    asked = f"?disposition=inline&variant={variant}" if variant else "?disposition=inline"
    given = await who.get(f"{FILES}/{file['id']}/url{asked}")
    async with aiohttp.ClientSession() as http, http.get(given["url"]) as answer:
        return Shown(answer.status, dict(answer.headers), await answer.read())


async def test_a_photograph_is_seen_in_small_and_in_another_format(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    of_bo = await bo.connect()
    file = await shared(ada, team.channel_id, photograph(), "beach.jpg", "image/jpeg")
    known = await previews(bo, file, "thumbnail", "image")
    assert (known["mimeType"], known["width"], known["height"], known["thumbnail"]) == (
        "image/jpeg",
        2_000,
        1_500,
        True,
    )
    await eventually(lambda: any(body["fileId"] == file["id"] for body in of_bo.told("file:changed")), within=30)
    small = await seen(bo, file, "thumbnail")
    assert (small.status, small.headers["Content-Type"], small.is_download) == (200, "image/webp", False)
    assert Image.open(io.BytesIO(small.body)).size == (200, 150)
    await bo.ask("POST", f"{FILES}/{file['id']}/conversions", {"to": "png"})
    await previews(ada, file, "converted-png")
    assert Image.open(io.BytesIO((await seen(ada, file, "converted-png")).body)).format == "PNG"


async def test_a_document_is_read_without_the_program_that_wrote_it(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    file = await shared(ada, team.channel_id, minutes(), "minutes.docx", DOCUMENT)
    known = await previews(bo, file, "thumbnail", "pdf", "page-1", "text")
    assert (known["mimeType"], known["pages"]) == (DOCUMENT, 1)
    assert (await seen(bo, file, "pdf")).body.startswith(b"%PDF-")
    assert (await seen(bo, file, "text")).body.strip() == b"We met"
    assert (await seen(bo, file)).is_download


async def test_a_page_that_calls_itself_a_picture_is_neither(town: Town) -> None:
    team = await town.team("Ada", "Bo")
    ada, bo = team
    page = b"<!doctype html><html><script>alert(document.domain)</script></html>"
    file = await shared(ada, team.channel_id, page, "beach.jpg", "image/jpeg")
    known = await previews(bo, file, "html")
    assert (known["mimeType"], known["note"]) == ("application/octet-stream", "mismatch")
    got = await seen(bo, file)
    assert (got.is_download, got.headers["Content-Type"]) == (True, "application/octet-stream")
    shown = await seen(bo, file, "html")
    assert b"<script>" not in shown.body
    assert shown.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert (got.headers["X-Content-Type-Options"], shown.headers["X-Content-Type-Options"]) == ("nosniff", "nosniff")

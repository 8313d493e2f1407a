"""A stock tus client uploads through the gateway while the service is killed before every chunk: no byte is lost."""

import hashlib
import os
from pathlib import Path

import aiohttp
from journeys.people import Json, Town
from journeys.product import Product
from journeys.uploads import uploading
from testkit import eventually

MEBIBYTE = 1024 * 1024
# Chunks that are less than a part of the store, so that some end in a tail and some in a part.
CHUNK, SIZE = 5 * MEBIBYTE // 2, 15 * MEBIBYTE + 12_345


async def test_an_upload_goes_on_where_the_service_was_killed(product: Product, town: Town, tmp_path: Path) -> None:
    team = await town.team("Ada Lind", "Bo Holm")
    (ada, bo), channel_id = team, team.channel_id
    body, path, seen = os.urandom(SIZE), tmp_path / "film.bin", set[int]()
    path.write_bytes(body)
    metadata = {"filename": "film.bin", "filetype": "video/mp4", "entityType": "channel", "entityId": channel_id}
    async with uploading(product.url, ada, path, CHUNK, **metadata) as upload:
        async for offset in upload.offsets():
            if offset not in seen:
                seen.add(offset)
                product.kill("files")
    assert seen >= {number * CHUNK for number in range(SIZE // CHUNK)}, "it was killed at every boundary"
    assert upload.agains, "and the client noticed"
    assert upload.done

    async def listed() -> Json | None:
        answer = await bo.ask("GET", f"/api/files?entityType=channel&entityId={channel_id}")
        files = answer.body.get("files", [])
        return files[0] if files and files[0]["status"] == "clean" else None

    file = await eventually(listed, within=60)
    assert (file["filename"], file["size"], file["sha256"]) == ("film.bin", SIZE, hashlib.sha256(body).hexdigest())
    address = (await bo.get(f"/api/files/{file['id']}/url"))["url"]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert await answer.read() == body

"""Files of a kind may be smaller than others: by what is said of them before the first byte, and by their content."""

import json
from typing import Any

import pytest
import strange
from desk import Premises
from files.media.kinds import Family, sort_of
from files.settings import Settings
from files.workshop import Workshop
from parcels import sent, worked
from test_direct import PATH as DIRECT
from test_direct import begun as directed
from test_tus import PATH as TUS
from test_tus import asked, metadata

PICTURE = strange.picture(600, 400)


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"type_limits": {Family.IMAGE: len(PICTURE) - 1, Family.TEXT: 10}})


@pytest.mark.parametrize(
    ("filename", "media_type"), [("a.jpg", "application/octet-stream"), ("a", "image/jpeg"), ("a.txt", "image/x-new")]
)
async def test_what_says_to_be_of_a_kind_is_refused_before_it_comes(
    office: Premises, filename: str, media_type: str
) -> None:
    size, place = len(PICTURE), {"entityType": "channel", "entityId": str(office.channel_id)}
    refusal = {"type": "too_large", "limit": size - 1}
    status, told = await sent(office.member, PICTURE, filename, media_type, **place)
    assert (status, {name: told[name] for name in refusal}) == (413, refusal)
    wanted = {"filename": filename, "mimeType": media_type, "size": size, **place}
    status, told = await office.member.post(DIRECT, wanted)
    assert (status, {name: told[name] for name in refusal}) == (413, refusal)
    said = metadata(filename=filename, filetype=media_type, **place)
    answer = await asked(office.member, "POST", TUS, Upload_Length=str(size), Upload_Metadata=said)
    assert (answer.status, {name: answer.body[name] for name in refusal}) == (413, refusal)
    assert await office.pool.fetchval("SELECT count(*) FROM uploads WHERE state <> 'over'") == 0


async def test_what_turns_out_to_be_of_a_kind_is_taken_back_from_everybody(
    office: Premises, workshop: Workshop
) -> None:
    place: dict[str, Any] = {"entityType": "channel", "entityId": office.channel_id}
    status, file = await sent(office.member, PICTURE, "a.bin", "application/octet-stream", **place)
    assert status == 201
    small = await sent(office.member, b"0123456789", "a.txt", "text/plain", **place)
    await worked(workshop)
    _, seen = await office.member.get(f"/api/files/{file['id']}")
    assert (seen["status"], seen["reason"]) == ("refused", "too_large")
    assert (await office.owner.get(f"/api/files/{file['id']}"))[0] == 404
    assert (await office.owner.get(f"/api/files/{small[1]['id']}"))[1]["status"] == "clean"
    assert len([listed async for listed in office.store.list("blobs/")]) == 1
    assert await office.pool.fetchval("SELECT sum(bytes) FROM usage") == 10


async def test_other_kinds_are_as_large_as_any_file(office: Premises) -> None:
    told = await directed(office.member, office, len(PICTURE), filename="a.mp4", mimeType="video/mp4")
    assert told["method"] == "PUT"


def test_limits_are_said_by_kind(settings: Settings) -> None:
    said = json.loads('{"video": 5, "other": 7}')
    limited = Settings.model_validate({**settings.model_dump(), "file_limit": 6, "type_limits": said})
    types = ("video/mp4", "image/png", "application/zip")
    assert [limited.limit_of(media_type) for media_type in types] == [5, 6, 6]
    assert [sort_of(media_type) for media_type in ("image/x-new", "application/pdf", "text/html")] == [
        Family.IMAGE, Family.PDF, Family.TEXT,
    ]  # fmt: skip
    for wrong in ({"film": 5}, {"video": 0}, {"video": "many"}):
        with pytest.raises(ValueError, match="type_limits"):
            Settings.model_validate({**settings.model_dump(), "type_limits": wrong})

"""A resumable upload that is begun again under its Idempotency-Key: the same one, with what has arrived of it."""

import asyncio

from desk import Asker, Premises
from test_tus import CHUNK, PATH, Answer, asked, metadata, patched


async def test_a_beginning_whose_answer_was_lost_is_found_again_by_its_key(office: Premises) -> None:
    said = metadata(filename="a.bin", entityType="channel", entityId=office.channel_id)

    async def begin(who: Asker, length: int = 10, key: str = "k", body: bytes | None = None) -> Answer:
        type_ = {"Content_Type": CHUNK["Content-Type"]} if body else {}
        return await asked(
            who, "POST", PATH, body, Upload_Length=str(length), Upload_Metadata=said, Idempotency_Key=key, **type_
        )

    first = await begin(office.member)
    await patched(office.member, first.headers["Location"], 0, b"12345")
    for again in (await begin(office.member), await begin(office.member, body=b"12345")):
        assert (again.status, again.offset) == (201, 5)
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Nexus-File-Id"] == first.headers["Nexus-File-Id"]
    other = await begin(office.member, length=11)
    assert (other.status, other.body["type"]) == (422, "key_reused")
    assert (await begin(office.owner)).headers["Location"] != first.headers["Location"]
    assert (await begin(office.member, key="k" * 256)).status == 400
    await asked(office.member, "DELETE", first.headers["Location"])
    assert (await begin(office.member)).headers["Location"] != first.headers["Location"]


async def test_many_beginnings_under_one_key_at_once_are_one(office: Premises) -> None:
    said = metadata(filename="a.bin", entityType="channel", entityId=office.channel_id)
    begin = {"Upload_Length": "10", "Upload_Metadata": said, "Idempotency_Key": "k"}
    answers = await asyncio.gather(*(asked(office.member, "POST", PATH, **begin) for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.headers["Location"] for answer in answers}) == 1

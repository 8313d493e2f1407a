"""Uploads that were allowed when they began: who may not any more ends none of them, and nothing of them stays."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from desk import Premises
from eventbus import Tombstone
from eventbus.inbox import deliver
from files.handlers import CONSUMES
from files.workshop import Workshop
from nexus.files.v1.file_event_pb2 import FileEvent
from nexus.identity.v1.user_event_pb2 import UserEvent, UserSaved
from nexus.messaging.v1.channel_member_event_pb2 import ChannelMemberEvent
from nexus.messaging.v1.workspace_member_event_pb2 import WorkspaceMemberEvent
from parcels import sent, worked
from talk import a_message, posted
from test_direct import PATH as DIRECT
from test_direct import begun as directed
from test_direct import put
from test_ended_midway import halting, nothing_stays
from test_speaking import SOON, of_channel, of_person, of_place, of_workspace, told
from test_tus import MEBIBYTE, PATH, asked, begun, metadata, patched, trickled
from testkit import eventually
from uuid_utils.compat import uuid7

BODY = b"said" * 25
Loss = Callable[[Premises], Awaitable[None]]


@pytest.fixture
def clamd_address(clamd_url: str) -> str:
    return clamd_url


async def _silenced(office: Premises) -> None:
    await of_place(office, office.member, silenced_until=SOON)


async def _silenced_everywhere(office: Premises) -> None:
    await of_person(office, office.member, silenced_until=SOON)


async def _removed(office: Premises) -> None:
    gone = Tombstone(f"{office.channel_id}/{office.member.user_id}", str(uuid7()))
    await deliver(gone, CONSUMES[ChannelMemberEvent], office.pool, "files")


async def _removed_everywhere(office: Premises) -> None:
    gone = Tombstone(f"{office.workspace_id}:{office.member.user_id}", str(uuid7()))
    await deliver(gone, CONSUMES[WorkspaceMemberEvent], office.pool, "files")


async def _deactivated(office: Premises, is_deactivated: bool = True) -> None:
    saved = UserSaved(organization_id=str(uuid7()), is_deactivated=is_deactivated)
    await told(office.pool, UserEvent(user_id=str(office.member.user_id), user_saved=saved))


async def _restricted(office: Premises) -> None:
    await of_workspace(office, post="admin", reply="admin")


async def _archived(office: Premises) -> None:
    await of_channel(office, is_archived=True)


LOSSES: dict[str, Loss] = {
    "silenced": _silenced,
    "silenced everywhere": _silenced_everywhere,
    "removed": _removed,
    "removed everywhere": _removed_everywhere,
    "deactivated": _deactivated,
    "may not post": _restricted,
    "archived": _archived,
}
# What a next version asks for.
OF_FILES = ("silenced", "silenced everywhere", "removed", "removed everywhere", "deactivated")


async def by_form(office: Premises, workshop: Workshop, lose: Loss, **target: Any) -> tuple[int, str]:
    go_on = asyncio.Event()
    sending = asyncio.ensure_future(sent(office.member, halting(b"first", go_on, BODY), **target))
    await eventually(lambda: office.pool.fetchval("SELECT count(*) FROM uploads"), within=20)
    await lose(office)
    go_on.set()
    status, answer = await sending
    return status, answer["type"]


async def by_chunks(office: Premises, workshop: Workshop, lose: Loss, **target: Any) -> tuple[int, str]:
    said = metadata(filename="a.bin", **target)
    path = (await asked(office.member, "POST", PATH, Upload_Length="200", Upload_Metadata=said)).headers["Location"]
    assert (await patched(office.member, path, 0, trickled(BODY))).status == 204
    await lose(office)
    answer = await patched(office.member, path, 100, trickled(BODY))
    assert (await asked(office.member, "HEAD", path)).status == 410
    return answer.status, answer.body["type"]


async def straight(office: Premises, workshop: Workshop, lose: Loss, **target: Any) -> tuple[int, str]:
    to = await office.member.made(DIRECT, {"filename": "a", "mimeType": "text/plain", "size": len(BODY), **target})
    assert await put(office.member, to, BODY) == 200
    await lose(office)
    status, answer = await office.member.post(f"{DIRECT}/{to['id']}/complete")
    return status, answer["type"]


WAYS = (by_form, by_chunks, straight)


def here(office: Premises, entity_type: str = "channel") -> dict[str, str]:
    return {"entityType": entity_type, "entityId": str(office.channel_id)}


async def refusals(office: Premises) -> list[tuple[str, str]]:
    """Whom it was said to, and why."""
    rows = await office.pool.fetch("SELECT value FROM outbox WHERE topic = 'files.files' ORDER BY id")
    events = [FileEvent.FromString(row["value"]) for row in rows]
    said = [event.file_refused for event in events if event.WhichOneof("payload") == "file_refused"]
    return [(each.user_id, each.reason) for each in said]


@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize(("way", "entity_type"), [(by_form, "draft"), (by_chunks, "channel"), (straight, "draft")])
async def test_who_may_not_any_more_ends_no_upload(
    office: Premises, workshop: Workshop, s3_url: str, way: Any, loss: str, entity_type: str
) -> None:
    answer = await way(office, workshop, LOSSES[loss], **here(office, entity_type))
    assert answer == (403, "forbidden")
    assert await office.pool.fetchval("SELECT count(*) FROM files") == 0
    await nothing_stays(office, workshop, s3_url)


@pytest.mark.parametrize("loss", OF_FILES)
@pytest.mark.parametrize("way", WAYS)
async def test_nor_does_a_next_version_come(
    office: Premises, workshop: Workshop, s3_url: str, way: Any, loss: str
) -> None:
    file_id = await office.file(office.member)
    assert await way(office, workshop, LOSSES[loss], fileId=str(file_id)) == (403, "forbidden")
    assert await office.pool.fetch("SELECT number FROM file_versions") == [(1,)]
    assert (await office.owner.get(f"/api/files/{file_id}"))[1]["version"] == 1
    await nothing_stays(office, workshop, s3_url)


@pytest.mark.parametrize("size", [100, 7 * MEBIBYTE])
@pytest.mark.parametrize("loss", sorted(LOSSES))
async def test_a_job_that_ends_an_upload_asks_again_and_its_uploader_is_told(
    office: Premises, workshop: Workshop, s3_url: str, loss: str, size: int
) -> None:
    path = await begun(office.member, office, size)
    assert (await patched(office.member, path, 0, trickled(secrets.token_bytes(size)))).status == 204
    await LOSSES[loss](office)
    await worked(workshop)
    await is_told(office, sees=not loss.startswith("removed"))
    assert (await office.owner.get("/api/files", **here(office)))[1]["files"] == []
    await office.pool.execute("DELETE FROM jobs WHERE state = 'failed'")
    await nothing_stays(office, workshop, s3_url)


async def is_told(office: Premises, sees: bool) -> None:
    assert await refusals(office) == [(str(office.member.user_id), "forbidden")]
    if not sees:
        assert await office.pool.fetchval("SELECT count(*) FROM files") == 0
        return
    file_id = await office.pool.fetchval("SELECT id FROM files")
    _, seen = await office.member.get(f"/api/files/{file_id}")
    assert (seen["status"], seen["reason"]) == ("refused", "forbidden")


@pytest.mark.parametrize("loss", sorted(LOSSES))
async def test_so_does_the_one_that_takes_over_what_was_put_straight(
    office: Premises, workshop: Workshop, s3_url: str, loss: str
) -> None:
    to = await directed(office.member, office, len(BODY))
    assert await put(office.member, to, BODY) == 200
    assert (await office.member.post(f"{DIRECT}/{to['id']}/complete"))[0] == 202
    await LOSSES[loss](office)
    await worked(workshop)
    await is_told(office, sees=not loss.startswith("removed"))
    await office.pool.execute("DELETE FROM jobs WHERE state = 'failed'")
    await nothing_stays(office, workshop, s3_url)


async def test_a_next_version_that_a_job_refuses_is_its_uploaders_alone(office: Premises, workshop: Workshop) -> None:
    file_id = await office.file(office.member)
    said = metadata(filename="a.bin", fileId=file_id)
    path = (await asked(office.member, "POST", PATH, Upload_Length="100", Upload_Metadata=said)).headers["Location"]
    assert (await patched(office.member, path, 0, trickled(BODY))).status == 204
    await _silenced(office)
    await worked(workshop)
    _, seen = await office.member.get(f"/api/files/{file_id}/versions")
    assert [(each["status"], each["reason"]) for each in seen["versions"]] == [
        ("refused", "forbidden"),
        ("clean", None),
    ]
    _, seen = await office.owner.get(f"/api/files/{file_id}/versions")
    assert [each["version"] for each in seen["versions"]] == [1]


async def test_who_may_still_reply_ends_what_goes_with_a_reply(office: Premises, workshop: Workshop) -> None:
    """Also if the message that carries it came first."""
    for is_first in (True, False):
        said = metadata(filename="a.bin", **here(office, "draft"))
        answer = await asked(office.member, "POST", PATH, Upload_Length="100", Upload_Metadata=said)
        file_id = answer.headers["Nexus-File-Id"]
        await of_channel(office, post="admin")
        if is_first:
            await posted(office.pool, a_message(office.member, office.channel_id, file_id))
        assert (await patched(office.member, answer.headers["Location"], 0, trickled(BODY))).status == 204
        await worked(workshop)
        assert (await office.member.get(f"/api/files/{file_id}"))[1]["status"] == "clean"


async def test_who_is_let_in_again_uploads_again(office: Premises) -> None:
    for is_deactivated, expected in ((True, 403), (False, 201)):
        await _deactivated(office, is_deactivated)
        assert (await sent(office.member, b"said", **here(office)))[0] == expected

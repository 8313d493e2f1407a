"""What sockets hear of files: each place as if it were the only one, and before the scan only the uploader."""

import json
from typing import Any

import pytest
from entrance import Guest, Hall, a_channel, somebody
from nexus.files.v1 import file_event_pb2 as said
from nexus.files.v1.file_event_pb2 import File, FileEvent, Place


def heard(guest: Guest) -> list[tuple[str, Any]]:
    """What it was told of files until now."""
    told = [json.loads(each[2:]) for each in guest.listen() if each.startswith("42")]
    return [(event, args[0]) for event, *args in told if event.startswith("file:")]


async def a_member(hall: Hall, channel_id: str, user_id: str | None = None) -> Guest:
    hall.state = {"channels": [a_channel(channel_id, 0)], "workspaceIds": []}
    return await hall.admitted(hall.tokens.token(user_id))


def a_file(status: str = "clean") -> File:
    return File(id=somebody(), filename="plan.pdf", status=status, entity_type="channel", entity_id="elsewhere")


@pytest.mark.parametrize("name", ["file_uploaded", "file_progress", "file_refused"])
async def test_what_is_not_clean_is_told_to_its_uploader_alone(hall: Hall, name: str) -> None:
    channel_id, user_id = somebody(), somebody()
    uploader, other = await a_member(hall, channel_id, user_id), await a_member(hall, channel_id)
    file = a_file("scanning")
    payload = {
        "file_uploaded": said.FileUploaded(file=file, user_id=user_id),
        "file_progress": said.FileProgress(user_id=user_id, version=1, step="scan", percent=40),
        "file_refused": said.FileRefused(file=file, user_id=user_id, reason="malware"),
    }[name]
    await hall.tell(FileEvent(file_id=file.id, **{name: payload}))  # type: ignore[arg-type]
    ((told, body),) = heard(uploader)
    assert (told, body["fileId"]) == (name.replace("_", ":"), file.id)
    assert "userId" not in body
    assert heard(other) == []


@pytest.mark.parametrize("name", ["file_ready", "file_changed"])
async def test_a_readable_file_is_told_at_each_place_without_the_others(hall: Hall, name: str) -> None:
    one, other, mine = somebody(), somebody(), somebody()
    inside, there, owner, stranger = [
        await a_member(hall, channel_id, user_id)
        for channel_id, user_id in ((one, None), (other, None), (somebody(), mine), (somebody(), None))
    ]
    file, kind = a_file(), {"file_ready": said.FileReady, "file_changed": said.FileChanged}[name]
    places = [Place(entity_type="channel", entity_id=one), Place(entity_type="channel", entity_id=other)]
    told = kind(file=file, places=[*places, Place(entity_type="user", entity_id=mine)])
    await hall.tell(FileEvent(file_id=file.id, **{name: told}))  # type: ignore[arg-type]
    for guest, entity_type, entity_id in ((inside, "channel", one), (there, "channel", other), (owner, "user", mine)):
        ((event, body),) = heard(guest)
        assert (event, body["fileId"]) == (name.replace("_", ":"), file.id)
        assert (body["file"]["entityType"], body["file"]["entityId"]) == (entity_type, entity_id)
    assert heard(stranger) == []


@pytest.mark.parametrize("name", ["file_ready", "file_changed", "file_deleted"])
async def test_what_is_to_go_with_a_message_is_told_to_its_uploader_alone(hall: Hall, name: str) -> None:
    channel_id, user_id = somebody(), somebody()
    uploader, member = await a_member(hall, channel_id, user_id), await a_member(hall, channel_id)
    file, places = a_file(), [Place(entity_type="draft", entity_id=channel_id)]
    file.uploaded_by = user_id
    payload = {
        "file_ready": said.FileReady(file=file, places=places),
        "file_changed": said.FileChanged(file=file, places=places),
        "file_deleted": said.FileDeleted(workspace_id="w", places=places, user_id=user_id),
    }[name]
    await hall.tell(FileEvent(file_id=file.id, **{name: payload}))  # type: ignore[arg-type]
    assert [event for event, _ in heard(uploader)] == [name.replace("_", ":")]
    assert heard(member) == []


async def test_a_workspace_hears_only_that_there_is_something(hall: Hall) -> None:
    workspace_id = somebody()
    hall.state = {"channels": [], "workspaceIds": [workspace_id]}
    guest = await hall.admitted(hall.tokens.token(None))
    file = a_file()
    places = [Place(entity_type="workspace", entity_id=workspace_id)]
    await hall.tell(FileEvent(file_id=file.id, file_ready=said.FileReady(file=file, places=places)))
    ((_, body),) = heard(guest)
    assert (body["fileId"], body["file"], body["entityId"]) == (file.id, None, workspace_id)
    assert "plan" not in str(body)


async def test_a_removed_file_is_told_where_it_was_and_else_to_its_uploader(hall: Hall) -> None:
    channel_id, user_id, file_id = somebody(), somebody(), somebody()
    uploader, member = await a_member(hall, somebody(), user_id), await a_member(hall, channel_id)
    place = Place(entity_type="channel", entity_id=channel_id)
    gone = said.FileDeleted(workspace_id="w", places=[place], user_id=user_id)
    await hall.tell(FileEvent(file_id=file_id, file_deleted=gone))
    assert heard(uploader) == []
    ((_, body),) = heard(member)
    assert body == {"fileId": file_id, "workspaceId": "w", "entityType": "channel", "entityId": channel_id}
    await hall.tell(FileEvent(file_id=file_id, file_deleted=said.FileDeleted(workspace_id="w", user_id=user_id)))
    assert [body["entityId"] for _, body in heard(uploader)] == [None]
    assert len(heard(member)) == 1

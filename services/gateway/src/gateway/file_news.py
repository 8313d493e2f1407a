"""What sockets hear of files: their uploader everything, places what can be read there.

What somebody misses while they are cut off is not told later: whoever shows a file asks for it anew.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from eventbus.wire import Json, to_wire
from nexus.files.v1 import file_event_pb2 as said
from nexus.files.v1.file_event_pb2 import File, FileEvent, Place

from gateway.packets import encode_event
from gateway.people import user_room, workspace_room

if TYPE_CHECKING:
    from gateway.handlers import Feed


def tell_uploaded(event: FileEvent, feed: "Feed") -> None:
    uploaded = event.file_uploaded
    _tell_person(feed, uploaded.user_id, "file:uploaded", _whole(uploaded.file))


def tell_progress(event: FileEvent, feed: "Feed") -> None:
    told = to_wire(event.file_progress)
    del told["userId"]
    _tell_person(feed, event.file_progress.user_id, "file:progress", {"fileId": event.file_id, **told})


def tell_refused(event: FileEvent, feed: "Feed") -> None:
    refused = event.file_refused
    _tell_person(feed, refused.user_id, "file:refused", {**_whole(refused.file), "reason": refused.reason})


def tell_ready(event: FileEvent, feed: "Feed") -> None:
    _tell_places(feed, event.file_ready.places, "file:ready", event.file_ready.file)


def tell_changed(event: FileEvent, feed: "Feed") -> None:
    _tell_places(feed, event.file_changed.places, "file:changed", event.file_changed.file)


def tell_deleted(event: FileEvent, feed: "Feed") -> None:
    deleted = event.file_deleted
    about: Json = {"fileId": event.file_id, "workspaceId": deleted.workspace_id}
    for place in deleted.places:
        _tell_place(feed, place, "file:deleted", {**about, **to_wire(place)}, deleted.user_id)
    if not deleted.places:
        _tell_person(feed, deleted.user_id, "file:deleted", {**about, "entityType": None, "entityId": None})


def _tell_places(feed: "Feed", places: Iterable[Place], name: str, file: File) -> None:
    """Each place as if it were the only one: of others not everybody there may know."""
    for place in places:
        file.entity_type, file.entity_id = place.entity_type, place.entity_id
        body = _whole(file) if place.entity_type != "workspace" else _hint(file)
        _tell_place(feed, place, name, body, file.uploaded_by)


def _tell_place(feed: "Feed", place: Place, name: str, body: Json, uploader_id: str) -> None:
    if place.entity_type == "channel" and place.entity_id in feed.channels:
        feed.channels.tell(place.entity_id, encode_event("/", name, body, feed.recent.place))
    elif place.entity_type == "user":
        _tell_person(feed, place.entity_id, name, body)
    elif place.entity_type == "draft":
        _tell_person(feed, uploader_id, name, body)
    elif place.entity_type == "workspace":
        feed.tell_room(workspace_room(place.entity_id), name, body)


def _tell_person(feed: "Feed", user_id: str, name: str, body: Json) -> None:
    feed.tell_room(user_room(user_id), name, body)


def _whole(file: File) -> Json:
    return {"fileId": file.id, "file": to_wire(file)}


def _hint(file: File) -> Json:
    """A workspace's guests hear what is told to it, and do not see what hangs there: whoever may asks for the rest."""
    about: Json = {"workspaceId": file.workspace_id, "entityType": file.entity_type, "entityId": file.entity_id}
    return {"fileId": file.id, "file": None, **about}


NEWS: Mapping[type, Callable[[Any, "Feed"], None]] = {
    said.FileUploaded: tell_uploaded,
    said.FileProgress: tell_progress,
    said.FileReady: tell_ready,
    said.FileChanged: tell_changed,
    said.FileRefused: tell_refused,
    said.FileDeleted: tell_deleted,
}

"""What files tells everyone: each fact is recorded in the transaction of its change."""

from collections.abc import Sequence
from uuid import UUID

from eventbus import Db, outbox
from nexus.event.v1.meta_pb2 import Meta
from nexus.files.v1 import file_event_pb2 as said
from nexus.files.v1.file_event_pb2 import FileEvent, Place

from files import forms

# Of one file one transaction after the other, so that its events keep one order.
LOCK = "SELECT true FROM files WHERE id = $1 FOR NO KEY UPDATE"


async def uploaded(db: Db, file_id: UUID, version: int, user_id: UUID) -> None:
    await db.execute(LOCK, file_id)
    if file := await forms.told(db, file_id, version):
        told = said.FileUploaded(file=file, user_id=str(user_id))
        await _say(db, FileEvent(file_id=file.id, file_uploaded=told), user_id)


async def progressed(db: Db, file_id: UUID, version: int, user_id: UUID, step: str, percent: int) -> None:
    await db.execute(LOCK, file_id)
    progress = said.FileProgress(user_id=str(user_id), version=version, step=step, percent=percent)
    await _say(db, FileEvent(file_id=str(file_id), file_progress=progress), user_id)


async def ready(db: Db, file_id: UUID, version: int) -> None:
    """The file's first clean version."""
    await db.execute(LOCK, file_id)
    if file := await forms.told(db, file_id, version):
        told = said.FileReady(file=file, places=await forms.places(db, file_id))
        await _say(db, FileEvent(file_id=file.id, file_ready=told))


async def changed(db: Db, file_id: UUID, version: int, actor_id: UUID | None = None) -> None:
    """Another name, version, place or preview; of a clean version alone."""
    await db.execute(LOCK, file_id)
    if file := await forms.told(db, file_id, version):
        told = said.FileChanged(file=file, places=await forms.places(db, file_id))
        await _say(db, FileEvent(file_id=file.id, file_changed=told), actor_id)


async def refused(db: Db, file_id: UUID, version: int, user_id: UUID, reason: str) -> None:
    await db.execute(LOCK, file_id)
    if file := await forms.told(db, file_id, version):
        told = said.FileRefused(file=file, reason=reason, user_id=str(user_id))
        await _say(db, FileEvent(file_id=file.id, file_refused=told))


async def deleted(
    db: Db, file_id: UUID, workspace_id: UUID, places: Sequence[Place], uploaded_by: UUID, *,
    is_gone: bool, actor_id: UUID | None = None,
) -> None:  # fmt: skip
    """Gone from everywhere, or from these places."""
    told = said.FileDeleted(workspace_id=str(workspace_id), places=places, user_id=str(uploaded_by), is_gone=is_gone)
    await _say(db, FileEvent(file_id=str(file_id), file_deleted=told), actor_id)


async def _say(db: Db, event: FileEvent, actor_id: UUID | None = None) -> None:
    event.meta.CopyFrom(Meta(actor_id=str(actor_id) if actor_id else ""))
    await outbox.append(db, event)

"""What is told of share links: to those who made them."""

from uuid import UUID

from eventbus import Db, outbox
from nexus.files.v1.file_event_pb2 import FileEvent, LinkMade, LinkRevoked, LinkUsed


async def made(db: Db, file_id: UUID, link_id: UUID, user_id: UUID) -> None:
    said = LinkMade(link_id=str(link_id), user_id=str(user_id))
    await outbox.append(db, FileEvent(file_id=str(file_id), link_made=said))


async def used(db: Db, file_id: UUID, link_id: UUID, user_id: UUID, downloads: int) -> None:
    said = LinkUsed(link_id=str(link_id), user_id=str(user_id), downloads=downloads)
    await outbox.append(db, FileEvent(file_id=str(file_id), link_used=said))


async def revoked(db: Db, file_id: UUID, link_id: UUID, user_id: UUID, revoked_by: UUID) -> None:
    said = LinkRevoked(link_id=str(link_id), user_id=str(user_id), revoked_by=str(revoked_by))
    await outbox.append(db, FileEvent(file_id=str(file_id), link_revoked=said))

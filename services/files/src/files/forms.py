"""Rows as what clients and topics get: files go through their contract, so all doors say the same."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson
from asyncpg import Record
from chassis.problems import not_found
from eventbus import Db
from eventbus.wire import Json, to_wire
from google.protobuf.timestamp_pb2 import Timestamp
from nexus.files.v1.file_event_pb2 import File, Place

from files.media.types import OCTETS, served_as
from files.places import SEES
from files.standings import THEIRS, VISIBLE

# Of the asker as $1: a file is shown as its newest clean version is, to its uploader as the only one there is.
COLUMNS = """f.id, f.workspace_id, f.filename, f.uploaded_by, f.created_at, f.updated_at, v.number, v.status, v.reason,
    v.size, v.sha256, v.declared_type, b.media_type, b.note, b.width, b.height, b.duration, b.pages,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'variant', d.variant, 'mediaType', d.media_type, 'size', d.size) || d.details ORDER BY d.variant), '[]')
        FROM derived d WHERE d.blob_id = b.id) AS previews"""
FROM = """
    FROM files f JOIN file_versions v ON v.file_id = f.id AND v.number = {number}
    LEFT JOIN blobs b ON b.id = v.blob_id AND v.status = 'clean'
"""
SHOWN_VERSION = "coalesce(f.version, (SELECT max(number) FROM file_versions WHERE file_id = f.id))"
PLACE = f"""
    LEFT JOIN LATERAL (SELECT p.entity_type, p.entity_id FROM file_places p
        WHERE p.file_id = f.id AND p.is_open AND {SEES} AND {THEIRS}
        ORDER BY p.added_at, p.entity_id LIMIT 1) p ON TRUE
"""  # noqa: S608 - constants
SHOWN = f"SELECT {COLUMNS}, p.entity_type, p.entity_id {FROM.format(number=SHOWN_VERSION)} {PLACE}"
BY_IDS = f"{SHOWN} WHERE f.id = ANY($2::uuid[]) AND {VISIBLE}"
AT_PLACE = f"""
    SELECT {COLUMNS}, p.entity_type, p.entity_id {FROM.format(number=SHOWN_VERSION)}
    JOIN file_places p ON p.file_id = f.id AND p.is_open
    WHERE p.entity_type = $2 AND p.entity_id = $3 AND ($4::uuid IS NULL OR f.id < $4)
        AND (f.version IS NOT NULL OR f.uploaded_by = $1) AND {THEIRS}
    ORDER BY f.id DESC LIMIT $5
"""
VERSIONS = f"""
    SELECT {COLUMNS}, p.entity_type, p.entity_id, v.uploaded_by AS version_by, v.created_at AS version_at,
        v.restored_from
    {FROM.format(number="v.number")} {PLACE}
    WHERE f.id = $2 AND (v.status = 'clean' OR v.uploaded_by = $1) ORDER BY v.number DESC
"""
# For topics, which say all places beside it.
TOLD = f"""
    SELECT {COLUMNS}, p.entity_type, p.entity_id {FROM.format(number="$2")}
    LEFT JOIN LATERAL (SELECT * FROM file_places p WHERE p.file_id = f.id ORDER BY p.added_at LIMIT 1) p ON TRUE
    WHERE f.id = $1
"""  # noqa: S608
PLACES = "SELECT entity_type, entity_id FROM file_places WHERE file_id = $1 AND is_open"


async def of(db: Db, user_id: UUID, file_id: UUID) -> Json:
    """`Problem` 404 for a file that the asker does not see."""
    found = await of_all(db, user_id, [file_id])
    if not found:
        raise not_found("file")
    return found[0]


async def of_all(db: Db, user_id: UUID, file_ids: Sequence[UUID]) -> list[Json]:
    """Those of them that the asker sees, in the order asked for."""
    rows = {row["id"]: row for row in await db.fetch(BY_IDS, user_id, list(file_ids))}
    return [file_json(rows[id_]) for id_ in dict.fromkeys(file_ids) if id_ in rows]


async def at(db: Db, user_id: UUID, entity_type: str, entity_id: UUID, before: UUID | None, limit: int) -> Json:
    """What hangs on a place that the asker sees, the newest first."""
    rows = await db.fetch(AT_PLACE, user_id, entity_type, entity_id, before, limit + 1)
    shown = rows[:limit]
    return {"files": [file_json(row) for row in shown], "cursor": str(shown[-1]["id"]) if len(rows) > limit else None}


async def versions(db: Db, user_id: UUID, file_id: UUID) -> list[Json]:
    """The clean ones, and the asker's own others, the newest first."""
    return [_version_json(row) for row in await db.fetch(VERSIONS, user_id, file_id)]


async def told(db: Db, file_id: UUID, version: int) -> File | None:
    """As a topic tells it; None if it is gone."""
    row = await db.fetchrow(TOLD, file_id, version)
    return file_of(row) if row else None


async def places(db: Db, file_id: UUID) -> list[Place]:
    """The open ones."""
    return places_of(await db.fetch(PLACES, file_id))


def places_of(rows: Iterable[Record]) -> list[Place]:
    return [Place(entity_type=row["entity_type"], entity_id=str(row["entity_id"])) for row in rows]


def file_of(row: Record) -> File:
    """A row as its contract."""
    previews = orjson.loads(row["previews"])
    return File(
        id=str(row["id"]),
        workspace_id=str(row["workspace_id"]),
        filename=row["filename"],
        mime_type=_served_as(row),
        size=row["size"],
        sha256=row["sha256"].hex() if row["sha256"] else None,
        uploaded_by=str(row["uploaded_by"]),
        status=row["status"],
        reason=row["reason"],
        version=row["number"],
        width=row["width"],
        height=row["height"],
        duration=row["duration"],
        pages=row["pages"],
        thumbnail=any(preview["variant"] == "thumbnail" for preview in previews),
        previews=row["previews"],
        created_at=_timestamp(row, "created_at"),
        updated_at=_timestamp(row, "updated_at"),
        entity_type=row["entity_type"] or "",
        entity_id=str(row["entity_id"] or ""),
        note=row["note"] or ("mismatch" if row["media_type"] not in (None, _served_as(row)) else None),
    )


def _served_as(row: Record) -> str:
    """As it is handed out: by its content, if its name and its uploader say the same."""
    return served_as(row["media_type"] or OCTETS, row["filename"], row["declared_type"])


def file_json(row: Record) -> Json:
    return to_wire(file_of(row))


def _version_json(row: Record) -> Json:
    """What belongs to the version is the version's own."""
    file = file_of(row)
    file.uploaded_by = str(row["version_by"])
    file.created_at.CopyFrom(_timestamp(row, "version_at"))
    return {**to_wire(file), "restoredFrom": row["restored_from"]}


def _timestamp(row: Record, name: str) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(row[name])
    return moment

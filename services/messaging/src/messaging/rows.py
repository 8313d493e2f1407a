"""Rows as what clients and topics get. Channels and messages go through their contract, so all doors say the same."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from eventbus.wire import Json, iso, to_wire
from google.protobuf.timestamp_pb2 import Timestamp
from nexus.messaging.v1.channel_event_pb2 import Channel, LinkPreview, Message

CHANNEL = """id, workspace_id, name, description, type, is_archived, is_default, thread_enabled, created_by, created_at,
    updated_at, member_ids, members_mention_everyone, permissions, slow_mode_seconds"""
MESSAGE = """id, channel_id, user_id, content, content_type, formatted_content, parent_message_id, thread_reply_count,
    attachments, reactions, is_edited, is_deleted, is_pinned, created_at, updated_at, deleted_at, seq,
    client_message_id, mentions, mentions_channel, mentions_here, also_to_channel, last_reply_at, thread_participants,
    revision, forwarded, plain_text, previews, via, actions, poll, is_hidden, is_purged,
    is_imported"""


def qualified(columns: str, table: str) -> str:
    """The columns with the table's name before each."""
    return ", ".join(f"{table}.{name.strip()}" for name in columns.split(","))


def channel_of(row: Record) -> Channel:
    """A `channels` row as its contract."""
    return Channel(
        id=str(row["id"]),
        workspace_id=str(row["workspace_id"]),
        name=row["name"],
        description=row["description"],
        type=row["type"],
        is_archived=row["is_archived"],
        is_default=row["is_default"],
        thread_enabled=row["thread_enabled"],
        created_by=_text(row["created_by"]),
        created_at=timestamp(row["created_at"]),
        updated_at=timestamp(row["updated_at"]),
        member_ids=texts(row["member_ids"]),
        members_mention_everyone=row["members_mention_everyone"],
        is_announcement=is_announcement(row["permissions"]),
        slow_mode_seconds=row["slow_mode_seconds"],
    )


def message_of(row: Record) -> Message:
    """A `messages` row as its contract."""
    return Message(
        id=str(row["id"]),
        channel_id=str(row["channel_id"]),
        user_id=str(row["user_id"]),
        content=row["content"],
        content_type=row["content_type"],
        formatted_content=row["formatted_content"],
        parent_message_id=_text(row["parent_message_id"]),
        thread_reply_count=row["thread_reply_count"],
        attachments=row["attachments"],
        reactions=row["reactions"],
        is_edited=row["is_edited"],
        is_deleted=row["is_deleted"],
        is_pinned=row["is_pinned"],
        created_at=timestamp(row["created_at"]),
        updated_at=timestamp(row["updated_at"]),
        deleted_at=timestamp(row["deleted_at"]),
        seq=row["seq"],
        client_message_id=row["client_message_id"],
        mentions=texts(row["mentions"]),
        mentions_channel=row["mentions_channel"],
        mentions_here=row["mentions_here"],
        also_to_channel=row["also_to_channel"],
        last_reply_at=timestamp(row["last_reply_at"]),
        thread_participants=texts(row["thread_participants"]),
        revision=row["revision"],
        forwarded=row["forwarded"],
        plain_text=row["plain_text"],
        previews=previews_of(row["previews"]),
        via=row["via"],
        actions=row["actions"],
        poll=row["poll"],
        is_hidden=row["is_hidden"],
        is_purged=row["is_purged"],
        is_imported=row["is_imported"],
    )


def is_announcement(permissions: str) -> bool:
    """Whether a channel's own word on rights leaves posting to its admins, or to fewer."""
    return orjson.loads(permissions).get("post") in ("channelAdmin", "admin", "owner") if permissions != "{}" else False


def channel_json(row: Record) -> Json:
    return to_wire(channel_of(row))


def message_json(row: Record) -> Json:
    return to_wire(message_of(row))


def plain_json(row: Record, *names: str) -> Json:
    """The named columns in camelCase; times in ISO-8601, ids as text."""
    return {camel(name): _plain(row[name]) for name in names}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def timestamp(moment: Any) -> Timestamp | None:
    if moment is None:
        return None
    return Timestamp(seconds=int(moment.timestamp()), nanos=moment.microsecond * 1_000)


def previews_of(stored: str | None) -> list[LinkPreview]:
    """A message's previews as their contract."""
    return [LinkPreview(**preview) for preview in orjson.loads(stored)] if stored else []


def texts(ids: Iterable[UUID] | None) -> list[str]:
    """Ids as text; none for NULL."""
    return [str(id_) for id_ in ids or ()]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    return iso(value) if hasattr(value, "isoformat") else str(value)

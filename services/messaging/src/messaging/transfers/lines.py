"""Rows as the lines of our archive (docs/archive.md), which are records as an import reads them."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from asyncpg import Record
from eventbus.wire import Json, iso

from messaging.rows import camel
from messaging.transfers.keys import microseconds
from messaging.transfers.own import FORMAT, VERSION

Rows = Sequence[Record]


def line(told: Json) -> bytes:
    """One line; what is nothing or empty is left out."""
    return orjson.dumps(line_of(told)) + b"\n"


def head(row: Record, at: datetime, options: Mapping[str, object]) -> bytes:
    names = (
        "name", "description", "is_public", "allow_external_invites", "retention_days", "retention_spares_pins",
        "members_mention_everyone", "members_see_edits",
    )  # fmt: skip
    workspace = {"key": str(row["id"]), **{camel(name): row[name] for name in names},
                 "permissions": orjson.loads(row["permissions"])}  # fmt: skip
    told = {
        "format": FORMAT, "version": VERSION, "exportedAt": iso(at), "options": dict(options), "workspace": workspace
    }  # fmt: skip
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"


def person(row: Record) -> Json:
    return {
        "key": str(row["id"]), "name": row["name"] or "Somebody", "email": row["email"] or None, "isBot": row["is_bot"],
        "isActive": row["status"] == "active", "role": row["role"] or "member",
        "permissions": orjson.loads(row["permissions"] or "{}"),
    }  # fmt: skip


def channel(row: Record, members: Rows, bookmarks: Rows) -> Json:
    is_conversation = row["type"] in ("direct", "group")
    return {
        "key": str(row["id"]), "name": row["type"] if is_conversation else row["name"], "type": row["type"],
        "description": row["description"], "isArchived": row["is_archived"], "isDefault": row["is_default"],
        "threadEnabled": row["thread_enabled"], "createdAt": microseconds(row["created_at"]),
        "createdBy": _text(row["created_by"]),
        "members": [line_of({"user": str(each["user_id"]), "role": each["role"]}) for each in members],
        "people": [str(each["user_id"]) for each in members] if is_conversation else [],
        "membersMentionEveryone": row["members_mention_everyone"],
        "permissions": orjson.loads(row["permissions"]), "posters": list(map(str, row["posters"])),
        "slowModeSeconds": row["slow_mode_seconds"], "retentionDays": row["retention_days"],
        "bookmarks": [
            line_of({"title": each["title"], "url": each["url"], "emoji": each["emoji"],
                     "createdBy": str(each["created_by"]), "createdAt": microseconds(each["created_at"])})
            for each in bookmarks
        ],
    }  # fmt: skip


def group(row: Record) -> Json:
    return {
        "key": str(row["id"]), "name": row["name"], "description": row["description"],
        "members": list(map(str, row["member_ids"])), "createdAt": microseconds(row["created_at"]),
        "createdBy": str(row["created_by"]),
    }  # fmt: skip


def emoji(row: Record) -> Json:
    return {
        "key": str(row["id"]), "name": row["name"], "image": base64.b64encode(row["image"]).decode(),
        "createdAt": microseconds(row["created_at"]), "createdBy": str(row["created_by"]),
    }  # fmt: skip


def message(row: Record, extras: "Extras", exported_at: datetime) -> Json:
    via = _loaded(row["via"])
    before = _loaded(extras.kept.get((row["id"], "hidden"))) or {}
    poll = _loaded(row["poll"]) or before.get("poll")
    held = [_loaded(extras.kept.get((row["id"], reason))) for reason in ("held", "quote")]
    updated = row["updated_at"] if row["updated_at"] != row["created_at"] else None
    return {
        "channel": str(row["channel_id"]), "key": str(row["id"]), "place": row["seq"],
        "at": microseconds(row["created_at"]), "updatedAt": _time(updated), "deletedAt": _time(row["deleted_at"]),
        "user": None if via else str(row["user_id"]),
        "via": via and line_of({"key": via["id"], "name": via.get("name") or "", "iconEmoji": via.get("iconEmoji"),
                                "kind": via.get("kind")}),
        **_said(before or row),
        "contentType": None if row["content_type"] == "text" else row["content_type"],
        "parent": _text(row["parent_message_id"]), "parentAt": _time(row["parent_at"]),
        **{camel(name): True for name in FLAGS if row[name]},
        "reactions": orjson.loads(row["reactions"]), "poll": _poll(poll, exported_at),
        "votes": extras.votes_of(row, poll), "versions": extras.versions_of(row), "followers": extras.followers_of(row),
        "kept": {name: value for each in held for name, value in (each or {}).items()},
    }  # fmt: skip


class Extras:
    """What belongs to some messages, by their ids."""

    def __init__(self, kept: Rows, votes: Rows, versions: Rows, followers: Rows) -> None:
        self.kept = {(row["message_id"], row["reason"]): row["content"] for row in kept}
        self._votes, self._versions, self._followers = _by_id(votes), _by_id(versions), _by_id(followers)

    def votes_of(self, row: Record, poll: Json | None) -> list[Json]:
        """None of an anonymous poll: an archive does not say who voted for what."""
        if poll is None or poll["isAnonymous"]:
            return []
        return [
            {"user": str(each["user_id"]), "option": each["option_id"], "at": microseconds(each["voted_at"])}
            for each in self._votes.get(row["id"], ())
        ]

    def versions_of(self, row: Record) -> list[Json]:
        return [
            line_of({"version": each["version"], "content": each["content"], "at": microseconds(each["written_at"]),
                     "formatted": _loaded(each["formatted_content"]),
                     "attachments": orjson.loads(each["attachments"])})
            for each in self._versions.get(row["id"], ())
        ]  # fmt: skip

    def followers_of(self, row: Record) -> list[Json]:
        return [
            {"user": str(each["user_id"]), "isFollowing": each["is_following"]}
            for each in self._followers.get(row["id"], ())
        ]


def line_of(told: Json) -> Json:
    return {name: value for name, value in told.items() if _says_something(value)}


def _said(row: Mapping[str, Any] | Record) -> Json:
    forwarded = _loaded(row["forwarded"])
    return {
        "content": row["content"], "formatted": _loaded(row["formatted_content"]),
        "attachments": _loaded(row["attachments"]) or [], "previews": _loaded(row["previews"]) or [],
        "forwarded": forwarded and {name: forwarded[name] for name in PASSED if name in forwarded},
    }  # fmt: skip


FLAGS = ("also_to_channel", "is_edited", "is_deleted", "is_pinned", "is_hidden", "is_purged")
PASSED = (
    "messageId",
    "channelId",
    "userId",
    "createdAt",
    "content",
    "contentType",
    "attachments",
    "isHidden",
    "isDeleted",
)


def _poll(poll: Json | None, exported_at: datetime) -> Json | None:
    """An anonymous one goes without its votes, and so ends with the export: nobody could vote in it once only."""
    if poll is None:
        return None
    closed = poll["closedAt"] or (iso(exported_at) if poll["isAnonymous"] else None)
    return {**poll, "closedAt": closed}


def _by_id(rows: Rows) -> dict[Any, list[Record]]:
    found: dict[Any, list[Record]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(row)
    return found


def _says_something(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _loaded(told: Any) -> Any:
    return orjson.loads(told) if isinstance(told, str) else told


def _time(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

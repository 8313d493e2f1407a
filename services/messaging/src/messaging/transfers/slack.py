"""Slack's export as records: https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports.

`users.json` and the lists of channels come first, then each channel's folder with a file a day. What the files say is
taken as strangers' words: whatever has not the shape that it should have is left out and counted.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from chassis.confined.inside import Refused

from messaging.transfers.archive import Archive
from messaging.transfers.slack_messages import Told, key, message_of, microseconds_of, skip, words

LISTS = {"channels.json": "public", "groups.json": "private", "mpims.json": "group", "dms.json": "direct"}
# What exports have beside these, and nobody misses: counted by name.
OTHERS = ("integration_logs.json", "canvases.json", "lists.json", "huddle_transcripts.json", "file_conversations.json")
DESCRIPTION = 2_000


class SlackExport:
    """An export as a number of steps, each of which tells some records; after a break one goes on with the next."""

    def __init__(self, archive: Archive, root: str) -> None:
        self._archive, self._root = archive, root
        self._lists = [name for name in LISTS if root + name in archive.files]
        self._channels = self._folders()
        self._days = sorted(
            (name for name in archive.files if self._is_day(name)),
            key=lambda name: PurePosixPath(name).parts,
        )
        users = self._list("users.json")
        team = next((words(user.get("team_id"), 32) for user in users if user.get("team_id")), "")
        self.source = f"slack:{team}" if team else "slack"
        self.steps = 1 + len(self._lists) + len(self._days)

    @classmethod
    def found_in(cls, archive: Archive) -> "SlackExport | None":
        """None if this is no export of Slack's; its files may be in one folder."""
        places = [name for name in archive.files if PurePosixPath(name).name == "users.json"]
        root = min(places, key=len).removesuffix("users.json") if places else ""
        return cls(archive, root) if places and root.count("/") <= 1 else None

    def step(self, number: int) -> Iterator[Told]:
        if number == 0:
            yield from self._people()
            yield from self._rest()
        elif number <= len(self._lists):
            yield from self._list_of_channels(self._lists[number - 1])
        else:
            yield from self._day(self._days[number - 1 - len(self._lists)])

    def _people(self) -> Iterator[Told]:
        for user in self._list("users.json"):
            if person := _person(user):
                yield person
            else:
                yield skip("person_without_id", "users.json")

    def _rest(self) -> Iterator[Told]:
        """What is not looked at."""
        known = {"users.json", *LISTS}
        for name in self._archive.files:
            inner = name.removeprefix(self._root)
            if inner not in known and not self._is_day(name):
                reason = "not_imported" if inner in OTHERS else "unknown_file"
                yield skip(reason, inner)

    def _list_of_channels(self, name: str) -> Iterator[Told]:
        for told in self._list(name):
            if channel := _channel(told, LISTS[name]):
                yield channel
            else:
                yield skip("channel_without_id", name)

    def _day(self, name: str) -> Iterator[Told]:
        folder = PurePosixPath(name.removeprefix(self._root)).parts[0]
        channel = self._channels.get(folder)
        if channel is None:
            yield skip("channel_not_listed", folder)
            return
        pins = _pins(channel)
        for told in self._read(name):
            yield from message_of(told, key(channel.get("id")) or "", pins)

    def _is_day(self, name: str) -> bool:
        parts = PurePosixPath(name.removeprefix(self._root)).parts
        return name.startswith(self._root) and len(parts) == 2 and name.endswith(".json")

    def _folders(self) -> dict[str, dict[str, Any]]:
        """Channels by the name of their folder, which is theirs; that of a conversation is its id."""
        found: dict[str, dict[str, Any]] = {}
        for name in self._lists:
            for channel in self._list(name):
                for folder in (channel.get("id"), channel.get("name")):
                    if isinstance(folder, str) and key(channel.get("id")):
                        found.setdefault(folder, channel)
        return found

    def _list(self, name: str) -> list[dict[str, Any]]:
        return self._read(self._root + name)

    def _read(self, name: str) -> list[dict[str, Any]]:
        told = self._archive.json(name)
        if not isinstance(told, list):
            raise Refused(f"{name[:120]} is no list, as it is in an export of Slack's.")
        return [each for each in told if isinstance(each, dict)]


def _person(user: Mapping[str, Any]) -> Told | None:
    profile = user["profile"] if isinstance(user.get("profile"), dict) else {}
    id_ = key(user.get("id"))
    if id_ is None:
        return None
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"), id_)
    return {
        "k": "person", "key": id_, "name": next(filter(None, (words(name, 255) for name in names))),
        "email": words(profile.get("email"), 254).lower() or None,
        "isBot": user.get("is_bot") is True, "isActive": user.get("deleted") is not True,
        "role": "guest" if user.get("is_restricted") is True or user.get("is_ultra_restricted") is True else "member",
    }  # fmt: skip


def _channel(told: Mapping[str, Any], type_: str) -> Told | None:
    id_ = key(told.get("id"))
    if id_ is None:
        return None
    topic, purpose = (_value(told.get(name)) for name in ("topic", "purpose"))
    said = [text for text in (topic, purpose if purpose != topic else "") if text]
    members = [member for member in map(key, _listed(told.get("members"))) if member]
    if type_ == "public" and told.get("is_private") is True:
        type_ = "private"
    return {
        "k": "channel", "key": id_, "name": words(told.get("name"), 255) or id_, "type": type_,
        "description": "\n\n".join(said)[:DESCRIPTION] or None,
        "isArchived": told.get("is_archived") is True, "isDefault": told.get("is_general") is True,
        "createdAt": microseconds_of(told.get("created")), "createdBy": key(told.get("creator")),
        "members": [{"user": member} for member in dict.fromkeys(members)],
    }  # fmt: skip


def _pins(channel: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        pin["id"] for pin in _listed(channel.get("pins")) if isinstance(pin, dict) and isinstance(pin.get("id"), str)
    )


def _value(told: object) -> str:
    return words(told.get("value"), DESCRIPTION) if isinstance(told, dict) else ""


def _listed(told: object) -> list[Any]:
    return told if isinstance(told, list) else []

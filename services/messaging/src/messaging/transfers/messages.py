"""Messages of an import as rows: what is told of them in Python first, away from the event loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from chassis.database import dumps

from messaging.formatting.forms import Forms, references_of
from messaging.transfers.jobs import Job
from messaging.transfers.keys import id_of, message_id, moment
from messaging.transfers.records import Message, Via
from messaging.transfers.shortcodes import emoji_of
from messaging.transfers.wording import Names, forms_of

CONTENT = 40_000
# Without these nothing of a message is shown, and what it said is kept aside.
HIDDEN: Mapping[str, object] = {
    "content": "", "formatted_content": None, "plain_text": None, "previews": None, "attachments": "[]",
    "forwarded": None, "poll": None, "actions": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where the messages of a channel are from, and where they go."""

    workspace_id: UUID
    name: str
    channel_key: str
    channel_id: UUID
    names: Names

    @classmethod
    def of(cls, job: Job, channel_key: str, channel_id: UUID, names: Names) -> "Source":
        return cls(job.workspace_id, job.source, channel_key, channel_id, names)

    def id_of(self, key: str, at: int) -> UUID:
        return message_id(self.workspace_id, self.name, f"{self.channel_key}:{key}", at, self.channel_id)

    def elsewhere(self, channel_key: str, key: str, at: int) -> UUID | None:
        """A message of another channel of the import."""
        channel_id = self.names.channels.get(channel_key)
        return channel_id and message_id(self.workspace_id, self.name, f"{channel_key}:{key}", at, channel_id)


@dataclass(slots=True)
class Row:
    """A message as its columns, and what is kept of it elsewhere."""

    record: Message
    columns: dict[str, Any]
    versions: Sequence[tuple[Any, ...]] = ()
    votes: Sequence[tuple[Any, ...]] = ()
    followers: Sequence[tuple[UUID, bool]] = ()
    hidden: str | None = None

    @property
    def id(self) -> UUID:
        return UUID(str(self.columns["id"]))

    @property
    def parent_id(self) -> UUID | None:
        parent: UUID | None = self.columns["parent_message_id"]
        return parent


def rows_of(source: Source, records: Sequence[Message]) -> list[Row | str]:
    """A row each, or why there is none. Takes a while: not for the event loop."""
    return [_row(source, record) for record in records]


def _row(source: Source, record: Message) -> Row | str:
    author = _author(source, record)
    if author is None:
        return "unknown_author"
    forms = Forms("", None) if record.is_deleted else forms_of(record, source.names)
    if len(forms.content) > CONTENT:
        forms = Forms(forms.content[:CONTENT], None)
    row = Row(record, _columns(source, record, author, forms))
    row.versions = _versions(source, record, row.id)
    row.votes = [(row.id, source.names.people.get(vote.user) or _nobody(source, vote.user), vote.option,
                  moment(vote.at)) for vote in record.votes]  # fmt: skip
    row.followers = [
        (source.names.people[each.user], each.is_following) for each in record.followers
        if each.user in source.names.people
    ]  # fmt: skip
    if record.is_hidden and not record.is_deleted:
        _hide(row)
    return row


def _columns(source: Source, record: Message, author: UUID, forms: Forms) -> dict[str, Any]:
    said = references_of(forms, record.content_type)
    at = moment(record.at)
    updated = moment(record.updated_at) if record.updated_at else at
    is_reply = record.parent is not None and record.parent_at is not None
    return {
        "id": source.id_of(record.key, record.at), "channel_id": source.channel_id, "user_id": author,
        "content": forms.content, "content_type": record.content_type, "formatted_content": forms.formatted_content,
        "parent_message_id": source.id_of(record.parent, record.parent_at) if is_reply else None,  # type: ignore[arg-type]
        "thread_reply_count": 0,
        "attachments": dumps(record.attachments),
        "reactions": "{}" if record.is_deleted else dumps(_reactions(source, record)),
        "is_edited": record.is_edited, "is_deleted": record.is_deleted,
        "is_pinned": record.is_pinned and not record.is_deleted, "created_at": at, "updated_at": max(updated, at),
        "deleted_at": _deleted_at(record, updated), "client_message_id": None,
        "mentions": [who for who in said.user_ids if who in source.names.known_people and who != author] or None,
        "mentions_channel": said.everyone, "mentions_here": said.here,
        "also_to_channel": record.also_to_channel and is_reply, "last_reply_at": None, "thread_participants": None,
        "revision": 0, "forwarded": _forwarded(source, record), "plain_text": forms.plain_text,
        "previews": _previews(record), "via": _via(author, record.via) if record.via else None, "actions": None,
        "poll": dumps(record.poll.model_dump(by_alias=True)) if record.poll else None, "is_hidden": record.is_hidden,
        "is_purged": record.is_purged and record.is_deleted, "is_imported": True,
    }  # fmt: skip


def _author(source: Source, record: Message) -> UUID | None:
    if record.via is not None:
        return id_of(source.workspace_id, source.name, "program", record.via.key)
    return source.names.people.get(record.user or "")


def _nobody(source: Source, key: str) -> UUID:
    """Somebody of whom nothing is known but that they are one person."""
    return id_of(source.workspace_id, source.name, "person", key)


def _deleted_at(record: Message, updated: datetime) -> datetime | None:
    if not record.is_deleted:
        return None
    return moment(record.deleted_at) if record.deleted_at else updated


def _via(author: UUID, via: Via) -> str:
    return dumps({"kind": via.kind, "id": str(author), "name": via.name, "iconEmoji": via.icon_emoji})


def _reactions(source: Source, record: Message) -> dict[str, list[str]]:
    """By the emoji, which Slack calls by several names."""
    found: dict[str, dict[str, None]] = {}
    is_slack = record.mrkdwn is not None
    for name, people in record.reactions.items():
        here = [str(source.names.people[key]) for key in people if key in source.names.people]
        if here:
            found.setdefault(emoji_of(name) if is_slack else name, {}).update(dict.fromkeys(here))
    return {shown: list(people) for shown, people in found.items()}


def _previews(record: Message) -> str | None:
    return dumps([each.model_dump(exclude_none=True) for each in record.previews]) if record.previews else None


def _forwarded(source: Source, record: Message) -> str | None:
    """With the ids of here, as far as the other message comes along."""
    passed = record.forwarded
    if passed is None:
        return None
    at = _iso_microseconds(passed.created_at)
    here = source.elsewhere(passed.channel_id, passed.message_id, at) if at is not None else None
    channel_id = source.names.channels.get(passed.channel_id)
    author = source.names.people.get(passed.user_id)
    told = passed.model_dump(by_alias=True, mode="json", exclude_none=True)
    changed = {"messageId": here, "channelId": channel_id, "userId": author}
    return dumps({**told, **{name: str(id_) for name, id_ in changed.items() if id_ is not None}})


def _iso_microseconds(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(at.timestamp() * 1_000) * 1_000 if at.tzinfo else None


def _versions(source: Source, record: Message, id_: UUID) -> list[tuple[Any, ...]]:
    found = []
    for version in record.versions:
        forms = forms_of(version, source.names)
        attachments = dumps(version.attachments)
        found.append((id_, version.version, forms.content, forms.formatted_content, attachments, moment(version.at)))
    return found


def _hide(row: Row) -> None:
    kept = {
        name: orjson.loads(value) if name not in ("content", "plain_text") and isinstance(value, str) else value
        for name, value in ((name, row.columns[name]) for name in HIDDEN)
    }
    row.hidden = dumps(kept)
    row.columns.update(HIDDEN, is_hidden=True)

"""What is brought in, record by record, in the one shape that both kinds of files are read into.

They were told by a process that read a stranger's file, so they are checked like any request. `key` is what a thing is
called where it comes from; times are microseconds since 1970.
"""

from typing import Annotated, Any, Literal

from chassis.schema import Text
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.alias_generators import to_camel

from messaging import bodies

Key = Annotated[Text, StringConstraints(min_length=1, max_length=80)]
Time = Annotated[int, Field(gt=0, lt=253_402_300_000_000_000)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=255)]
Words = Annotated[Text, StringConstraints(max_length=255)]
Role = Literal["owner", "admin", "member", "guest"]
Rights = Annotated[dict[str, Any], Field(max_length=50)]


class Record(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)


class Skip(Record):
    k: Literal["skip"]
    reason: Annotated[Text, StringConstraints(max_length=64)]
    what: Annotated[Text, StringConstraints(max_length=200)]
    count: Annotated[int, Field(ge=1, lt=2**53)] = 1


class Workspace(Record):
    k: Literal["workspace"]
    key: Key
    name: Words
    description: bodies.Description | None = None
    is_public: bool = False
    allow_external_invites: bool = False
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 365
    retention_spares_pins: bool = False
    members_mention_everyone: bool = True
    members_see_edits: bool = True
    permissions: Rights = {}


class Person(Record):
    k: Literal["person"]
    key: Key
    name: Name
    email: Annotated[Text, StringConstraints(max_length=254)] | None = None
    is_bot: bool = False
    is_active: bool = True
    role: Role = "member"
    permissions: Rights = {}
    joined_at: Time | None = None


class Member(Record):
    user: Key
    role: Literal["admin", "member"] = "member"
    joined_at: Time | None = None


class Bookmark(Record):
    title: Name
    url: Annotated[Text, StringConstraints(max_length=2_048, pattern=r"^https?://")]
    emoji: Annotated[Text, StringConstraints(max_length=64)] | None = None
    created_by: Key | None = None
    created_at: Time


class Channel(Record):
    k: Literal["channel"]
    key: Key
    name: Name
    type: Literal["public", "private", "direct", "group"]
    description: bodies.Description | None = None
    is_archived: bool = False
    is_default: bool = False
    thread_enabled: bool = True
    created_at: Time | None = None
    created_by: Key | None = None
    members: Annotated[tuple[Member, ...], Field(max_length=100_000, strict=False)] = ()
    # Of conversations, whose people are their name.
    people: Annotated[tuple[Key, ...], Field(max_length=100, strict=False)] = ()
    members_mention_everyone: bool | None = None
    permissions: Rights = {}
    posters: Annotated[tuple[Key, ...], Field(max_length=100, strict=False)] = ()
    slow_mode_seconds: Annotated[int, Field(ge=0, le=21_600)] = 0
    retention_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    bookmarks: Annotated[tuple[Bookmark, ...], Field(max_length=100, strict=False)] = ()

    @property
    def present(self) -> list[str]:
        """Who is in it."""
        return list(self.people) or [member.user for member in self.members]


class Group(Record):
    k: Literal["group"]
    key: Key
    name: bodies.GroupName
    description: bodies.Description | None = None
    members: Annotated[tuple[Key, ...], Field(max_length=bodies.GROUP_MEMBERS, strict=False)] = ()
    created_at: Time
    created_by: Key | None = None


class Emoji(Record):
    k: Literal["emoji"]
    key: Key
    name: Annotated[Text, StringConstraints(pattern=r"^[a-z0-9_+-]{1,50}$")]
    # In base64.
    image: Annotated[str, StringConstraints(max_length=700_000)]
    created_at: Time
    created_by: Key | None = None


class Via(Record):
    """The program that says something."""

    key: Key
    name: Words
    icon_emoji: Annotated[Text, StringConstraints(max_length=64)] | None = None
    kind: Literal["webhook", "command"] = "webhook"


class Preview(BaseModel):
    """As the database keeps them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    url: Annotated[Text, StringConstraints(max_length=2_048, pattern=r"^https?://")]
    title: Annotated[Text, StringConstraints(max_length=300)]
    description: Annotated[Text, StringConstraints(max_length=600)] | None = None
    site_name: Annotated[Text, StringConstraints(max_length=100)] | None = None


class Version(Record):
    """What a message said before an edit."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    content: bodies.Content
    formatted: Annotated[dict[str, Any], Field(max_length=10)] | None = None
    attachments: bodies.Attachments = ()
    at: Time


class Option(Record):
    id: Annotated[str, StringConstraints(pattern="^[0-9]{1,2}$")]
    text: Annotated[Text, StringConstraints(max_length=200)]
    votes: Annotated[int, Field(ge=0, le=10**9)]


class Poll(Record):
    question: Annotated[Text, StringConstraints(max_length=300)]
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=10, strict=False)]
    is_multiple: bool
    is_anonymous: bool
    closes_at: Annotated[Text, StringConstraints(max_length=40)] | None
    closed_at: Annotated[Text, StringConstraints(max_length=40)] | None
    voters: Annotated[int, Field(ge=0, le=10**9)]


class Vote(Record):
    user: Key
    option: Annotated[str, StringConstraints(pattern="^[0-9]{1,2}$")]
    at: Time


class Follower(Record):
    user: Key
    is_following: bool


class Passed(Record):
    """Another message, as it was when it was forwarded."""

    message_id: Key
    channel_id: Key
    user_id: Key
    created_at: Annotated[Text, StringConstraints(max_length=40)]
    content: bodies.Content
    content_type: Literal["text", "file", "image", "code", "system"]
    attachments: bodies.Attachments = ()
    is_hidden: Literal[True] | None = None
    is_deleted: Literal[True] | None = None


class Message(Record):
    k: Literal["message"]
    channel: Key
    key: Key
    # The order in its channel.
    place: Annotated[int, Field(ge=0, lt=2**62)]
    at: Time
    updated_at: Time | None = None
    deleted_at: Time | None = None
    user: Key | None = None
    via: Via | None = None
    # What it says, in Slack's form, or in ours as text and perhaps as a document.
    mrkdwn: bodies.Content | None = None
    content: bodies.Content = ""
    formatted: Annotated[dict[str, Any], Field(max_length=10)] | None = None
    content_type: Literal["text", "file", "image", "code", "system"] = "text"
    parent: Key | None = None
    parent_at: Time | None = None
    also_to_channel: bool = False
    is_edited: bool = False
    is_deleted: bool = False
    is_pinned: bool = False
    is_hidden: bool = False
    is_purged: bool = False
    attachments: bodies.Attachments = ()
    reactions: Annotated[
        dict[Annotated[Text, StringConstraints(min_length=1, max_length=64)],
             Annotated[tuple[Key, ...], Field(max_length=100_000, strict=False)]],
        Field(max_length=50),
    ] = {}  # fmt: skip
    previews: Annotated[tuple[Preview, ...], Field(max_length=5, strict=False)] = ()
    forwarded: Passed | None = None
    poll: Poll | None = None
    votes: Annotated[tuple[Vote, ...], Field(max_length=10_000, strict=False)] = ()
    versions: Annotated[tuple[Version, ...], Field(max_length=100, strict=False)] = ()
    followers: Annotated[tuple[Follower, ...], Field(max_length=10_000, strict=False)] = ()
    # Of what a legal hold keeps: what it said before it was deleted. Not brought in.
    kept: Annotated[dict[str, Any], Field(max_length=20)] | None = None


Thing = Workspace | Person | Channel | Group | Emoji | Message
READ: TypeAdapter[Skip | Thing] = TypeAdapter(Annotated[Skip | Thing, Field(discriminator="k")])
KEPT: TypeAdapter[Thing] = TypeAdapter(Annotated[Thing, Field(discriminator="k")])

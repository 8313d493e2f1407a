"""What requests may say; every limit of messaging's input stands here."""

from typing import Annotated, Literal

import orjson
from chassis.schema import Body, Id, Name, Text
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from messaging.formatting.checking import Refused
from messaging.formatting.forms import checked

CONTENT = 40_000
ATTACHMENTS = 20
ATTACHMENT_BYTES = 4_096
EMAILS = 100
USERS_AT_ONCE = 200
IDS_AT_ONCE = 100
GROUP_SIZE = 8
GUEST_CHANNELS = 50
GROUP_MEMBERS = 500

Description = Annotated[Text, StringConstraints(max_length=2_000)]
Email = Annotated[
    Text, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
]
ClientId = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Content = Annotated[Text, StringConstraints(max_length=CONTENT)]


def _bounded(value: dict[str, object]) -> dict[str, object]:
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise ValueError(f"cannot be stored: {error}") from None
    if len(text) > ATTACHMENT_BYTES:
        raise ValueError(f"may have {ATTACHMENT_BYTES:,} bytes at the most")
    if b"\\u0000" in text:
        raise ValueError("must not contain the NUL character")
    return value


def _document(value: dict[str, object]) -> dict[str, object]:
    try:
        return checked(value)
    except Refused as fault:
        reason = PydanticCustomError("formatted_content", "{reason}", {"reason": str(fault)})
        place = tuple(fault.path.split(".")) if fault.path else ()
        raise ValidationError.from_exception_data(
            "formattedContent", [InitErrorDetails(type=reason, loc=place, input=None)]
        ) from None


# A document in ProseMirror's form, which becomes the canonical one.
Document = Annotated[dict[str, object], AfterValidator(_document)]
Bounded = Annotated[dict[str, object], AfterValidator(_bounded)]
Attachments = Annotated[tuple[Bounded, ...], Field(max_length=ATTACHMENTS, strict=False)]
Users = Annotated[tuple[Id, ...], Field(min_length=1, max_length=USERS_AT_ONCE, strict=False)]


class NewWorkspace(Body):
    name: Name
    description: Description | None = None
    is_public: bool = False
    allow_external_invites: bool = False


class WorkspaceChange(Body):
    name: Name | None = None
    description: Description | None = None
    is_public: bool | None = None
    allow_external_invites: bool | None = None
    # 0: for ever.
    retention_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    retention_spares_pins: bool | None = None
    members_mention_everyone: bool | None = None
    members_see_edits: bool | None = None
    status: Literal["active", "archived", "suspended"] | None = None


class MemberChange(Body):
    role: Literal["owner", "admin", "member", "guest"]
    permissions: Bounded | None = None


class Invite(Body):
    emails: Annotated[tuple[Text, ...], Field(min_length=1, max_length=EMAILS, strict=False)]
    role: Literal["admin", "member", "guest"] = "member"
    message: Description | None = None
    # Of guests: into these they are let, and into no others.
    channel_ids: Annotated[tuple[Id, ...], Field(max_length=GUEST_CHANNELS, strict=False)] = ()

    @model_validator(mode="after")
    def _lets_guests_in(self) -> "Invite":
        if self.channel_ids and self.role != "guest":
            raise ValueError("channelIds are for guests: others see every public channel")
        if self.role == "guest" and not self.channel_ids:
            raise ValueError("channelIds: say into which channels guests are let, for they see no others")
        return self


class Acceptance(Body):
    token: Annotated[Text, StringConstraints(min_length=1, max_length=256)]


class NewChannel(Body):
    name: Name
    description: Description | None = None
    type: Literal["public", "private"] = "public"
    members: Annotated[tuple[Id, ...], Field(max_length=USERS_AT_ONCE, strict=False)] = ()


class ChannelChange(Body):
    name: Name | None = None
    description: Description | None = None
    is_archived: bool | None = None
    # null: as in the workspace.
    members_mention_everyone: bool | None = None
    # Between two posts of one person; 0: none.
    slow_mode_seconds: Annotated[int, Field(ge=0, le=21_600)] | None = None


class Direct(Body):
    user_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=GROUP_SIZE, strict=False)]


class NewMembers(Body):
    user_ids: Users


def _free(name: str) -> str:
    if name.lower() in ("channel", "here", "everyone", "all"):
        raise ValueError("is a word of its own in messages")
    return name


# A word, so that clients can read it after an @.
GroupName = Annotated[
    Text, StringConstraints(min_length=1, max_length=64, pattern=r"^\w[\w.-]*$"), AfterValidator(_free)
]
GroupMembers = Annotated[tuple[Id, ...], Field(max_length=GROUP_MEMBERS, strict=False)]


class NewGroup(Body):
    """A group that is mentioned by its name."""

    name: GroupName
    description: Description | None = None
    members: GroupMembers = ()


class GroupChange(Body):
    name: GroupName | None = None
    description: Description | None = None
    members: GroupMembers | None = None


class Draft(Body):
    """A message as its author sends it: in Markdown as `content`, or as a document in `formattedContent`."""

    content: Content = ""
    formatted_content: Document | None = None
    content_type: Literal["text", "file", "image", "code"] = "text"
    parent_message_id: Id | None = None
    attachments: Attachments = ()
    client_message_id: ClientId | None = None
    # A reply that is shown in the channel, too.
    also_to_channel: bool = False
    # The author has been told how many they mention, and means it.
    confirm_mentions: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "Draft":
        _in_one_form(self)
        if not self.content.strip() and self.formatted_content is None and not self.attachments:
            raise ValueError("a message needs content or an attachment")
        if self.formatted_content is not None and self.content_type == "code":
            raise ValueError("code has no formattedContent")
        if self.also_to_channel and self.parent_message_id is None:
            raise ValueError("alsoToChannel is for replies: name parentMessageId")
        return self


class ChannelDraft(Draft):
    """`message:send`: a draft that names its channel."""

    channel_id: Id


class MessageChange(Body):
    content: Content = ""
    formatted_content: Document | None = None
    attachments: Attachments | None = None
    confirm_mentions: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "MessageChange":
        _in_one_form(self)
        if not self.content and self.formatted_content is None:
            raise ValueError("a message needs content")
        return self


def _in_one_form(written: Draft | MessageChange) -> None:
    if written.content and written.formatted_content is not None:
        raise ValueError("content and formattedContent are two forms of the same: send one of them")


class SocketSend(Body):
    user_id: Id
    socket_id: Annotated[Text, StringConstraints(max_length=64)] = ""
    # Checked by itself, so that one bad message does not refuse the others of its batch.
    payload: object


class Sends(Body):
    sends: Annotated[tuple[SocketSend, ...], Field(max_length=1_000, strict=False)]


Numbers = Annotated[dict[Text, Annotated[int, Field(ge=0, le=2**53)]], Field(max_length=5_000)]


class Positions(Body):
    """The last number a client holds, and up to which revision it knows of changes, by channel."""

    channels: Numbers
    revisions: Numbers = Field(default_factory=dict)


Emoji = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Search = Annotated[Text, StringConstraints(min_length=1, max_length=200)]


def _ids(given: object) -> object:
    if not isinstance(given, list):
        return given
    ids = ",".join(given).split(",")
    if len(ids) > IDS_AT_ONCE:
        raise ValueError(f"may be {IDS_AT_ONCE} ids at the most")
    return ids


# In an address: separated by commas.
UserIds = Annotated[tuple[Id, ...], BeforeValidator(_ids)]

"""What requests may say of webhooks and commands."""

from typing import Annotated

from chassis.schema import Body, Name, Text
from pydantic import Field, StringConstraints

Url = Annotated[Text, StringConstraints(min_length=1, max_length=2_048, pattern="^https?://")]
Icon = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Word = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^\S+$")]
Words = Annotated[tuple[Word, ...], Field(max_length=20, strict=False)]
Line = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=255)]


class NewHook(Body):
    """An incoming webhook; presses of its messages' buttons are told at `actionsUrl`."""

    name: Name
    icon_emoji: Icon | None = None
    actions_url: Url | None = None


class HookChange(Body):
    name: Name | None = None
    icon_emoji: Icon | None = None
    actions_url: Url | None = None


class NewOutgoingHook(Body):
    """Tells of messages that begin with one of the words, or of all."""

    name: Name
    url: Url
    trigger_words: Words = ()


class OutgoingHookChange(Body):
    name: Name | None = None
    url: Url | None = None
    trigger_words: Words | None = None
    # True has a hook that was switched off work again.
    is_enabled: bool | None = None


class NewCommand(Body):
    name: Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
    url: Url
    description: Line = ""
    usage: Line = ""


class CommandChange(Body):
    url: Url | None = None
    description: Line | None = None
    usage: Line | None = None


class Presses(Body):
    """Where a bot is told of presses of its messages' buttons."""

    url: Url


class Invocation(Body):
    command: Annotated[str, StringConstraints(pattern="^/?[a-z0-9][a-z0-9_-]{0,31}$")]
    text: Annotated[Text, StringConstraints(max_length=4_000)] = ""

"""What requests say of passing messages on, and of bookmarks."""

from typing import Annotated

from chassis.schema import Body, Id, Name, Text
from pydantic import AfterValidator, Field, StringConstraints

from messaging.bodies import ClientId, Content, Emoji

URL = 2_048


def _web_address(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme.lower() not in ("http", "https") or not rest or rest[0] in "/?#" or not text.isprintable() or " " in text:
        raise ValueError("must be an address that begins with https:// or http://")
    return text


WebAddress = Annotated[Text, StringConstraints(max_length=URL), AfterValidator(_web_address)]


class Forward(Body):
    channel_id: Id
    comment: Content = ""
    parent_message_id: Id | None = None
    client_message_id: ClientId | None = None
    confirm_mentions: bool = False


class NewBookmark(Body):
    title: Name
    url: WebAddress
    emoji: Emoji | None = None


class BookmarkChange(Body):
    title: Name | None = None
    url: WebAddress | None = None
    # null takes it away.
    emoji: Emoji | None = None
    # Its place among the channel's bookmarks, from 0.
    position: Annotated[int, Field(ge=0, le=99)] | None = None

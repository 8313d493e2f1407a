"""What requests may say of a person's own things (drafts, what is to come, what they keep)."""

from typing import Annotated, Literal

from chassis.schema import Body, Id, Moment, Text
from pydantic import AfterValidator, StringConstraints, model_validator

from messaging.bodies import Attachments, Content, Document, Draft

NOTE = 500


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must say something")
    return text


Note = Annotated[Text, StringConstraints(max_length=NOTE)]
Said = Annotated[Note, AfterValidator(_not_blank)]


class PreferencesChange(Body):
    """What is not named stays as it is."""

    sends_read_receipts: bool | None = None


class KeptDraft(Body):
    """What is written and not sent yet, in Markdown or as a document; empty, it is none."""

    content: Content = ""
    formatted_content: Document | None = None
    content_type: Literal["text", "file", "image", "code"] = "text"
    # Not named, they stay as they are.
    attachments: Attachments | None = None
    parent_message_id: Id | None = None

    @property
    def is_empty(self) -> bool:
        return not self.content.strip() and self.formatted_content is None and not self.attachments

    @model_validator(mode="after")
    def _in_one_form(self) -> "KeptDraft":
        if not self.model_fields_set & {"content", "formatted_content"}:
            raise ValueError("say content or formattedContent; empty content removes the draft")
        if self.content and self.formatted_content is not None:
            raise ValueError("content and formattedContent are two forms of the same: send one of them")
        return self


class LaterDraft(Draft):
    """A message as its author wrote it, and when to send it."""

    send_at: Moment


class LaterChange(Body):
    content: Content | None = None
    formatted_content: Document | None = None
    content_type: Literal["text", "file", "image", "code"] | None = None
    attachments: Attachments | None = None
    send_at: Moment | None = None


class Keep(Body):
    """`PUT /api/messages/:id/saved`: what is left out is as if saved anew."""

    note: Note | None = None
    state: Literal["open", "done"] = "open"


class NewReminder(Body):
    message_id: Id | None = None
    text: Said | None = None
    remind_at: Moment

    @model_validator(mode="after")
    def _of_something(self) -> "NewReminder":
        if self.message_id is None and self.text is None:
            raise ValueError("a reminder needs a messageId or text")
        return self


class ReminderChange(Body):
    text: Said | None = None
    remind_at: Moment | None = None

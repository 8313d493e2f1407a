"""Buttons under what an integration or bot says."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from chassis.database import dumps
from chassis.problems import Problem
from chassis.schema import Text
from chassis.tokens import Principal
from eventbus import Db
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from messaging.bodies import Draft
from messaging.integrations import endpoints

MOST = 5


class Button(BaseModel):
    """`value` goes back to the integration when the button is pressed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    text: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
    style: Literal["default", "primary", "danger"] = "default"
    value: Annotated[Text, StringConstraints(max_length=2_000)] = ""


def _told_apart(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """Whoever is told of a press has to know which it was."""
    if len({button.id for button in buttons}) < len(buttons):
        raise ValueError("each must have an id of its own")
    return buttons


Buttons = Annotated[tuple[Button, ...], Field(max_length=MOST, strict=False), AfterValidator(_told_apart)]


class DraftWithButtons(Draft):
    """What a bot writes; of people none have buttons."""

    actions: Buttons = ()

    def without_buttons(self) -> dict[str, Any]:
        return {name: value for name, value in dict(self).items() if name != "actions"}


def as_json(buttons: Sequence[Button]) -> str | None:
    return dumps([button.model_dump() for button in buttons]) if buttons else None


async def of_bot(db: Db, author: Principal, buttons: Sequence[Button]) -> str | None:
    """The buttons as they are kept; `Problem` 403 for a person's, 422 for a bot's that is told of presses nowhere."""
    if not buttons:
        return None
    if author.scopes is None:
        raise Problem(403, "forbidden", "actions: only programs write messages with buttons.")
    if await endpoints.of(db, author.user_id) is None:
        raise Problem(422, "invalid_request", "actions: the bot has no address to be told of presses at.")
    return as_json(buttons)

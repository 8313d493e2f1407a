"""Buttons under what an integration says."""

from typing import Annotated, Literal

from chassis.schema import Text
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST = 5


class Button(BaseModel):
    """`value` goes back to the integration when the button is pressed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    text: Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
    style: Literal["default", "primary", "danger"] = "default"
    value: Annotated[Text, StringConstraints(max_length=2_000)] = ""


Buttons = Annotated[tuple[Button, ...], Field(max_length=MOST, strict=False)]

"""What requests say to moderators, and moderators say."""

from typing import Annotated, Literal

from chassis.schema import Body, Moment, Text
from pydantic import StringConstraints


class Report(Body):
    reason: Annotated[Text, StringConstraints(max_length=1_000, pattern=r"\S")]


class Resolution(Body):
    resolution: Literal["acted", "dismissed"]
    hide_message: bool = False


class Silence(Body):
    # null: they may speak again.
    until: Moment | None

"""What requests say of retention and legal holds."""

from typing import Annotated

from chassis.schema import Body, Id, Name
from pydantic import Field, model_validator


class ChannelRetention(Body):
    # 0: for ever; null: as in the workspace.
    days: Annotated[int, Field(ge=0, le=36_500)] | None


class NewHold(Body):
    """On what a person wrote anywhere in the workspace, or on all that was said in a channel."""

    name: Name
    user_id: Id | None = None
    channel_id: Id | None = None

    @model_validator(mode="after")
    def _covers_one(self) -> "NewHold":
        if (self.user_id is None) == (self.channel_id is None):
            raise ValueError("name either userId or channelId")
        return self

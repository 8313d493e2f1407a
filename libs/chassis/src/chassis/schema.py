"""What requests are made of: strict shapes that refuse what they do not know."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel


class Body(BaseModel):
    """A request's JSON body: camelCase names, exact types, and no field that is not declared."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", strict=True, frozen=True, populate_by_name=False
    )


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid Unicode: it holds half of a surrogate pair") from None
    return text


def _uuid(value: object) -> object:
    return UUID(value) if isinstance(value, str) and len(value) == 36 else value


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else value


# Text that PostgreSQL can store.
Text = Annotated[str, AfterValidator(_storable)]
# A name people see: 1 to 255 characters, not only white space.
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), AfterValidator(_storable)]
# An id in JSON: the canonical 36 characters.
Id = Annotated[UUID, BeforeValidator(_uuid)]
# A time in JSON: ISO-8601 with its zone.
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]

"""What requests say of rights."""

from collections.abc import Sequence
from typing import Annotated

from chassis.schema import Body, Id, Text
from pydantic import AfterValidator, Field

from messaging.rights.terms import TERMS, WORDS, Rank, Right

POSTERS = 100


def _known(said: dict[str, str | None]) -> dict[str, str | None]:
    for name, word in said.items():
        terms = TERMS.get(Right(name)) if name in set(Right) else None
        if terms is None:
            raise ValueError(f"{name[:64]} is no right: there are {', '.join(Right)}")
        words = [WORDS[rank] for rank in Rank if rank >= terms.least]
        if word is not None and word not in words:
            raise ValueError(f"{name} can be given to {', '.join(words)}, or null to take back what was said of it")
    return said


Rights = Annotated[dict[Text, Text | None], AfterValidator(_known)]


def _each_once(ids: Sequence[object]) -> Sequence[object]:
    return tuple(dict.fromkeys(ids))


class WorkspaceRights(Body):
    """Rights that are not named stay as they are; null takes back what was said of one."""

    rights: Rights


class ChannelRights(Body):
    rights: Rights = Field(default_factory=dict)
    # All people who post whatever the right to post says.
    posters: Annotated[tuple[Id, ...], Field(max_length=POSTERS, strict=False), AfterValidator(_each_once)] | None = (
        None
    )

"""Rights that workspaces and channels give otherwise than the rules do: for each the least that somebody must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Rank(IntEnum):
    """What somebody is where something is asked; a guest stays one, whatever a channel makes of them."""

    GUEST = 1
    MEMBER = 2
    CHANNEL_ADMIN = 3
    ADMIN = 4
    OWNER = 5

    @property
    def word(self) -> str:
        return WORDS[self]

    @classmethod
    def named(cls, word: str) -> "Rank":
        return next(rank for rank, name in WORDS.items() if name == word)


WORDS: Mapping[Rank, str] = {
    Rank.GUEST: "guest",
    Rank.MEMBER: "member",
    Rank.CHANNEL_ADMIN: "channelAdmin",
    Rank.ADMIN: "admin",
    Rank.OWNER: "owner",
}
OF_ROLE: Mapping[str, Rank] = {
    "guest": Rank.GUEST,
    "member": Rank.MEMBER,
    "admin": Rank.ADMIN,
    "owner": Rank.OWNER,
}


class Right(StrEnum):
    POST = "post"
    REPLY = "reply"
    REACT = "react"
    MENTION_EVERYONE = "mentionEveryone"
    PIN = "pin"
    INVITE_TO_CHANNEL = "inviteToChannel"
    CREATE_CHANNELS = "createChannels"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class Terms:
    """Who has a right unless it is said otherwise, and the least whom it can be given to."""

    usual: Rank
    least: Rank
    in_channels: bool = True


# To mention everyone is a channel admin's instead where `members_mention_everyone` is off.
TERMS: Mapping[Right, Terms] = {
    Right.POST: Terms(Rank.GUEST, Rank.GUEST),
    Right.REPLY: Terms(Rank.GUEST, Rank.GUEST),
    Right.REACT: Terms(Rank.GUEST, Rank.GUEST),
    Right.MENTION_EVERYONE: Terms(Rank.MEMBER, Rank.MEMBER),
    Right.PIN: Terms(Rank.MEMBER, Rank.GUEST),
    Right.INVITE_TO_CHANNEL: Terms(Rank.MEMBER, Rank.MEMBER),
    Right.CREATE_CHANNELS: Terms(Rank.MEMBER, Rank.MEMBER, in_channels=False),
    Right.MANAGE: Terms(Rank.CHANNEL_ADMIN, Rank.MEMBER),
}

"""What a program's token may be good for; people's tokens are good for everything."""

from enum import StrEnum


class Scope(StrEnum):
    """One kind of thing that a bot can be trusted with."""

    CHANNELS_READ = "channels:read"
    CHANNELS_JOIN = "channels:join"
    MEMBERS_READ = "members:read"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    REACTIONS_WRITE = "reactions:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"

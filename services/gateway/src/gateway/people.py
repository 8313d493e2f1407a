"""Who is on the other end of a socket, and in which rooms that puts it."""

import time
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson
from chassis.problems import Problem
from chassis.tokens import Principal

from gateway.namespaces import Namespace
from gateway.sockets import Socket


@dataclass(slots=True)
class Person:
    """A socket's signed-in user. The token is kept to ask services in their name; `auth:refresh` replaces both."""

    principal: Principal
    token: str = field(repr=False)
    user_id: str = field(init=False)
    # Until when they say nothing, in Unix seconds, by channel and workspace.
    silences: dict[str, float] = field(default_factory=dict)
    # Messaging's databases whose channels it does not hear, as they did not answer when it came.
    missing: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.user_id = str(self.principal.user_id)


def require_voice(person: Person, channel_id: str, channel: bytes) -> None:
    """`Problem` 403 for who was silenced in the channel or its workspace: nobody is to wait for words that will not
    come. `channel` is its JSON."""
    if person.silences:
        now, workspace_id = time.time(), orjson.loads(channel).get("workspaceId", "")
        if any(person.silences.get(place_id, 0.0) > now for place_id in (channel_id, workspace_id)):
            raise Problem(403, "forbidden", "You have been silenced here: you can read, but not write.")


Client: TypeAlias = Socket[Person]
Clients: TypeAlias = Namespace[Person]


def user_room(user_id: object) -> str:
    return f"user:{user_id}"


def session_room(session_id: object) -> str:
    return f"session:{session_id}"


def channel_room(channel_id: object) -> str:
    return f"channel:{channel_id}"


def workspace_room(workspace_id: object) -> str:
    return f"workspace:{workspace_id}"


def colleagues_room(workspace_id: object) -> str:
    """Those in a workspace who see everybody in it: all but guests."""
    return f"colleagues:{workspace_id}"

"""Who is on the other end of a socket, and in which rooms that puts it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from chassis.tokens import Principal

from gateway.namespaces import Namespace
from gateway.sockets import Socket


@dataclass(slots=True)
class Person:
    """A socket's signed-in user. The token is kept to ask services in their name; `auth:refresh` replaces both."""

    principal: Principal
    token: str = field(repr=False)
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.user_id = str(self.principal.user_id)


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

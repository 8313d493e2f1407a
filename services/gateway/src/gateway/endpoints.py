"""What is under a session and above it: its client, its WebSocket, and who receives its messages."""

from dataclasses import dataclass
from typing import Protocol

from gateway.reasons import Reason


@dataclass(frozen=True, slots=True)
class Peer:
    """Who opened the session, as far as the handshake says."""

    address: str
    user_agent: str


class Link(Protocol):
    """The WebSocket under a session. `deflates` says whether its client takes compressed messages."""

    writable: bool
    deflates: bool

    def write(self, data: bytes) -> None: ...
    def buffered(self) -> int: ...
    def close(self, code: int, reason: str) -> None: ...
    def abort(self) -> None: ...


class Receiver(Protocol):
    """What lives on top of a session."""

    def received(self, message: str | bytes) -> None: ...
    def closed(self, reason: Reason) -> None: ...

"""The handshakes that Engine.IO refuses, with the reference server's codes and words."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import orjson

from gateway.engine import EngineServer


@dataclass(frozen=True)
class Refusal:
    name: str
    code: int
    message: str
    status: int = 400

    @cached_property
    def body(self) -> bytes:
        return orjson.dumps({"code": self.code, "message": self.message})

    def headers(self) -> dict[str, str]:
        """Who is to come back is told when, each at another time."""
        return {"Retry-After": str(random.randint(1, 5))} if self.status == 503 else {}


UNKNOWN_TRANSPORT = Refusal("unknown-transport", 0, "Transport unknown")
UNKNOWN_SESSION = Refusal("unknown-session", 1, "Session ID unknown")
BAD_METHOD = Refusal("bad-method", 2, "Bad handshake method")
BAD_REQUEST = Refusal("bad-request", 3, "Bad request")
FORBIDDEN = Refusal("forbidden-origin", 4, "Forbidden", status=403)
UNSUPPORTED_VERSION = Refusal("unsupported-version", 5, "Unsupported protocol version")
TOO_LARGE = Refusal("too-large", 3, "Bad request", status=413)
FULL = Refusal("full", 3, "Server is full or stopping", status=503)


def check_request(
    engine: EngineServer, query: Mapping[str, str], origin: str | None, host: str | None
) -> Refusal | None:
    """What is wrong with a request of either transport."""
    if query.get("transport") not in ("polling", "websocket"):
        return UNKNOWN_TRANSPORT
    if query.get("EIO") != "4":
        return UNSUPPORTED_VERSION
    if not engine.settings.origins.admits(origin, host):
        return FORBIDDEN
    session_id = query.get("sid")
    if session_id is None:
        return FULL if engine.is_full else None
    return UNKNOWN_SESSION if engine.find(session_id) is None else None


def check_handshake(
    engine: EngineServer, query: Mapping[str, str], origin: str | None, host: str | None
) -> Refusal | None:
    """What is wrong with opening a WebSocket."""
    refusal = check_request(engine, query, origin, host)
    if refusal is None and query["transport"] != "websocket":
        return BAD_REQUEST
    return refusal

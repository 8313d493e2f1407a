"""The private id by which a client shows, at whichever gateway, which socket it was before its connection broke."""

import hashlib
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson
from chassis.tokens import Principal

from gateway.packets import Json

# Seconds after which a client is to begin anew whatever is still kept, and the longest pass that is looked at.
GOOD_FOR = 24 * 3600
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Pass:
    """Which socket it was, and the place in the stream at which it began."""

    socket_id: str
    place: str


class Passes:
    """Issues and reads them. Nothing is stored: each is signed with a key that all gateways share, and is of use only
    together with an access token of the same session."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"nexus socket pass\0" + secret.encode()).digest()

    def issue(self, socket_id: str, principal: Principal, place: str) -> str:
        body = orjson.dumps([socket_id, *_bearer(principal), int(time.time()), place])
        return f"{_text(body)}.{_text(self._sign(body))}"

    def read(self, given: Json, principal: Principal) -> Pass | None:
        """None for one that is not ours, is for another session, or is too old."""
        if not isinstance(given, str) or len(given) > LONGEST:
            return None
        body, _, signature = given.partition(".")
        try:
            told = urlsafe_b64decode(body)
            is_ours = hmac.compare_digest(self._sign(told), urlsafe_b64decode(signature))
        except ValueError:
            return None
        if not is_ours:
            return None
        socket_id, *bearer, issued_at, place = _fields(told)
        if tuple(bearer) != _bearer(principal) or issued_at + GOOD_FOR < time.time():
            return None
        return Pass(socket_id, place)

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:16]


def _bearer(principal: Principal) -> tuple[str, str]:
    return str(principal.user_id), str(principal.session_id)


def _fields(body: bytes) -> Any:
    return orjson.loads(body)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()

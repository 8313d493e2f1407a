"""What an address of bytes is good for: signed, so that nobody can change it, and checked anew at every use."""

import hashlib
import hmac
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

# Of SHA-256's 32 bytes.
SIGNATURE = 20
LONGEST = 200
FORMAT = struct.Struct(">BBB16s16sIQ")
WRITTEN_AS = 1


class Viewer(IntEnum):
    """Whose right to the bytes is asked at every request, by the kind of its id."""

    PERSON = 0
    # A share link: for a look at what it leads to.
    LINK = 1
    # A download that was begun by a share link.
    TICKET = 2


@dataclass(frozen=True, slots=True)
class Pass:
    """One form of one version of a file, for one viewer until a time. `variant` is empty for the file itself."""

    file_id: UUID
    version: int
    variant: str
    viewer: Viewer
    viewer_id: UUID
    expires_at: int
    inline: bool

    @property
    def is_over(self) -> bool:
        return self.expires_at <= time.time()


class Passes:
    """Writes and reads passes. The key follows from the secret that the installation's services share."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"nexus files content", hashlib.sha256).digest()

    def write(self, granted: Pass) -> str:
        """The pass as a part of an address."""
        fixed = FORMAT.pack(
            WRITTEN_AS, granted.viewer, granted.inline, granted.file_id.bytes, granted.viewer_id.bytes,
            granted.version, granted.expires_at,
        )  # fmt: skip
        said = fixed + granted.variant.encode()
        return urlsafe_b64encode(said + self._signature(said)).rstrip(b"=").decode()

    def read(self, token: str) -> Pass | None:
        """The pass that a token stands for; None unless it is ours and its time has not come."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4)) if len(token) <= LONGEST else b""
        except ValueError:
            return None
        said, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
        if len(said) < FORMAT.size or not hmac.compare_digest(signature, self._signature(said)):
            return None
        granted = _unpacked(said)
        return None if granted is None or granted.is_over else granted

    def _signature(self, said: bytes) -> bytes:
        return hmac.new(self._key, said, hashlib.sha256).digest()[:SIGNATURE]


def _unpacked(said: bytes) -> Pass | None:
    written_as, viewer, inline, file_id, viewer_id, version, expires_at = FORMAT.unpack_from(said)
    if written_as != WRITTEN_AS:
        return None
    variant = said[FORMAT.size :].decode()
    return Pass(UUID(bytes=file_id), version, variant, Viewer(viewer), UUID(bytes=viewer_id), expires_at, bool(inline))

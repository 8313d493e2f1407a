"""How Engine.IO packets travel: as WebSocket frames and as polling payloads."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from struct import pack

from gateway.compression import WORTHWHILE, deflated_frame

TEXT = 1
BINARY = 2
SEPARATOR = b"\x1e"


class ProtocolError(Exception):
    """The other side broke the protocol; the reason says how."""


def websocket_frame(payload: bytes | str, opcode: int = TEXT) -> bytes:
    """One whole server frame: unmasked, final (RFC 6455, 5.2)."""
    data = payload.encode() if isinstance(payload, str) else payload
    size = len(data)
    if size < 126:
        return bytes((0x80 | opcode, size)) + data
    if size < 65_536:
        return pack("!BBH", 0x80 | opcode, 126, size) + data
    return pack("!BBQ", 0x80 | opcode, 127, size) + data


class Encoded:
    """A message encoded once for every socket that gets it, on either transport."""

    __slots__ = ("_deflated", "frame", "payload", "size")

    def __init__(self, text: bytes, attachments: tuple[bytes, ...] = ()) -> None:
        self.frame = websocket_frame(text)
        self.payload = text
        if attachments:
            self.frame += b"".join(websocket_frame(data, BINARY) for data in attachments)
            self.payload = SEPARATOR.join((text, *(b"b" + b64encode(data) for data in attachments)))
        self.size = len(self.frame)
        self._deflated: bytes | None = None

    @property
    def deflated(self) -> bytes:
        """The frames for clients that agreed to compression; made when the first of them is written to."""
        if self._deflated is None:
            self._deflated = self._deflate() if self.size > WORTHWHILE else self.frame
        return self._deflated

    def _deflate(self) -> bytes:
        return b"".join(
            _shorter_frame(b64decode(part[1:]), BINARY) if part.startswith(b"b") else _shorter_frame(part, TEXT)
            for part in self.payload.split(SEPARATOR)
        )


class RawBinary(Encoded):
    """A binary Engine.IO message without a text before it."""

    __slots__ = ()

    def __init__(self, data: bytes) -> None:
        self.frame = websocket_frame(data, BINARY)
        self.payload = b"b" + b64encode(data)
        self.size = len(self.frame)
        self._deflated = None


def _shorter_frame(data: bytes, opcode: int) -> bytes:
    plain = websocket_frame(data, opcode)
    return min(plain, deflated_frame(data, opcode), key=len) if len(data) >= WORTHWHILE else plain


PING = Encoded(b"2")
PROBE_ANSWER = Encoded(b"3probe")
CLOSE = Encoded(b"1")
NOOP = Encoded(b"6")


def join_payload(messages: list[Encoded]) -> bytes:
    return SEPARATOR.join([message.payload for message in messages])


def split_payload(body: bytes) -> Iterator[str | bytes]:
    """The packets of a POST body, in order; a binary one as bytes."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError("payload is not UTF-8") from error
    for packet in text.split("\x1e"):
        yield _from_base64(packet[1:]) if packet.startswith("b") else packet


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError("binary packet is not base64") from error

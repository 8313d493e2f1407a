"""Socket.IO packets (protocol 5), sans-IO: encoded once per message, decoded strictly."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, TypeAlias

import orjson

from gateway.frames import Encoded, ProtocolError

Json: TypeAlias = "str | int | float | bool | bytes | list[Json] | dict[str, Json] | None"

HEAD = re.compile(r"([0-6])(?:(?<=[56])([0-9]{1,4})-)?(?:(/[^,]{0,200})(?:,|\Z))?([0-9]{1,15})?")
RESERVED_EVENTS = frozenset({"connect", "connect_error", "disconnect", "disconnecting"})


class Kind(StrEnum):
    CONNECT = "0"
    DISCONNECT = "1"
    EVENT = "2"
    ACK = "3"
    CONNECT_ERROR = "4"
    BINARY_EVENT = "5"
    BINARY_ACK = "6"


KINDS = {kind.value: kind for kind in Kind}


@dataclass(slots=True)
class Packet:
    kind: Kind
    namespace: str = "/"
    ack_id: int | None = None
    data: Json = None
    attachments: int = 0
    flaw: str | None = None  # well-formed, but its text cannot be kept: to be refused, not a broken peer

    def event(self) -> tuple[str, list[Json]]:
        if isinstance(self.data, list) and self.data and isinstance(self.data[0], str):
            return self.data[0], self.data[1:]
        raise ProtocolError("an event without a name")


def encode_event(namespace: str, name: str, *args: object) -> Encoded:
    return _encode("2", "5", namespace, None, (name, *args))


def encode_ack(namespace: str, ack_id: int, *args: object) -> Encoded:
    return _encode("3", "6", namespace, ack_id, args)


def encode_connect(namespace: str, socket_id: str, private_id: str | None = None) -> Encoded:
    body = {"sid": socket_id} if private_id is None else {"sid": socket_id, "pid": private_id}
    return _encode("0", "0", namespace, None, body)


def encode_connect_error(namespace: str, message: str, data: object = None) -> Encoded:
    body = {"message": message} if data is None else {"message": message, "data": data}
    return _encode("4", "4", namespace, None, body)


def encode_disconnect(namespace: str) -> Encoded:
    return Encoded(b"41" if namespace == "/" else f"41{namespace},".encode())


def _encode(kind: str, binary_kind: str, namespace: str, ack_id: int | None, data: object) -> Encoded:
    attachments: list[bytes] = []

    def place(value: object) -> dict[str, object]:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{type(value).__name__} cannot travel in an event")
        attachments.append(bytes(value))
        return {"_placeholder": True, "num": len(attachments) - 1}

    body = orjson.dumps(data, default=place)
    where = "" if namespace == "/" else namespace + ","
    number = "" if ack_id is None else str(ack_id)
    if attachments:
        return Encoded(f"4{binary_kind}{len(attachments)}-{where}{number}".encode() + body, tuple(attachments))
    return Encoded(f"4{kind}{where}{number}".encode() + body)


class Decoder:
    """Turns the messages of one session into packets, gathering binary attachments."""

    __slots__ = ("_buffers", "_max_attachments", "_max_bytes", "_waiting")

    def __init__(self, max_attachments: int, max_bytes: int) -> None:
        self._max_attachments = max_attachments
        self._max_bytes = max_bytes
        self._waiting: Packet | None = None
        self._buffers: list[bytes] = []

    def feed(self, message: str | bytes) -> Packet | None:
        """The packet this message completes, if it does."""
        if isinstance(message, bytes):
            return self._attach(message)
        if self._waiting is not None:
            raise ProtocolError("text where an attachment was due")
        packet = decode(message)
        if packet.attachments == 0:
            return packet
        if packet.attachments > self._max_attachments:
            raise ProtocolError("too many attachments")
        self._waiting, self._buffers = packet, []
        return None

    def _attach(self, data: bytes) -> Packet | None:
        packet = self._waiting
        if packet is None:
            raise ProtocolError("an attachment without its event")
        self._buffers.append(data)
        if sum(map(len, self._buffers)) > self._max_bytes:
            raise ProtocolError("attachments are too large")
        if len(self._buffers) < packet.attachments:
            return None
        _fill_placeholders(packet.data, self._buffers)
        self._waiting, self._buffers = None, []
        return packet


def decode(text: str) -> Packet:
    if text.startswith("2["):  # nearly all are such: to the main namespace, and ask for no answer
        data, flaw = _load(text[1:])
        packet = Packet(Kind.EVENT, data=data, flaw=flaw)
        _check(packet, has_body=True)
        return packet
    match = HEAD.match(text)
    if match is None:
        raise ProtocolError("unknown packet type")
    kind_text, attachments, namespace, ack_id = match.groups()
    kind = KINDS[kind_text]
    if kind in (Kind.BINARY_EVENT, Kind.BINARY_ACK) and attachments is None:
        raise ProtocolError("binary packet without a count of attachments")
    body = text[match.end() :]
    data, flaw = _load(body) if body else (None, None)
    packet = Packet(
        kind,
        namespace or "/",
        int(ack_id) if ack_id else None,
        data,
        int(attachments) if attachments else 0,
        flaw,
    )
    _check(packet, bool(body))
    return packet


def _check(packet: Packet, has_body: bool) -> None:
    data = packet.data
    match packet.kind:
        case Kind.CONNECT:
            valid = not has_body or isinstance(data, dict)
        case Kind.DISCONNECT:
            valid = not has_body
        case Kind.EVENT | Kind.BINARY_EVENT:
            valid = packet.event()[0] not in RESERVED_EVENTS
        case Kind.ACK | Kind.BINARY_ACK:
            valid = isinstance(data, list) and packet.ack_id is not None
        case Kind.CONNECT_ERROR:
            raise ProtocolError("only a server refuses a connection")
    if not valid:
        raise ProtocolError(f"invalid payload of packet type {packet.kind.value}")


def _load(text: str) -> tuple[Json, str | None]:
    try:
        return orjson.loads(text), None
    except orjson.JSONDecodeError as error:
        return _load_unrepresentable(text), str(error)


def _load_unrepresentable(text: str) -> Json:
    """JSON that orjson refuses only for its values (half an emoji, 1e999): a person's paste, not an attack."""
    try:
        data: Json = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("invalid JSON") from error
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fill_placeholders(data: Json, buffers: list[bytes]) -> None:
    pending = [data]
    while pending:  # not recursive: the depth of the data is the client's choice
        node = pending.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                node[key] = _attachment(value, buffers, pending)
        elif isinstance(node, list):
            node[:] = [_attachment(value, buffers, pending) for value in node]


def _attachment(value: Json, buffers: list[bytes], pending: list[Json]) -> Json:
    if isinstance(value, dict) and value.get("_placeholder") is True:
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(buffers):
            raise ProtocolError("placeholder of an unknown attachment")
        return buffers[number]
    if isinstance(value, dict | list):
        pending.append(value)
    return value

"""The channels whose members are connected here: each message reaches a socket once, in order, none before its time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from gateway.frames import Encoded
from gateway.packets import encode_event
from gateway.people import Client, Clients, channel_room


@dataclass(slots=True)
class Channel:
    """A channel with sockets here. `last_seq` is the newest number passed on; redelivered ones are dropped by it."""

    encoded: bytes
    last_seq: int
    # Sockets that know later numbers already, from what they were told when they joined or synced.
    floors: dict[Client, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    channel_id: str
    seq: int
    message: Encoded


class Channels:
    """Rooms of channels, and the numbers that keep what is said in them exact."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._channels: dict[str, Channel] = {}
        # Sockets in the middle of `sync`: what is said meanwhile waits for its answer, to come after it.
        self._syncing: dict[Client, list[_Held]] = {}
        self._floored: dict[Client, set[str]] = {}

    def join(self, socket: Client, channel_id: str, channel: Mapping[str, object], last_seq: int) -> bool:
        """Let a socket hear what is said after `last_seq`; False if it is in the channel already."""
        room = channel_room(channel_id)
        if room in socket.rooms:
            return False
        known = self._channels.get(channel_id)
        if known is None or room not in self._clients.rooms:
            known = self._channels[channel_id] = Channel(orjson.dumps(channel), last_seq)
        socket.join(room)
        self._raise_floor(channel_id, socket, last_seq)
        return True

    def leave(self, socket: Client, channel_id: str) -> bool:
        """False if the socket is not in the channel."""
        room = channel_room(channel_id)
        if room not in socket.rooms:
            return False
        socket.leave(room)
        self._tidy(channel_id)
        return True

    def update(self, channel_id: str, channel: Mapping[str, object]) -> None:
        if known := self._channels.get(channel_id):
            known.encoded = orjson.dumps(channel)
            self.tell(channel_id, "channel:update", {"channel": channel})

    def tell(self, channel_id: str, name: str, body: object, skip: Client | None = None) -> None:
        """Tell a channel's sockets something that has no number."""
        self._clients.rooms.broadcast(channel_room(channel_id), name, body, skip=skip)

    def __contains__(self, channel_id: str) -> bool:
        return channel_room(channel_id) in self._clients.rooms

    def receive(self, channel_id: str, seq: int, message: Mapping[str, object], origin_socket_id: str) -> None:
        """Pass a posted message on to everyone but the socket it came from."""
        channel = self._channels.get(channel_id)
        if channel is None or seq <= channel.last_seq:
            return
        channel.last_seq = seq
        sockets = self._clients.rooms.members(channel_room(channel_id))
        if not sockets:
            self._tidy(channel_id)
            return
        encoded = encode_event(
            "/", "message:receive", {"message": message, "channel": orjson.Fragment(channel.encoded)}
        )
        origin = self._clients.sockets.get(origin_socket_id)
        if channel.floors or self._syncing:
            sockets = frozenset(
                s for s in sockets if s is not origin and self._is_due(channel, s, channel_id, seq, encoded)
            )
        for socket in sockets:
            if socket is not origin:
                socket.send_encoded(encoded)

    def begin_sync(self, socket: Client) -> bool:
        """Hold what is said to a socket until `end_sync`; False if it is syncing already."""
        if socket in self._syncing:
            return False
        self._syncing[socket] = []
        return True

    def end_sync(self, socket: Client, told: Mapping[str, int]) -> None:
        """The socket has its answer, up to these numbers: now it gets what was held and is later."""
        for channel_id, seq in told.items():
            self._raise_floor(channel_id, socket, seq)
        for held in self._syncing.pop(socket, []):
            if held.seq > told.get(held.channel_id, 0):
                socket.send_encoded(held.message)

    def forget(self, socket: Client) -> None:
        """A socket is gone."""
        self._syncing.pop(socket, None)
        for channel_id in self._floored.pop(socket, ()):
            if channel := self._channels.get(channel_id):
                channel.floors.pop(socket, None)

    def _is_due(self, channel: Channel, socket: Client, channel_id: str, seq: int, message: Encoded) -> bool:
        floor = channel.floors.get(socket)
        if floor is not None:
            if seq <= floor:
                return False
            del channel.floors[socket]
        held = self._syncing.get(socket)
        if held is None:
            return True
        held.append(_Held(channel_id, seq, message))
        return False

    def _raise_floor(self, channel_id: str, socket: Client, seq: int) -> None:
        channel = self._channels.get(channel_id)
        if (
            channel
            and channel_room(channel_id) in socket.rooms
            and seq > max(channel.last_seq, channel.floors.get(socket, 0))
        ):
            channel.floors[socket] = seq
            self._floored.setdefault(socket, set()).add(channel_id)

    def _tidy(self, channel_id: str) -> None:
        if channel_id in self._channels and channel_id not in self:
            del self._channels[channel_id]

"""The channels whose members are connected here: each message reaches a socket once, in order, none before its time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from gateway.frames import Encoded
from gateway.people import Client
from gateway.reasons import Reason
from gateway.telling import encode_place, encode_receive

# What may wait for the answer to one socket's `sync`; a socket with more of it is closed, and begins anew.
HELD = 1_000


@dataclass(slots=True)
class Channel:
    """A channel with sockets here. What is numbered up to `last_seq` is news to none of them."""

    encoded: bytes
    last_seq: int
    # The newest number that came from the topic; what is behind it, though perhaps in front of us, comes no more.
    seen_seq: int = 0
    sockets: set[Client] = field(default_factory=set)
    # Sockets that know later numbers already, from what they were told when they joined or synced.
    floors: dict[Client, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    channel_id: str
    message: Encoded
    # None for a change, which has no number: it is told whatever the sync's answer held.
    seq: int | None


class Channels:
    """Who is in which channel, and the numbers that keep what is said there exact."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._joined: dict[Client, set[str]] = {}
        # Sockets in the middle of `sync`: what is said meanwhile waits for its answer, to come after it.
        self._syncing: dict[Client, list[_Held]] = {}

    def __contains__(self, channel_id: str) -> bool:
        """Whether anybody here would hear what is said in the channel."""
        return channel_id in self._channels

    def __len__(self) -> int:
        """How many things are kept; none once everybody is gone."""
        return len(self._channels) + len(self._joined) + len(self._syncing)

    def encoded(self, channel_id: str) -> bytes:
        """A channel's JSON; `KeyError` if nobody here is in it."""
        return self._channels[channel_id].encoded

    def has(self, socket: Client, channel_id: str) -> bool:
        return channel_id in self._joined.get(socket, ())

    def join(self, socket: Client, channel_id: str, channel: Mapping[str, object], last_seq: int) -> bool:
        """Let a socket hear what is said after `last_seq`; False if it is in the channel already, or gone."""
        if socket.left or self.has(socket, channel_id):
            return False
        known = self._channels.get(channel_id)
        if known is None:
            known = self._channels[channel_id] = Channel(orjson.dumps(channel), last_seq)
        _lower(known, max(last_seq, known.seen_seq))
        known.sockets.add(socket)
        self._joined.setdefault(socket, set()).add(channel_id)
        _raise_floor(known, socket, last_seq)
        return True

    def leave(self, socket: Client, channel_id: str) -> bool:
        """False if the socket is not in the channel. What still waits for it from there it never hears."""
        if not self.has(socket, channel_id):
            return False
        self._joined[socket].remove(channel_id)
        if not self._joined[socket]:
            del self._joined[socket]
        if socket in self._syncing:
            self._syncing[socket] = [held for held in self._syncing[socket] if held.channel_id != channel_id]
        self._let_go(socket, channel_id)
        return True

    def forget(self, socket: Client) -> None:
        """A socket is gone."""
        self._syncing.pop(socket, None)
        for channel_id in self._joined.pop(socket, ()):
            self._let_go(socket, channel_id)

    def _let_go(self, socket: Client, channel_id: str) -> None:
        channel = self._channels[channel_id]
        channel.sockets.remove(socket)
        channel.floors.pop(socket, None)
        if not channel.sockets:
            del self._channels[channel_id]

    def update(self, channel_id: str, channel: Mapping[str, object]) -> None:
        """A channel's settings are others from now on."""
        if known := self._channels.get(channel_id):
            known.encoded = orjson.dumps(channel)

    def tell(self, channel_id: str, message: Encoded, skip: Client | None = None) -> None:
        """Tell a channel's sockets something that has no number."""
        if channel := self._channels.get(channel_id):
            is_plain = not self._syncing
            for socket in channel.sockets:
                if socket is not skip:
                    if is_plain:
                        socket.send_encoded(message)
                    else:
                        self._pass_on(socket, channel_id, message, None)

    def receive(
        self, channel_id: str, seq: int, message: Mapping[str, object], origin_socket_id: str, after: str
    ) -> int:
        """Pass a posted message on to everyone but the socket it came from; to how many. Whoever knows it already is
        told only that the stream is at `after`."""
        channel = self._channels.get(channel_id)
        if channel is None or seq <= channel.seen_seq:
            return 0
        channel.seen_seq = seq
        if seq <= channel.last_seq:
            self.tell(channel_id, encode_place(after))
            return 0
        channel.last_seq = seq
        encoded = encode_receive(message, channel.encoded, after)
        is_plain = not channel.floors and not self._syncing
        # The set stays as it is meanwhile: a socket that is found too slow is forgotten by a task of its own.
        for socket in channel.sockets:
            if socket.id != origin_socket_id:
                if is_plain:
                    socket.send_encoded(encoded)
                elif channel.floors.get(socket, 0) < seq:
                    self._pass_on(socket, channel_id, encoded, seq)
                else:
                    self._pass_on(socket, channel_id, encode_place(after), None)
        if channel.floors:
            channel.floors = {socket: floor for socket, floor in channel.floors.items() if floor > seq}
        return len(channel.sockets)

    def pass_over(self, channel_id: str, seq: int) -> None:
        """A number that nobody is told of: who lacks it learns so by the next one, and asks for what is between."""
        if channel := self._channels.get(channel_id):
            channel.seen_seq = max(channel.seen_seq, seq)
            channel.last_seq = max(channel.last_seq, seq)

    def tell_one(self, socket: Client, message: Encoded) -> None:
        """Tell one socket what concerns its person, in its place among what the channels tell."""
        self._pass_on(socket, "", message, None)

    def are_at(self, sockets: Iterable[Client], after: str) -> None:
        """Let sockets know how far the stream is, so that they can go on from there though little was said to them."""
        message = encode_place(after)
        for socket in sockets:
            if socket not in self._syncing:
                socket.send_encoded(message)

    def _pass_on(self, socket: Client, channel_id: str, message: Encoded, seq: int | None) -> None:
        held = self._syncing.get(socket)
        if held is None:
            socket.send_encoded(message)
        elif len(held) < HELD:
            held.append(_Held(channel_id, message, seq))
        else:
            socket.close(Reason.SLOW_CONSUMER)

    def begin_sync(self, socket: Client) -> bool:
        """Hold what is said to a socket until `end_sync`; False if it is syncing already."""
        if socket in self._syncing:
            return False
        self._syncing[socket] = []
        return True

    def end_sync(self, socket: Client, told: Mapping[str, int], after: str) -> None:
        """The socket has its answer, up to these numbers: now it gets what was held and is later."""
        for channel_id, seq in told.items():
            if self.has(socket, channel_id):
                _raise_floor(self._channels[channel_id], socket, seq)
        for held in self._syncing.pop(socket, []):
            if held.seq is None or held.seq > told.get(held.channel_id, 0):
                socket.send_encoded(held.message)
        self.are_at([socket], after)


def _lower(channel: Channel, seq: int) -> None:
    """A socket comes whose channels were read before those of others: what they know is still news to it."""
    if seq < channel.last_seq:
        channel.floors = {socket: max(channel.last_seq, channel.floors.get(socket, 0)) for socket in channel.sockets}
        channel.last_seq = seq


def _raise_floor(channel: Channel, socket: Client, seq: int) -> None:
    if seq > max(channel.last_seq, channel.floors.get(socket, 0)):
        channel.floors[socket] = seq

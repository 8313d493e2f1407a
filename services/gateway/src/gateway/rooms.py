"""Rooms: names under which sockets are reached, each message encoded once for all of them."""

from collections.abc import Iterable
from typing import Generic

from gateway.packets import encode_event
from gateway.sockets import D, Socket


class Rooms(Generic[D]):
    def __init__(self, namespace: str = "/") -> None:
        self._namespace = namespace
        self._members: dict[str, set[Socket[D]]] = {}

    def __contains__(self, room: str) -> bool:
        """Whether anybody here would hear what is said in the room."""
        return room in self._members

    def __len__(self) -> int:
        return len(self._members)

    def members(self, room: str) -> frozenset[Socket[D]]:
        return frozenset(self._members.get(room, ()))

    def join(self, socket: Socket[D], *rooms: str) -> None:
        if socket.left:
            return  # a handler that outlived its socket
        for room in rooms:
            self._members.setdefault(room, set()).add(socket)
            socket.rooms.add(room)

    def leave(self, socket: Socket[D], *rooms: str) -> None:
        for room in rooms:
            socket.rooms.discard(room)
            members = self._members.get(room)
            if members is not None:
                members.discard(socket)
                if not members:
                    del self._members[room]

    def leave_all(self, socket: Socket[D]) -> None:
        self.leave(socket, *tuple(socket.rooms))

    def broadcast(self, room: str, name: str, *args: object, skip: Socket[D] | None = None) -> int:
        """Tell everyone in the room but `skip`; how many were told."""
        members = self._members.get(room)
        return self._tell(members, skip, name, args) if members else 0

    def broadcast_many(self, rooms: Iterable[str], name: str, *args: object, skip: Socket[D] | None = None) -> int:
        """Tell everyone in any of the rooms, each socket once."""
        members = [found for room in rooms if (found := self._members.get(room))]
        return self._tell(set().union(*members), skip, name, args) if members else 0

    def _tell(self, sockets: set[Socket[D]], skip: Socket[D] | None, name: str, args: tuple[object, ...]) -> int:
        message = encode_event(self._namespace, name, *args)
        audience = list(sockets)  # a socket found too slow leaves its rooms while we tell the others
        for socket in audience:
            if socket is not skip:
                socket.send_encoded(message)
        return len(audience) - (skip in sockets)

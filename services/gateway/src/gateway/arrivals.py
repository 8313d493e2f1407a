"""Letting sockets in: who they are is checked, then they hear their channels, before they are told that they may."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.problems import Problem
from chassis.requests import out_of_scope
from chassis.scopes import Scope
from chassis.tokens import TokenVerifier, unauthenticated

from gateway.channels import Channels
from gateway.packets import Json
from gateway.passes import Passes
from gateway.people import (
    Client,
    Clients,
    Person,
    channel_room,
    colleagues_room,
    session_room,
    user_room,
    workspace_room,
)
from gateway.places import Places
from gateway.recent import Recent, Vector
from gateway.sockets import ConnectRefused, TryAgain
from gateway.telling import Replay

# A channel that somebody is in, and the number of its last message.
Standing = tuple[Mapping[str, Any], int]
ACCESS_TOKEN_LIFE = 16 * 60.0
# Seconds that this gateway may be behind the one that a client comes from.
BEHIND = 2.0


@dataclass(frozen=True, slots=True)
class _Before:
    """The socket that a client was before, and its place in the stream."""

    socket_id: str
    private_id: str
    place: Vector


class Revocations:
    """Sessions that ended while their access tokens still live; each is forgotten once its tokens have expired."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def __contains__(self, session_id: str) -> bool:
        return self._until.get(session_id, 0.0) > time.monotonic()

    def __len__(self) -> int:
        return len(self._until)

    def add(self, session_id: str) -> None:
        now = time.monotonic()
        self._until.pop(session_id, None)
        self._until[session_id] = now + ACCESS_TOKEN_LIFE
        while self._until[oldest := next(iter(self._until))] < now:
            del self._until[oldest]


class Arrivals:
    """Admits sockets to their user's rooms. First they are subscribed, then their channels are read, so that no
    change falls between the two."""

    def __init__(
        self,
        verifier: TokenVerifier,
        places: Places,
        channels: Channels,
        revocations: Revocations,
        recent: Recent,
        passes: Passes,
        sockets_per_user: int,
    ) -> None:
        self._verifier, self._places = verifier, places
        self._channels, self._revocations = channels, revocations
        self._recent, self._passes = recent, passes
        self._sockets_per_user = sockets_per_user
        # Sockets whose places are being read, with the channels and workspaces their user left meanwhile.
        self._left_meanwhile: dict[Client, set[str]] = {}
        self._settling: dict[Client, Person] = {}

    @property
    def settling(self) -> tuple[Client, ...]:
        """Sockets that were not let in yet."""
        return tuple(self._left_meanwhile)

    async def admit(self, socket: Client, auth: Mapping[str, Json]) -> Person:
        """The person; `ConnectRefused` with the problem's type and text otherwise.

        With `pid` and `offset`, as a client sends them that was here before, the socket goes on for the one that the
        client had: the same id, and what it missed comes right behind the answer, if all of that is still known.
        """
        try:
            person = await self.identify(auth.get("token"))
            before = self._before(person, auth)
            self._check_number(socket.namespace, person, before)
            await self._settle_or_forget(socket, person, before)
        except Problem as problem:
            if problem.status >= 500:
                raise TryAgain(problem.type) from problem
            told = {"type": problem.type, "message": problem.detail}
            raise ConnectRefused(problem.type, told) from problem
        return person

    async def identify(self, token: Json) -> Person:
        """Who an access token stands for; `Problem` 401 if it is not valid or its session has ended, 403 for a bot that
        may not read what its socket would hear."""
        if not isinstance(token, str):
            raise unauthenticated("Connect with `auth: {token}`: the access token you got when signing in.")
        principal = await self._verifier.verify(token)
        if str(principal.session_id) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")
        if not principal.has(Scope.MESSAGES_READ):
            raise out_of_scope(Scope.MESSAGES_READ)
        return Person(principal, token)

    def left(self, user_id: str, place_id: str) -> None:
        """A user left a channel or workspace: those of their sockets that are settling just now must not enter it."""
        for socket, left in self._left_meanwhile.items():
            if user_room(user_id) in socket.rooms:
                left.add(place_id)

    def silence(self, user_id: str, place_id: str, until: float) -> None:
        """A moderator decided that somebody says nothing somewhere until then, or is to speak again: 0."""
        for socket, person in self._settling.items():
            if user_room(user_id) in socket.rooms:
                person.silences[place_id] = until

    def _before(self, person: Person, auth: Mapping[str, Json]) -> _Before | None:
        """Which socket the client was and how far it came, if it shows a pass of this session."""
        shown = self._passes.read(auth.get("pid"), person.principal)
        began = self._recent.vector(shown.place) if shown else None
        if shown is None or began is None:
            return None
        # What it heard last may have been before it was given this pass.
        heard = self._recent.vector(auth.get("offset")) or began
        return _Before(shown.socket_id, str(auth["pid"]), tuple(map(max, began, heard)))

    def _check_number(self, clients: Clients, person: Person, before: _Before | None) -> None:
        open_ones = clients.rooms.members(user_room(person.user_id))
        # A connection that the client has given up need not know yet that it is broken.
        given_up = clients.sockets.get(before.socket_id) if before else None
        if len(open_ones - {given_up}) >= self._sockets_per_user:
            raise Problem(429, "too_many_sockets", f"One person can have {self._sockets_per_user} open connections.")

    async def _settle_or_forget(self, socket: Client, person: Person, before: _Before | None) -> None:
        try:
            await self._settle(socket, person, before)
        except BaseException:  # nobody else tidies up after a socket that was not let in
            self._channels.forget(socket)
            raise

    async def _settle(self, socket: Client, person: Person, before: _Before | None) -> None:
        socket.join(user_room(person.user_id), session_room(person.principal.session_id))
        left = self._left_meanwhile[socket] = set()
        self._settling[socket] = person
        try:
            if before is not None and not await self._recent.reaches(before.place, BEHIND):
                before = None
            belongs = await self._places.of(person.user_id)
        finally:
            del self._left_meanwhile[socket], self._settling[socket]
        if str(person.principal.session_id) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")
        person.missing = belongs.missing
        # What was decided meanwhile is later than what was read.
        person.silences = {**belongs.silences, **person.silences}
        channels = [(channel, last_seq) for channel, last_seq in belongs.channels if channel["id"] not in left]
        if before is None or not self._go_on(socket, person, before, channels):
            self._begin(socket, person, channels)
        workspace_ids = [id_ for id_ in belongs.workspace_ids if id_ not in left]
        socket.join(*map(workspace_room, workspace_ids))
        socket.join(*(colleagues_room(id_) for id_ in workspace_ids if id_ not in belongs.guest_in))

    def _begin(self, socket: Client, person: Person, channels: list[Standing]) -> None:
        """Let it hear what comes from now on; for what was before it asks."""
        socket.private_id = self._passes.issue(socket.id, person.principal, self._recent.place)
        for channel, last_seq in channels:
            self._channels.join(socket, channel["id"], channel, last_seq)

    def _go_on(self, socket: Client, person: Person, before: _Before, channels: list[Standing]) -> bool:
        """Tell it what it missed; False if that is not known any longer."""
        ids = [channel["id"] for channel, _ in channels]
        kept = self._recent.since(before.place, map(channel_room, ids), user_room(person.user_id))
        if kept is None:
            return False
        socket.id, socket.private_id, socket.recovered = before.socket_id, before.private_id, True
        for channel, _ in channels:
            # All that comes from the topic from here on is news to it, however much of it is stored already.
            self._channels.join(socket, channel["id"], channel, 0)
        encoded = {id_: self._channels.encoded(id_) for id_ in ids}
        for message in Replay(kept, person.user_id, socket.id, encoded).messages():
            socket.send_encoded(message)
        return True

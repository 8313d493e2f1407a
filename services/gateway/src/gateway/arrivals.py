"""Letting sockets in: who they are is checked, then they hear their channels, before they are told that they may."""

import time
from collections.abc import Mapping
from typing import Any

from chassis.problems import Problem
from chassis.tokens import TokenVerifier, unauthenticated

from gateway.channels import Channels
from gateway.packets import Json
from gateway.people import Client, Clients, Person, session_room, user_room, workspace_room
from gateway.sockets import ConnectRefused
from gateway.upstreams import Upstream

ACCESS_TOKEN_LIFE = 16 * 60.0


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
        messaging: Upstream,
        channels: Channels,
        revocations: Revocations,
        sockets_per_user: int,
    ) -> None:
        self._verifier, self._messaging = verifier, messaging
        self._channels, self._revocations = channels, revocations
        self._sockets_per_user = sockets_per_user
        # Sockets whose places are being read, with the channels and workspaces their user left meanwhile.
        self._left_meanwhile: dict[Client, set[str]] = {}

    @property
    def settling(self) -> tuple[Client, ...]:
        """Sockets that were not let in yet."""
        return tuple(self._left_meanwhile)

    async def admit(self, socket: Client, auth: Mapping[str, Json]) -> Person:
        """The person; `ConnectRefused` with the problem's type and text otherwise."""
        try:
            person = await self.identify(auth.get("token"))
            self._check_number(socket.namespace, person)
            await self._settle_or_forget(socket, person)
        except Problem as problem:
            told = {"type": problem.type, "message": problem.detail}
            raise ConnectRefused(problem.type, told) from problem
        return person

    async def identify(self, token: Json) -> Person:
        """Who an access token stands for; `Problem` 401 if it is not valid or its session has ended."""
        if not isinstance(token, str):
            raise unauthenticated("Connect with `auth: {token}`: the access token you got when signing in.")
        principal = await self._verifier.verify(token)
        if str(principal.session_id) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")
        return Person(principal, token)

    def left(self, user_id: str, place_id: str) -> None:
        """A user left a channel or workspace: those of their sockets that are settling just now must not enter it."""
        for socket, left in self._left_meanwhile.items():
            if user_room(user_id) in socket.rooms:
                left.add(place_id)

    def _check_number(self, clients: Clients, person: Person) -> None:
        if len(clients.rooms.members(user_room(person.user_id))) >= self._sockets_per_user:
            raise Problem(429, "too_many_sockets", f"One person can have {self._sockets_per_user} open connections.")

    async def _settle_or_forget(self, socket: Client, person: Person) -> None:
        try:
            await self._settle(socket, person)
        except BaseException:  # nobody else tidies up after a socket that was not let in
            self._channels.forget(socket)
            raise

    async def _settle(self, socket: Client, person: Person) -> None:
        socket.join(user_room(person.user_id), session_room(person.principal.session_id))
        left = self._left_meanwhile[socket] = set()
        try:
            state: Any = await self._messaging.get(f"/internal/users/{person.user_id}/state")
        finally:
            del self._left_meanwhile[socket]
        if str(person.principal.session_id) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")
        for told in state["channels"]:
            last_seq = told.pop("lastSeq")
            if told["id"] not in left:
                self._channels.join(socket, told["id"], told, last_seq)
        socket.join(*(workspace_room(id_) for id_ in state["workspaceIds"] if id_ not in left))

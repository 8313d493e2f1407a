"""This gateway's heartbeat to presence: who is connected here."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from secrets import token_hex

from gateway.ephemeral import Ephemeral
from gateway.people import Clients, colleagues_room, user_room

BEATS = "nexus:presence:beats"
CHANGED = "nexus:presence:changed"
EVERY = 5.0


class Beats:
    """Tells presence at once when a user's first socket comes or last one goes, and everything every 5 s."""

    def __init__(self, clients: Clients, ephemeral: Ephemeral) -> None:
        self._clients, self._ephemeral = clients, ephemeral
        self._gateway_id = token_hex(8)
        self._devices: Counter[str] = Counter()  # sockets that were let in, by user
        ephemeral.listen(CHANGED, self._tell)

    def came(self, user_id: str) -> None:
        self._devices[user_id] += 1
        if self._devices[user_id] == 1:
            self._publish({user_id: 1}, full=False)

    def went(self, user_id: str) -> None:
        self._devices[user_id] -= 1
        if self._devices[user_id] == 0:
            del self._devices[user_id]
            self._publish({user_id: 0}, full=False)

    async def run(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(EVERY)

    def beat(self) -> None:
        self._publish(self._devices, full=True)

    def end(self) -> None:
        """The last beat: nobody is connected here any more."""
        self._publish({}, full=True)

    def _publish(self, devices: Mapping[str, int], full: bool) -> None:
        users = {user_id: {"devices": number, "active": number > 0} for user_id, number in devices.items()}
        body = {"gateway": self._gateway_id, "at": time.time_ns() // 1_000_000, "full": full, "users": users}
        self._ephemeral.publish(BEATS, body)

    def _tell(self, change: dict[str, object]) -> None:
        told = {"userId": change["userId"], "status": change["status"]}
        workspaces, guests = change["workspaceIds"], change.get("guestIds", [])
        if isinstance(workspaces, list) and isinstance(guests, list):
            rooms = [*map(colleagues_room, workspaces), *map(user_room, [change["userId"], *guests])]
            self._clients.rooms.broadcast_many(rooms, "presence:update", told)

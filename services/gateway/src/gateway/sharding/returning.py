"""Who came while a database of messaging was away comes again once it is back: then they hear its channels, too."""

import asyncio
import logging

from chassis.problems import Problem

from gateway.people import Clients
from gateway.places import Places
from gateway.reasons import Reason

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0


async def run(clients: Clients, places: Places) -> None:
    """Look every second whether what somebody missed is there again, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        waiting = [socket for socket in clients.sockets.values() if socket.data.missing]
        if not waiting:
            continue
        try:
            still_away = set((await places.of(waiting[0].data.user_id)).missing)
        except Problem:
            continue
        for socket in waiting:
            if not still_away.issuperset(socket.data.missing):
                socket.close(Reason.GOING_AWAY)
        log.info("databases %s are away; %d sockets wait or come again", sorted(still_away), len(waiting))

"""Presence as it changes: heartbeats in, changes out, each told once."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import asyncpg
import orjson
from eventbus import Backoff
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from presence import choices, comings, devices
from presence.devices import Board
from presence.metrics import BEAT_AGE, BEATS, CHANGES, CONNECTED, RESTARTS, USERS
from presence.parts import DEADLINE
from presence.statuses import Status, combined

log = logging.getLogger(__name__)
HEARD = "nexus:presence:beats"
TOLD = "nexus:presence:changed"
LAST_TOLD = "nexus:presence:last-told"
# Gone when Redis has lost its memory: then everybody's status is told anew.
MEMORY = "nexus:presence:memory"
SWEEP_EVERY = 1.0
# A subscription that does not even answer pings is dead.
DEAF_AFTER = 5.0
TELL_DEADLINE = 8.0
# Of two processes the slower can tell what was true before; it is found and told right again this often.
RECONCILE_EVERY = 60.0
# Seconds after which every living gateway has sent a full beat.
ALL_HAVE_BEATEN = 6.0
AT_ONCE = 500

# Tells what is news, in one step: of several processes that see the same change, one tells it, and none forgets to.
# ARGV, for each user: id, status, what to tell, what this process told last, which counts where Redis has forgotten.
TELL_NEWS = """
local told = {}
for i = 1, #ARGV, 4 do
    local old = redis.call('HGET', KEYS[1], ARGV[i]) or ARGV[i + 3]
    if old ~= ARGV[i + 1] then
        redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
        redis.call('PUBLISH', KEYS[2], ARGV[i + 2])
        told[#told + 1] = ARGV[i + 1]
    end
end
return told
"""
PART_GONE = (RedisError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def on_wire(redis: Redis, channel: str) -> str:
    """What a channel is called on the server: its name, and the number of the database. Redis passes messages on across
    its databases; installations that share a server must not hear each other."""
    return f"{channel}@{redis.connection_pool.connection_kwargs.get('db') or 0}"


class Announcer:
    """Holds the board of devices and tells gateways whose status changed. All of it heals by the gateways' full beats:
    what could not be told now is found to differ, and told, at the next one."""

    def __init__(self, redis: Redis, pool: asyncpg.Pool) -> None:
        self._redis, self._pool = redis, pool
        self.board = Board()
        self.heard, self.told = on_wire(redis, HEARD), on_wire(redis, TOLD)
        self._tell_news = redis.register_script(TELL_NEWS)
        self._told: dict[str, Status] = {}
        self._untold: set[str] = set()
        self._telling = asyncio.Lock()
        self._measured_at = 0.0
        self.listening = asyncio.Event()

    async def ready(self) -> None:
        """Raise, or take long, unless gateways are heard."""
        await self.listening.wait()
        answer: Any = self._redis.ping()
        await answer

    async def statuses(self, user_ids: Iterable[str]) -> dict[str, Status]:
        """The status of each, whoever may see it."""
        wanted = list(user_ids)
        chosen = await choices.chosen_by(self._pool, wanted)
        return {id_: combined(self.board.devices_of(id_), chosen.get(id_)) for id_ in wanted}

    async def run(self) -> None:
        """Listen and tell until cancelled; a part that is gone is waited for with back-off."""
        waits = Backoff(most=1.0)
        while True:
            try:
                await self._listen(waits)
            except PART_GONE as error:
                RESTARTS.inc()
                seconds = next(waits)
                log.warning("presence listens anew in %.1f s: %r", seconds, error)
                await asyncio.sleep(seconds)
            finally:
                self.listening.clear()

    async def tell(self, user_ids: Iterable[str]) -> None:
        """Tell the gateways about those whose status is news.

        One at a time: what is found out later is told later. Whoever cannot be told now waits for the next time.
        """
        self._untold |= set(user_ids)
        async with asyncio.timeout(TELL_DEADLINE), self._telling:
            while self._untold:
                some = set(islice(self._untold, AT_ONCE))
                self._untold -= some
                try:
                    await self._tell(some)
                except BaseException:
                    self._untold |= some
                    raise

    async def _listen(self, waits: Backoff) -> None:
        async with self._redis.pubsub() as subscription:
            await asyncio.wait_for(subscription.subscribe(self.heard), DEADLINE)
            self.board.expect_all()
            for beat in await asyncio.wait_for(devices.remembered(self._redis), DEADLINE * 2):
                if beat.gateway not in self.board:
                    self.board.take(beat)
            self.listening.set()
            await self._hear(subscription, waits)

    async def _hear(self, subscription: PubSub, waits: Backoff) -> None:
        heard_at, reconcile_at = time.monotonic(), time.monotonic() + ALL_HAVE_BEATEN
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=SWEEP_EVERY)
            if message is not None:
                heard_at = time.monotonic()
                if message["type"] == "message":
                    await self._take(message["data"])
            elif time.monotonic() - heard_at > DEAF_AFTER:
                raise TimeoutError("Redis does not answer its subscriber")
            else:
                await asyncio.wait_for(subscription.ping(), DEADLINE)
            await self.tell(self.board.drop_silent())
            if time.monotonic() > reconcile_at:
                reconcile_at = time.monotonic() + RECONCILE_EVERY
                await self.tell(self.board.users() | await self._told_by_anybody())
            self._measure()
            waits.reset()

    def _measure(self) -> None:
        if time.monotonic() - self._measured_at < SWEEP_EVERY:
            return
        self._measured_at = time.monotonic()
        BEAT_AGE.set(self.board.age())
        CONNECTED.set(len(self.board.users()))
        shown = Counter(self._told.values())
        for status in (Status.ONLINE, Status.AWAY, Status.BUSY):
            USERS.labels(status.value).set(shown[status])

    async def _told_by_anybody(self) -> set[str]:
        """Users whose status was told to be other than offline: while nobody listened, it may have changed."""
        told: Any = await asyncio.wait_for(self._redis.hgetall(LAST_TOLD), DEADLINE)
        online = {user_id.decode() for user_id, status in told.items() if status != b"offline"}
        return online | await asyncio.wait_for(comings.told_to_be_here(self._pool), DEADLINE)

    async def _take(self, data: object) -> None:
        try:
            beat = devices.read_beat(data if isinstance(data, bytes) else b"")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("a beat is not as agreed: %r", error)
            return
        BEATS.labels("full" if beat.is_full else "change").inc()
        changed = self.board.take(beat)
        async with asyncio.timeout(DEADLINE):
            await devices.keep(self._redis, beat, bool(changed))
            if beat.is_full and await self._redis.set(MEMORY, b"1", nx=True):
                changed |= self.board.users() | set(self._told)
        await self.tell(changed)

    async def _tell(self, user_ids: set[str]) -> None:
        statuses = await self.statuses(user_ids)
        workspaces = await choices.workspaces_of(self._pool, user_ids)
        guests = await choices.guests_of(self._pool, user_ids)
        arguments: list[str | bytes] = []
        for user_id, status in statuses.items():
            told = {
                "userId": user_id, "status": status, "workspaceIds": workspaces.get(user_id, []),
                "guestIds": guests.get(user_id, []),
            }  # fmt: skip
            before = self._told.get(user_id, Status.OFFLINE)
            arguments += [user_id, status.value, orjson.dumps(told), before.value]
        news = await asyncio.wait_for(self._tell_news(keys=[LAST_TOLD, self.told], args=arguments), DEADLINE)
        for status_told in news:
            CHANGES.labels(status_told.decode()).inc()
        for user_id, status in statuses.items():
            self._remember(user_id, status)
        await comings.tell(self._pool, statuses)

    def _remember(self, user_id: str, status: Status) -> None:
        if status is Status.OFFLINE:
            self._told.pop(user_id, None)
        else:
            self._told[user_id] = status

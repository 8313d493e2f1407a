"""Which devices are connected where, from the gateways' heartbeats; kept in Redis so that a restart forgets nothing."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

# Seconds without a full beat after which a gateway has no devices any more; with the sweep, 15.
SILENCE = 14.0
# Seconds in which every living gateway is heard again after nobody could be: it connects anew and beats every 5.
HEARD_AGAIN = 8.0
GATEWAY = "nexus:presence:gateway:"


@dataclass(frozen=True, slots=True)
class Devices:
    """One user's devices at one gateway."""

    number: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """What a gateway says: all its users (`is_full`), or only those whose first device came or last one went."""

    gateway: str
    is_full: bool
    users: Mapping[str, Devices]


@dataclass(slots=True)
class _Gateway:
    users: dict[str, Devices] = field(default_factory=dict)
    heard_at: float = field(default_factory=time.monotonic)


def read_beat(data: bytes) -> Beat:
    """`ValueError` or `KeyError` for what is no beat."""
    told = orjson.loads(data)
    users = {str(UUID(id_)): Devices(int(each["devices"]), bool(each["active"])) for id_, each in told["users"].items()}
    return Beat(str(told["gateway"]), bool(told["full"]), users)


class Board:
    """All gateways' devices. Every presence process hears every beat, so each has the whole board."""

    def __init__(self) -> None:
        self._gateways: dict[str, _Gateway] = {}

    def __contains__(self, gateway: str) -> bool:
        return gateway in self._gateways

    def take(self, beat: Beat) -> set[str]:
        """Enter a beat; the users whose devices changed by it."""
        gateway = self._gateways.setdefault(beat.gateway, _Gateway())
        if beat.is_full:
            gateway.heard_at = time.monotonic()
        before = gateway.users
        after = dict(beat.users) if beat.is_full else {**before, **beat.users}
        gateway.users = {id_: devices for id_, devices in after.items() if devices.number > 0}
        return {id_ for id_ in before.keys() | after.keys() if before.get(id_) != gateway.users.get(id_)}

    def expect_all(self) -> None:
        """Nobody could be heard: do not take for silence what was said meanwhile, nor wait for the dead for long."""
        heard_at = time.monotonic() - max(0.0, SILENCE - HEARD_AGAIN)
        for gateway in self._gateways.values():
            gateway.heard_at = max(gateway.heard_at, heard_at)

    def age(self) -> float:
        """Seconds since the longest silent gateway beat in full."""
        return time.monotonic() - min(
            (gateway.heard_at for gateway in self._gateways.values()), default=time.monotonic()
        )

    def drop_silent(self) -> set[str]:
        """Forget gateways that fell silent; the users that were there."""
        oldest = time.monotonic() - SILENCE
        silent = [id_ for id_, gateway in self._gateways.items() if gateway.heard_at < oldest]
        return {user_id for id_ in silent for user_id in self._gateways.pop(id_).users}

    def devices_of(self, user_id: str) -> Iterator[Devices]:
        return (found for gateway in self._gateways.values() if (found := gateway.users.get(user_id)))

    def users(self) -> set[str]:
        return {user_id for gateway in self._gateways.values() for user_id in gateway.users}


async def keep(redis: Redis, beat: Beat, is_news: bool) -> None:
    """Write a beat to Redis, to expire when its gateway falls silent; what is there already is only prolonged."""
    key = GATEWAY + beat.gateway
    if beat.is_full and not is_news and await _prolonged(redis, key, len(beat.users)):
        return
    here = {id_: f"{devices.number}:{int(devices.is_active)}" for id_, devices in beat.users.items() if devices.number}
    gone = [id_ for id_, devices in beat.users.items() if not devices.number]
    async with redis.pipeline(transaction=True) as pipeline:
        if beat.is_full:
            pipeline.delete(key)
        if here:
            pipeline.hset(key, mapping=here)  # type: ignore[arg-type]
        if gone and not beat.is_full:
            pipeline.hdel(key, *gone)
        pipeline.expire(key, max(1, round(SILENCE)), nx=not beat.is_full)
        await pipeline.execute()


async def _prolonged(redis: Redis, key: str, number: int) -> bool:
    """Whether Redis still has this number of users there; it may have lost them, or hold what came after a loss."""
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.expire(key, max(1, round(SILENCE)))
        pipeline.hlen(key)
        found: list[Any] = await pipeline.execute()
    return bool(found[1] == number)


async def remembered(redis: Redis) -> list[Beat]:
    """The gateways that Redis still knows, for a process that has just started."""
    beats = []
    async for key in redis.scan_iter(match=GATEWAY + "*", count=100):
        kept: Any = await redis.hgetall(key)
        users = {id_.decode(): _devices(value) for id_, value in kept.items()}
        beats.append(Beat(key.decode().removeprefix(GATEWAY), True, users))
    return beats


def _devices(value: bytes) -> Devices:
    number, _, active = value.decode().partition(":")
    return Devices(int(number), active == "1")

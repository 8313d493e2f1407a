"""How many deliveries a core of the gateway does, beside Node's socket.io in the same run.

`python bench/fanout.py [--quick]`. What each row means is said in README.md.
"""

import asyncio
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TypeAlias

import uvloop
from crowd import CONTENT, FIRST_SEQ, Publisher, Room, Way, by_socket, deliver, everybody, expect, message_size, others
from eventbus import Producer
from product import machine
from servers import LOAD_CORE, SERVER_CORE, Server, gateway, peer
from sockets import Listener, connect
from testkit import eventually
from uuid_utils.compat import uuid7

UNDER_WAY = 32
IDLE_ROOM = 20

Auth: TypeAlias = Callable[[str], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Shape:
    """So many rooms of so many members."""

    name: str
    rooms: int
    members: int


@dataclass(frozen=True, slots=True)
class Plan:
    shapes: tuple[Shape, ...]
    sockets: int
    rounds: int
    seconds: float
    samples: int

    @property
    def channels(self) -> int:
        idle = self.sockets - sum(shape.rooms * shape.members for shape in self.shapes)
        return sum(shape.rooms for shape in self.shapes) + idle // IDLE_ROOM


FULL = Plan(
    (Shape("room of 200", 1, 200), Shape("room of 1,000", 1, 1_000), Shape("50 rooms of 20", 50, 20)),
    sockets=5_000, rounds=5, seconds=1.0, samples=300,
)  # fmt: skip
QUICK = Plan(
    (Shape("room of 200", 1, 200), Shape("10 rooms of 20", 10, 20)), sockets=600, rounds=3, seconds=0.5, samples=100
)


@dataclass(slots=True)
class Side:
    """One of the two servers, with its sockets."""

    server: Server
    relay: Way
    message: Way
    shapes: dict[Shape, list[Room]] = field(default_factory=dict)
    empty_mib: float = 0.0
    full_mib: float = 0.0

    async def connect(self, plan: Plan, channels: Sequence[str], auth: Auth) -> None:
        """Channels are given to the plan's shapes in turn; the rest are idle rooms."""
        self.empty_mib = self.server.resident_mib
        names = iter(channels)
        for shape in plan.shapes:
            self.shapes[shape] = [_room(next(names), shape.members, auth) for _ in range(shape.rooms)]
        rooms = [room for rooms in self.shapes.values() for room in rooms]
        rooms += [_room(name, IDLE_ROOM, auth) for name in names]
        await connect(self.server.url, [member for room in rooms for member in room.members], at_once=50)
        await asyncio.sleep(3)
        self.full_mib = self.server.resident_mib


def _room(channel_id: str, members: int, auth: Auth) -> Room:
    return Room(channel_id, [Listener(auth(channel_id)) for _ in range(members)])


def channel(channel_id: str) -> dict[str, object]:
    """A channel as messaging describes it to a gateway."""
    now = "2026-03-02T09:15:22.417Z"
    return {
        "id": channel_id, "workspaceId": str(uuid7()), "name": "general", "description": None, "type": "private",
        "isArchived": False, "isDefault": False, "threadEnabled": True, "createdBy": None,
        "createdAt": now, "updatedAt": now, "memberIds": [], "lastSeq": FIRST_SEQ,
    }  # fmt: skip


async def sides(plan: Plan, stack: AsyncExitStack) -> tuple[Side, Side]:
    """The gateway and Node's server, each with all its sockets open."""
    channels = {id_: channel(id_) for id_ in (str(uuid7()) for _ in range(plan.channels))}
    channel_of: dict[str, dict[str, object]] = {}
    ours = await stack.enter_async_context(gateway(channel_of))
    node = await stack.enter_async_context(peer())
    publisher = Publisher(await stack.enter_async_context(Producer(ours.kafka_url, "fanout")))
    publishing = asyncio.create_task(publisher.run())
    stack.callback(publishing.cancel)

    def signed_in(channel_id: str) -> dict[str, object]:
        user_id = str(uuid7())
        channel_of[user_id] = channels[channel_id]
        return {"token": ours.tokens.token(user_id, expires_in=3600)}

    relay = Way("typing:start", by_socket("typing:start"), others)
    both = (
        Side(ours.server, relay, Way("message:receive", publisher.post, everybody)),
        Side(node, relay, Way("message:receive", by_socket("message:send", content=CONTENT), everybody)),
    )
    await both[0].connect(plan, list(channels), signed_in)
    await both[1].connect(plan, list(channels), lambda id_: {"channelId": id_, "userId": str(uuid7())})
    return both


async def rate(side: Side, shape: Shape, way: Way, under_way: int, seconds: float) -> float:
    """Deliveries a second of the server's processor time."""
    used = side.server.cpu_seconds
    deliveries = await deliver(side.shapes[shape], way, under_way, seconds)
    return deliveries / (side.server.cpu_seconds - used)


async def fan_out(both: tuple[Side, Side], plan: Plan, kind: str, under_way: int) -> None:
    """One row a shape; the servers take turns, so that what else this machine does meets both."""
    for shape in plan.shapes:
        ways: list[Way] = [getattr(side, kind) for side in both]
        sizes = [await message_size(side.shapes[shape][0], way) for side, way in zip(both, ways, strict=True)]
        rounds = [
            [await rate(side, shape, way, under_way, plan.seconds) for side, way in zip(both, ways, strict=True)]
            for _ in range(plan.rounds)
        ]
        ours, node = (statistics.median(found) for found in zip(*rounds, strict=True))
        print_row(f"{shape.name}: {kind}, {under_way} under way", ours, node, ",.0f", f"{sizes[0]} / {sizes[1]} bytes")


async def latency(both: tuple[Side, Side], plan: Plan, kind: str) -> None:
    """From sending until a member has it, over all members of a room of 20, one message at a time."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(plan.samples):
        for side, times in zip(both, took, strict=True):
            times.extend(await _one_message(side.shapes[plan.shapes[-1]][0], getattr(side, kind)))
    ours, node = (statistics.median(times) * 1000 for times in took)
    print_row(f"unloaded p50 in ms: {kind}", ours, node, ".2f")


async def _one_message(room: Room, way: Way) -> list[float]:
    times: list[float] = []
    expect([room], way)
    sent_at = time.perf_counter()
    for member in room.members:
        member.heard = lambda _: times.append(time.perf_counter() - sent_at)
    way.send(room)
    await eventually(lambda: len(times) >= way.audience(room))
    for member in room.members:
        member.heard = None
    return times


def memory(both: tuple[Side, Side], plan: Plan) -> None:
    ours, node = ((side.full_mib - side.empty_mib) * 1024 / plan.sockets for side in both)
    print_row(f"KiB for each of {plan.sockets:,} idle sockets", ours, node, ".1f")
    print_row("MiB of the whole process with them", both[0].full_mib, both[1].full_mib, ".0f")


def print_row(what: str, ours: float, node: float, form: str, note: str = "") -> None:
    print(f"| {what} | {ours:{form}} | {node:{form}} | {ours / node:.2f} | {note} |", flush=True)


async def main(plan: Plan) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, {LOAD_CORE})
    started = time.perf_counter()
    async with AsyncExitStack() as stack:
        both = await sides(plan, stack)
        print(f"{machine()}, Linux {platform.release()}; server on core {SERVER_CORE}, all else on core {LOAD_CORE};")
        print(f"peer: {both[1].server.name}; deliveries per server-CPU-second are medians of {plan.rounds} rounds\n")
        print("| | gateway | Node | gateway / Node | on the wire |\n|---|---|---|---|---|")
        await fan_out(both, plan, "message", UNDER_WAY)
        await fan_out(both, plan, "relay", UNDER_WAY)
        memory(both, plan)
        await latency(both, plan, "relay")
        await latency(both, plan, "message")
        if plan is FULL:
            await fan_out(both, plan, "message", 1)
            await fan_out(both, plan, "relay", 1)
    print(f"\nIt took {time.perf_counter() - started:.0f} s; load average {os.getloadavg()[1]:.1f}.")


if __name__ == "__main__":
    uvloop.run(main(QUICK if "--quick" in sys.argv else FULL))

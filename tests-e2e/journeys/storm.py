"""Many sockets at once: a company of people with several devices each, in channels of the usual sizes."""

import asyncio
import os
import random
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import asyncpg
from testkit import Process, eventually
from testkit.jobs import all_running, running

from journeys.onlookers import Onlooker, onlooker
from journeys.people import AT_ONCE, Person, Town
from journeys.product import Product
from journeys.writing import Writer

DEVICES = 8
# Channels by their number of members; everybody is in one more. Each second one message goes to everybody.
SIZES = (100, 50, *(25,) * 10, *(10,) * 25)
A_SECOND = 20
OPEN_A_SECOND = 100
WITHIN = 120.0
SERVICES = ("identity", "messaging", "presence", "gateway", "postgres", "redis", "kafka")


@dataclass(slots=True)
class Company:
    """Its people's clients, who all began at the first gateway, and who writes."""

    gateways: Sequence[Process]
    onlookers: list[Onlooker]
    writer: Writer
    _counted: Counter[str] = field(default_factory=Counter)

    async def back(self, since: float) -> tuple[float, float]:
        """Seconds until everybody was connected anew, and until they then held all that had been acknowledged."""
        await eventually(
            lambda: all(each.connected_at > since and each.is_connected for each in self.onlookers), WITHIN
        )
        connected, seqs = time.monotonic(), self._seqs()
        await eventually(lambda: all(each.holds_until(seqs) for each in self.onlookers), WITHIN)
        return connected - since, time.monotonic() - since

    async def settled(self) -> None:
        """Everybody holds exactly what is stored, once nobody writes any more."""
        seqs = self._seqs()
        await eventually(lambda: all(each.holds_until(seqs) for each in self.onlookers), WITHIN)
        digests = {channel_id: await self._digest(channel_id) for channel_id in self.writer.channel_ids}
        for each in self.onlookers:
            assert each.faults == []
            assert {id_: (held.seq, held.digest) for id_, held in each.holds.items()} == {
                id_: digests[id_] for id_ in each.holds
            }

    async def _digest(self, channel_id: str) -> tuple[int, int]:
        history = await self.writer.person.everything(channel_id)
        return len(history), reduce(lambda digest, message: hash((digest, message["id"])), history, 0)

    def _seqs(self) -> dict[str, int]:
        return {channel_id: self.writer.seqs.get(channel_id, 0) for channel_id in self.writer.channel_ids}

    def returns(self) -> str:
        """How they came back since this was asked last, and what they were refused with."""
        names = ("recovered", "synced", "reset")
        now = Counter({name: sum(getattr(each, name) for each in self.onlookers) for name in names})
        now.update(refusal for each in self.onlookers for refusal in each.refusals)
        new, self._counted = now - self._counted, now
        return ", ".join(f"{number} {name}" for name, number in new.items())


@asynccontextmanager
async def company(town: Town, gateways: Sequence[Process], people: int) -> AsyncIterator[Company]:
    """So many people's devices, all connected to the first gateway."""
    _allow_many_files()
    owner = await town.register("Ada")
    workspace_id = str((await owner.post("/api/workspaces", {"name": "Acme"}))["id"])
    crowd = await town.crowd(owner, workspace_id, people)
    channels = {await _channel(owner, workspace_id, members): members for members in _circles(crowd)}
    weights = [A_SECOND - 1 if len(members) < people else len(channels) - 1 for members in channels.values()]
    urls = [gateways[0].url]
    onlookers = [
        onlooker(person.token or "", urls, [id_ for id_, members in channels.items() if person in members])
        for person in crowd
        for _ in range(DEVICES)
    ]
    made = Company(gateways, onlookers, Writer(owner, [*channels], weights))
    async with all_running(each.run(after=place / OPEN_A_SECOND) for place, each in enumerate(onlookers)):
        await eventually(lambda: not any(each.is_behind for each in onlookers), WITHIN)
        made.returns()
        yield made


def _circles(crowd: list[Person]) -> list[list[Person]]:
    """Who is in a channel together: everybody, and some chosen by chance."""
    return [crowd, *(random.sample(crowd, min(size, len(crowd))) for size in SIZES)]


async def _channel(owner: Person, workspace_id: str, members: list[Person]) -> str:
    ids = [person.id for person in members]
    channel_id = await owner.channel(workspace_id, f"channel of {len(ids)} {random.random()}", members=ids[:AT_ONCE])
    for start in range(AT_ONCE, len(ids), AT_ONCE):
        await owner.post(f"/api/channels/{channel_id}/members", {"userIds": ids[start : start + AT_ONCE]})
    return channel_id


def _allow_many_files() -> None:
    """For the clients, and for gateways started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@dataclass(slots=True)
class Watch:
    """What services must not do meanwhile: be restarted, and have more connections to PostgreSQL than their pools."""

    product: Product
    gateways: Sequence[Process]
    most: dict[str, int] = field(default_factory=dict)
    _before: dict[int, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Count connections until cancelled."""
        db = await asyncpg.connect(self.product.settings_of("messaging")["NEXUS_DATABASE_URL"])
        try:
            while True:
                for service, number in await db.fetch(CONNECTIONS):
                    self.most[service] = max(number, self.most.get(service, 0))
                await asyncio.sleep(0.1)
        finally:
            db.terminate()

    def begin(self) -> None:
        self._before = {pid: _seconds(pid) for _, pid in self._pids}

    @property
    def used(self) -> dict[str, float]:
        """Seconds of processor since `begin`, by those gateways that live, by messaging, and by the clients."""
        now = [(name, _seconds(pid) - self._before.get(pid, 0.0)) for name, pid in self._pids]
        return {name: round(sum(used for each, used in now if each == name), 1) for name, _ in now}

    @property
    def _pids(self) -> list[tuple[str, int]]:
        alive = [("gateway", gateway.pid) for gateway in self.gateways if gateway.child.returncode is None]
        return [*alive, ("messaging", self.product.pid("messaging")), ("clients", os.getpid())]

    @property
    def lives(self) -> dict[str, tuple[int, str]]:
        """Process id and start time by service."""
        return {name: (pid, _stat(pid)[19]) for name in SERVICES if (pid := self.product.pid(name))}


CONNECTIONS = """
    SELECT usename, count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename <> 'postgres' GROUP BY usename
"""


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _seconds(pid: int) -> float:
    return (int(_stat(pid)[11]) + int(_stat(pid)[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def watching(product: Product, gateways: Sequence[Process], pool: int = 10) -> AsyncIterator[Watch]:
    """Within, no service is restarted, and none has more connections than are in a pool."""
    watch = Watch(product, gateways)
    before = watch.lives
    watch.begin()
    async with running(watch.run()):
        yield watch
    assert watch.lives == before
    assert max(watch.most.values()) <= pool, watch.most

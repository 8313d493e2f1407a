"""The running stack: parts and services with their keepers, started together and stopped in order."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from functools import partial

from localstack.board import Board
from localstack.keeper import Keeper, Unit
from localstack.keys import Keys
from localstack.leftovers import Ledger
from localstack.part import Part, Site
from localstack.parts import parts_of
from localstack.places import check_ports, site_of
from localstack.processes import Command
from localstack.settings import Settings, inherited

MOST_FILES = 65536


@dataclass(slots=True)
class Stack:
    """Everything one launcher runs."""

    settings: Settings
    board: Board
    keys: Keys
    ledger: Ledger
    group: asyncio.TaskGroup
    keepers: dict[str, tuple[Keeper, asyncio.Task[None]]] = field(default_factory=dict)

    async def keep(self, unit: Unit) -> None:
        """Start a unit and wait until it is ready."""
        keeper = Keeper(unit, self.ledger, self.board)
        self.keepers[unit.name] = (keeper, self.group.create_task(keeper.run()))
        await keeper.wait_ready()

    async def stop(self, names: Iterable[str]) -> None:
        """Stop these together; each has its own deadline."""
        chosen = [self.keepers.pop(name) for name in names if name in self.keepers]
        await asyncio.gather(*(keeper.stop() for keeper, _ in chosen))
        for _, task in chosen:
            task.cancel()

    def kill(self) -> None:
        """No more patience: a second Ctrl-C."""
        for keeper, _ in self.keepers.values():
            keeper.kill()

    async def start_part(self, part: Part) -> str:
        """Have a part ready, ours or the one given, and answer its URL."""
        if given := self.settings.given.get(part.url_setting):
            self.board.done(part.name, f"{part.title} given by {part.url_setting}")
            return given
        await fetch(part, self.settings, self.board)
        self.board.begin(part.name, f"preparing {part.title}")
        site = await asyncio.to_thread(site_of, part, self.settings, self.keys)
        if not site.folder.is_relative_to(self.settings.data):
            self.board.say(f"{part.title}'s account cannot enter {self.settings.data}; its data are in {site.folder}")
        await part.before_start(site)
        check_ports(self.settings, part.ports, part.url_setting)
        await part.prepare(site)
        self.board.begin(part.name, f"starting {part.title}")
        await self.keep(unit_of(part, site))
        self.board.done(part.name, f"{part.title} on port {self.settings.ports[part.ports[0]]}")
        return part.url(site)


async def fetch(part: Part, settings: Settings, board: Board) -> None:
    """Have what the part needs in the cache folder."""
    if part.fetch:
        if not all(need.unless(settings.cache) for need in part.needs):
            board.begin(part.name, f"{part.fetching} {part.title}")
        if remark := await part.fetch(settings.cache, settings.logs / f"{part.name}-fetch.log"):
            board.say(remark)


def unit_of(part: Part, site: Site) -> Unit:
    environment = inherited() | dict(part.environment(site))
    return Unit(
        name=part.name,
        command=Command(part.command(site), site.log, environment, site.folder, site.user, part.death_signal),
        probe=partial(part.probe, site),
        before_start=partial(part.before_start, site),
        stop_signal=part.stop_signal,
        start_within=part.start_within,
        stop_within=part.stop_within,
    )


@contextlib.asynccontextmanager
async def stack(settings: Settings, board: Board) -> AsyncIterator[Stack]:
    """A stack whose processes are gone when the block is left; services stop before the parts they use."""
    _allow_many_files()
    ledger = Ledger(settings.run / "children.json")
    if left := await ledger.end_leftovers():
        board.say(f"Ended what an earlier start left behind: {', '.join(left)}")
    async with asyncio.TaskGroup() as group:
        running = Stack(settings, board, Keys(settings.data / "secrets"), ledger, group)
        try:
            yield running
        finally:
            await _stop_all(running)


async def _stop_all(running: Stack) -> None:

    parts = parts_of(running.settings)
    await running.stop([name for name in running.keepers if name not in parts])
    await running.stop(list(running.keepers))


def _allow_many_files() -> None:
    """A gateway holds a file for every client, Kafka several for every partition."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))

"""Keeping one process alive: start it, wait until it is ready, start it again when it dies, stop it in order."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from localstack.board import Board
from localstack.leftovers import Ledger
from localstack.probes import NotReady
from localstack.processes import LOG_BOUND, Command, StepFailed, describe, kill_group, rotate, spawn

FIRST_DELAY, LONGEST_DELAY, HEALTHY_AFTER = 0.2, 5.0, 30.0
TRIES_TO_START = 4
LOG_CHECK_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Unit:
    """Something to keep running."""

    name: str
    command: Command
    probe: Callable[[], Awaitable[None]]
    before_start: Callable[[], Awaitable[None]]
    stop_signal: signal.Signals = signal.SIGTERM
    start_within: float = 60
    stop_within: float = 10


@dataclass(slots=True)
class Backoff:
    """Ever longer pauses, until it went well for a while."""

    delay: float = FIRST_DELAY

    def next(self, lived: float) -> float:
        if lived >= HEALTHY_AFTER:
            self.delay = FIRST_DELAY
        now, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY)
        return now


@dataclass(slots=True)
class Keeper:
    """Runs one unit until it is told to stop."""

    unit: Unit
    ledger: Ledger
    board: Board
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    deaths: int = 0

    async def run(self) -> None:
        """Start it again and again; ends when stopped, or when it never came up."""
        rotate(self.unit.command.log)
        backoff = Backoff()
        while not self.stopping:
            born = monotonic()
            code = await self._one_life(born)
            if self.stopping:
                return
            self.deaths += 1
            if not self.ready.is_set() and self.deaths >= TRIES_TO_START:
                raise StepFailed(self.unit.name, f"does not start ({describe(code)})", self.unit.command.log)
            delay = backoff.next(monotonic() - born)
            self.board.say(f"{self.unit.name} ended ({describe(code)}); starting it again in {delay:.1f} s")
            await asyncio.sleep(delay)

    async def _one_life(self, born: float) -> int:
        await self.unit.before_start()
        self.process = await spawn(self.unit.command)
        self.ledger.enter(self.unit.name, self.process.pid)
        watch = asyncio.create_task(self._watch(born))
        try:
            return await self.process.wait()
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _watch(self, born: float) -> None:
        """Say when it is ready; then keep its log small."""
        await until_ready(self.unit.probe)
        if self.ready.is_set():
            self.board.say(f"{self.unit.name} is back after {monotonic() - born:.1f} s")
        self.ready.set()
        while True:
            await asyncio.sleep(LOG_CHECK_EVERY)
            rotate(self.unit.command.log, LOG_BOUND)

    async def wait_ready(self) -> None:
        try:
            async with asyncio.timeout(self.unit.start_within):
                await self.ready.wait()
        except TimeoutError:
            why = f"was not ready within {self.unit.start_within:.0f} s"
            raise StepFailed(self.unit.name, why, self.unit.command.log) from None

    async def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        self.stopping = True
        if self.process is None:
            return
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.unit.stop_signal)
            try:
                async with asyncio.timeout(self.unit.stop_within):
                    await self.process.wait()
            except TimeoutError:
                self.board.say(f"{self.unit.name} did not stop within {self.unit.stop_within:.0f} s; killed")
        kill_group(self.process.pid)
        await self.process.wait()
        self.ledger.strike(self.unit.name)

    def kill(self) -> None:
        self.stopping = True
        if self.process and self.process.returncode is None:
            kill_group(self.process.pid)


async def until_ready(probe: Callable[[], Awaitable[None]]) -> None:
    """Ask until the answer is good; whoever waits sets the deadline."""
    while True:
        with contextlib.suppress(OSError, TimeoutError, NotReady, asyncio.IncompleteReadError):
            await probe()
            return
        await asyncio.sleep(0.1)

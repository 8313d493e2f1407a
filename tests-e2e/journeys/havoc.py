"""Gateways that are killed and told to stop, connections that are cut: all by a seed, while people talk."""

import asyncio
import os
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from testkit import Process, eventually

from journeys.apps import App

ROUNDS = int(os.environ.get("NEXUS_FAULT_ROUNDS", "30"))
SEED = os.environ.get("NEXUS_FAULT_SEED") or str(random.SystemRandom().randrange(10**6))
# Seconds from one blow to the next, and until what was ended is started again.
BETWEEN, DOWN = (1.0, 4.0), (0.0, 2.0)
START_WITHIN = 120


@dataclass(slots=True)
class Havoc:
    """What is done to the gateways, and to the connections of these programs."""

    gateways: Sequence[Process]
    apps: Sequence[App]
    seed: str = SEED
    blows: Counter[str] = field(default_factory=Counter)
    _dice: random.Random = field(init=False)
    _up: list[Process] = field(init=False)

    def __post_init__(self) -> None:
        self._dice, self._up = random.Random(self.seed), [*self.gateways]

    async def rage(self, rounds: int) -> None:
        """So many ends of gateways, one in four by SIGTERM, and cuts between them; all gateways run when it is over."""
        async with asyncio.TaskGroup() as restarts:
            for _ in range(rounds):
                await eventually(lambda: len(self._up) > 1, START_WITHIN)  # so that there is another to go to
                victim = self._up.pop(self._dice.randrange(len(self._up)))
                by_kill, down = self._dice.random() < 0.75, self._dice.uniform(*DOWN)
                restarts.create_task(self._end_and_start(victim, by_kill, down))
                await asyncio.sleep(self._dice.uniform(*BETWEEN) / 2)
                if self._dice.random() < 0.5:
                    await self._cut(self._dice.choice(self.apps))
                await asyncio.sleep(self._dice.uniform(*BETWEEN) / 2)

    async def _end_and_start(self, victim: Process, by_kill: bool, down: float) -> None:
        if by_kill:
            self.blows["SIGKILL"] += 1
            for app in self.apps:
                if app.client.is_connected and app.url == victim.url:
                    app.orphaned()
            await victim.kill()
        else:
            self.blows["SIGTERM"] += 1
            await victim.terminate()
        await asyncio.sleep(down)
        await victim.start(START_WITHIN)
        self._up.append(victim)

    async def _cut(self, app: App) -> None:
        if app.client.is_connected:
            self.blows["cut"] += 1
            await app.client.cut()

    @property
    def report(self) -> str:
        """Its blows and how the programs came back, for the eye."""
        returns, silences = Counter[str](), sorted(seconds for app in self.apps for seconds in app.silences)
        for app in self.apps:
            returns += app.returns
        middle, worst = (statistics.median(silences), silences[-1]) if silences else (0.0, 0.0)
        return (
            f"seed {self.seed}: {_listed(self.blows)}; came back: {_listed(returns)}; "
            f"heard again after a kill: median {middle:.1f} s, worst {worst:.1f} s of {len(silences)}"
        )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"

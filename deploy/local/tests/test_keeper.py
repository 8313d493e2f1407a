"""Processes that die are started again, and those that never come up are given up."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from localstack.board import Board
from localstack.keeper import Backoff, Keeper, Unit
from localstack.leftovers import Ledger
from localstack.probes import NotReady
from localstack.processes import Command, StepFailed
from localstack.settings import inherited
from testkit import eventually


def test_pauses_grow_to_a_bound_and_shrink_after_a_good_while() -> None:
    backoff = Backoff()
    assert [backoff.next(lived=1) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert backoff.next(lived=31) == 0.2


def a_unit(folder: Path, script: str) -> Unit:
    """A process that is ready once it has written a file."""
    marker = folder / "ready"

    async def probe() -> None:
        if not marker.exists():
            raise NotReady

    async def forget() -> None:
        marker.unlink(missing_ok=True)

    command = Command([sys.executable, "-c", script], folder / "it.log", inherited(), folder)
    return Unit("it", command, probe, forget, stop_within=1)


@asynccontextmanager
async def kept(unit: Unit, folder: Path) -> AsyncIterator[tuple[Keeper, io.StringIO]]:
    screen = io.StringIO()
    keeper = Keeper(unit, Ledger(folder / "children.json"), Board(screen))
    task = asyncio.create_task(keeper.run())
    try:
        await keeper.wait_ready()
        yield keeper, screen
    finally:
        await keeper.stop()
        await task


SERVES = "import time; open('ready', 'w'); time.sleep(60)"
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); open('ready', 'w'); time.sleep(60)"


async def test_a_killed_process_comes_back_and_it_is_said(tmp_path: Path) -> None:
    async with kept(a_unit(tmp_path, SERVES), tmp_path) as (keeper, screen):
        assert keeper.process is not None
        first = keeper.process.pid
        keeper.process.kill()
        await eventually(lambda: "it is back" in screen.getvalue())
        assert keeper.process.pid != first
        assert "it ended (SIGKILL); starting it again in 0.2 s" in screen.getvalue()
        assert keeper.ledger.running() == {"it": keeper.process.pid}


async def test_a_stopped_process_stays_stopped(tmp_path: Path) -> None:
    async with kept(a_unit(tmp_path, SERVES), tmp_path) as (keeper, screen):
        await keeper.stop()
        assert keeper.process is not None
        assert keeper.process.returncode == -15
        assert keeper.ledger.running() == {}
        assert screen.getvalue() == ""


async def test_a_process_deaf_to_the_signal_is_killed_at_its_deadline(tmp_path: Path) -> None:
    async with kept(a_unit(tmp_path, DEAF), tmp_path) as (keeper, screen):
        await keeper.stop()
        assert keeper.process is not None
        assert keeper.process.returncode == -9
        assert "it did not stop within 1 s; killed" in screen.getvalue()


async def test_a_process_that_never_comes_up_is_given_up_with_the_end_of_its_log(tmp_path: Path) -> None:
    unit = a_unit(tmp_path, "raise SystemExit('no such table')")
    keeper = Keeper(unit, Ledger(tmp_path / "children.json"), Board(io.StringIO()))
    with pytest.raises(StepFailed, match=r"it does not start \(exit status 1\)[\s\S]*no such table"):
        await keeper.run()

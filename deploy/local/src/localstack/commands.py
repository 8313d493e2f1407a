"""What each verb of the command line does."""

import argparse
import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from time import monotonic
from typing import Any

from localstack import converters, databases, packages, web
from localstack.accounts import ALICE, BOB
from localstack.board import Board
from localstack.interrupts import at_end_of_input, stoppable
from localstack.leftovers import Ledger
from localstack.part import Need, Part
from localstack.parts import NAMES, parts_of
from localstack.places import remove, sole_use
from localstack.services import local
from localstack.settings import Settings
from localstack.stack import Stack, fetch, stack
from localstack.startup import start_everything, start_parts

Verb = Callable[[Settings, Board, argparse.Namespace], Coroutine[Any, Any, int]]
Started = tuple[Stack, Callable[[], None]]


def needed(parts: tuple[Part, ...], settings: Settings) -> list[Need]:
    """The programs of the parts that we start ourselves."""
    return [need for part in parts if part.url_setting not in settings.given for need in part.needs]


def usual(settings: Settings) -> tuple[Part, ...]:
    """The parts of the product."""
    known = parts_of(settings)
    return tuple(known[name] for name in NAMES)


@contextlib.asynccontextmanager
async def our_own(settings: Settings, board: Board, address: str, needs: list[Need]) -> AsyncIterator[Started]:
    """A stack that has the data folder to itself and stops when it is told to."""
    running: list[Stack] = []

    def kill() -> None:
        for one in running:
            one.kill()

    with sole_use(settings, address):
        async with stoppable(kill, lambda: board.say("Stopping")) as stop:
            if packages.missing(needs, settings):
                board.begin("packages", "installing system packages")
                await packages.install(needs, settings)
                board.done("packages", "system packages")
            async with stack(settings, board) as one:
                running.append(one)
                yield one, stop
        board.say("Stopped")


async def parts(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Start some parts, say where they are, and wait to be told to stop."""
    known = parts_of(settings)
    chosen = tuple(known[name] for name in asked.only)
    if asked.free_ports:
        settings = settings.on_free_ports()
    async with our_own(settings, board, "parts only", needed(chosen, settings)) as (one, stop):
        at_end_of_input(stop)
        urls = await start_parts(one, chosen)
        board.settle()
        said = {known[name].url_setting: url for name, url in urls.items()}
        print(json.dumps({"urls": urls, "environment": said}), flush=True)
        await asyncio.Event().wait()
    return 0


async def run(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Start everything and say how to get in."""
    address = local(settings, "gateway")
    needs = [*needed(usual(settings), settings), *databases.NEEDS, *converters.NEEDS]
    needs += web.NEEDS if web.is_stale(settings) else ()
    async with our_own(settings, board, address, needs) as (one, _):
        began = monotonic()
        password = await start_everything(one)
        board.settle()
        board.say(f"\nNexus is ready after {monotonic() - began:.1f} s: {address}")
        for email, _name in (ALICE, BOB) if password else ():
            board.say(f"  sign in as {email}, password {password}")
        board.say(f"Logs are in {settings.logs}. Ctrl-C stops everything.")
        await asyncio.Event().wait()
    return 0


async def install(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Install everything that later starts need, so that they need no network."""
    known = parts_of(settings)
    needs = [*needed(tuple(known.values()), settings), *databases.NEEDS, *converters.NEEDS, *web.NEEDS]
    needs += [packages.CHROMIUM] if asked.with_browser else []
    board.begin("packages", "system packages")
    await packages.install(needs, settings)
    board.done("packages", "system packages")
    for part in known.values():
        if part.fetch:
            await fetch(part, settings, board)
            board.done(part.name, f"{part.title} is in {settings.cache}")
    return 0


async def status(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Print which processes run; exit status 3 when none does."""
    running = Ledger(settings.run / "children.json").running()
    note = settings.run / "launcher.json"
    launcher = json.loads(note.read_text()) if running and note.exists() else None
    print(json.dumps({"launcher": launcher, "processes": running}, indent=2))
    return 0 if running else 3


async def clean(settings: Settings, board: Board, asked: argparse.Namespace) -> int:
    """Remove the data folder, and what had to be put outside of it."""
    with sole_use(settings, "removing its data"):
        await Ledger(settings.run / "children.json").end_leftovers()
        await asyncio.to_thread(remove, settings)
    board.say(f"Removed {settings.data}")
    return 0


VERBS: Mapping[str, Verb] = {"run": run, "parts": parts, "install": install, "status": status, "clean": clean}
